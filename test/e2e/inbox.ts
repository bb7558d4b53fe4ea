/** Reads a queue for whoever waits for something in it. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** An order event as a subscriber of the topic gets it. */
export interface EventMessage {
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly eventId: string;
    readonly orderId: string;
    readonly username: string;
    readonly requestId: string;
    readonly [field: string]: unknown;
  };
}

export type Predicate = (message: EventMessage) => boolean;

/** What SNS puts around a message for a queue. https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
interface Envelope {
  Type?: string;
  Subject?: string;
  Message?: string;
  MessageAttributes?: Record<string, { Value: string }>;
}

export class Inbox {
  private readonly seen: EventMessage[] = [];
  private readonly waiters = new Set<() => void>();
  private client: SQSClient | undefined;
  private reading: Promise<void> | undefined;
  private failure: unknown;

  /** @param patienceMs how long a message may take */
  constructor(
    private readonly queueUrl: () => string,
    private readonly patienceMs: number,
  ) {}

  /** All messages so far that match, in the order in which they came. */
  all(predicate: Predicate): EventMessage[] {
    return this.seen.filter(predicate);
  }

  /**
   * The first message that matches, also one that came before.
   * @param timeoutMs milliseconds
   * @throws Error when none came in time
   */
  async waitFor(predicate: Predicate, timeoutMs = this.patienceMs): Promise<EventMessage> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.seen.find(predicate);
      if (found) return found;
      if (this.failure !== undefined) throw new Error('the inbox cannot be read', { cause: this.failure });
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no such message within ${timeoutMs} ms; ${this.seen.length} others came`);
      await this.news(left);
    }
  }

  /** Settles when something came, or the time is over. The queue is read while anybody waits, and no longer. */
  private async news(milliseconds: number): Promise<void> {
    let stop: NodeJS.Timeout | undefined;
    const waiting = new Promise<void>((resolve) => {
      const done = (): void => {
        this.waiters.delete(done);
        resolve();
      };
      this.waiters.add(done);
      stop = setTimeout(done, milliseconds);
    });
    this.reading ??= this.read()
      .catch((error: unknown) => (this.failure = error))
      .then(() => {
        this.reading = undefined;
        this.wake();
      });
    await waiting;
    clearTimeout(stop);
  }

  private async read(): Promise<void> {
    const QueueUrl = this.queueUrl();
    this.client ??= new SQSClient({ useQueueUrlAsEndpoint: process.env.AWS_ENDPOINT_URL === undefined });
    while (this.waiters.size > 0) {
      const receive = new ReceiveMessageCommand({
        ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
        MessageAttributeNames: ['All'],
      });
      const { Messages = [] } = await this.client.send(receive);
      if (Messages.length === 0) continue;
      for (const { Body = '', MessageAttributes = {} } of Messages) {
        const sent = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]);
        this.seen.push(messageIn(Body, Object.fromEntries(sent) as Record<string, string>));
      }
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await this.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      this.wake();
    }
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}

/** The event in a queue's message: in SNS's envelope, or as it is if the subscription is raw. */
function messageIn(text: string, sent: Record<string, string>): EventMessage {
  const parsed = JSON.parse(text) as Envelope;
  if (parsed.Type !== 'Notification' || parsed.Message === undefined)
    return { subject: undefined, attributes: sent, body: JSON.parse(text) as EventMessage['body'] };
  const attributes = Object.entries(parsed.MessageAttributes ?? {}).map(([name, { Value }]) => [name, Value]);
  return {
    subject: parsed.Subject,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    body: JSON.parse(parsed.Message) as EventMessage['body'],
  };
}
