/** How messages get from one queue to another: sent first, deleted then, so that a crash between repeats but loses none. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type Message,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface Way {
  readonly client: SQSClient;
  /** URLs of queues. */
  readonly from: string;
  readonly to: string;
  /** Tells a message that is moved from the same one moved before. */
  readonly taskId: string;
}

export interface Carried {
  /** How many messages have left the one queue and are in the other. */
  readonly moved: number;
  /** Why others that were received are not; they are in their queue again. */
  readonly failure?: Error;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MOST_AT_ONCE = 10;
const LARGEST_BATCH_BYTES = 1_048_576;
/** A message in transit is hidden this long; a move that dies leaves it in its queue. */
const TRANSIT_SECONDS = 30;

/** Moves some messages, as many as one receive gives. @param most at most this many */
export async function carry(way: Way, most = MOST_AT_ONCE): Promise<Carried> {
  const { Messages = [] } = await way.client.send(
    new ReceiveMessageCommand({
      QueueUrl: way.from,
      MaxNumberOfMessages: Math.min(MOST_AT_ONCE, most),
      VisibilityTimeout: TRANSIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  const left = new Set(Messages);
  try {
    for (const batch of batchesOf(Messages)) {
      const { sent, refusal } = await send(batch, way);
      await remove(sent, way);
      for (const message of sent) left.delete(message);
      if (refusal !== undefined) throw new Error(refusal);
    }
    return { moved: Messages.length };
  } catch (error) {
    // Should this fail too, they come back by themselves after the transit.
    await Promise.allSettled([giveBack([...left], way)]);
    return { moved: Messages.length - left.size, failure: error as Error };
  }
}

/** Cuts messages into what one call takes, their order kept. */
function* batchesOf(messages: readonly Message[]): Generator<Message[]> {
  let batch: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf(message);
    if (batch.length === MOST_AT_ONCE || (batch.length > 0 && bytes + size > LARGEST_BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Attributes count with their names and types; a binary value as the base64 that is sent. */
function bytesOf({ Body = '', MessageAttributes = {} }: Message): number {
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name + DataType + StringValue) + Math.ceil((BinaryValue?.length ?? 0) / 3) * 4,
  );
  return attributes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(Body));
}

/** What was sent of a batch, and why not all of it. */
async function send(batch: readonly Message[], way: Way): Promise<{ sent: readonly Message[]; refusal?: string }> {
  const Entries = batch.map((message, n) => entryOf(message, String(n), way));
  const { Failed = [] } = await way.client.send(new SendMessageBatchCommand({ QueueUrl: way.to, Entries }));
  const [first] = Failed;
  if (first === undefined) return { sent: batch };
  const failed = new Set(Failed.map(({ Id }) => Id));
  const sent = batch.filter((_, n) => !failed.has(String(n)));
  return { sent, refusal: `${nameOf(way.to)} does not take a message: ${first.Message ?? first.Code}` };
}

/**
 * A message that is moved is a new one: its first deduplication id would have it dropped for five minutes, and may be
 * that of another dead letter.
 */
const entryOf = (message: Message, Id: string, { to, taskId }: Way): SendMessageBatchRequestEntry => ({
  Id,
  MessageBody: message.Body,
  ...(message.MessageAttributes && { MessageAttributes: message.MessageAttributes }),
  ...(to.endsWith('.fifo') && {
    MessageGroupId: message.Attributes?.MessageGroupId,
    MessageDeduplicationId: `${message.MessageId}.${taskId}`,
  }),
});

async function remove(messages: readonly Message[], { client, from }: Way): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
}

/** Shows messages again at once; the last first, as each may go before those of its group. */
async function giveBack(messages: readonly Message[], { client, from }: Way): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages
    .map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 }))
    .reverse();
  await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: from, Entries }));
}

const nameOf = (url: string): string => url.split('/').at(-1) ?? url;
