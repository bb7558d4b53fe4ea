/**
 * A queue's consumer as Lambda's event source mapping polls for it: batches to the function, deletes what it took, and
 * leaves what it did not to the queue. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { type FunctionPool } from '../function/function-pool.js';
import { type QueueBatchEvent } from '../journal-event.js';
import { type Journal } from '../journal.js';
import { failedIds, sqsEvent } from './sqs-event.js';

export interface QueueConsumerOptions {
  /** Physical name, for the journal. */
  name: string;
  client: SQSClient;
  queueUrl: string;
  queueArn: string;
  pool: FunctionPool;
  batchSize: number;
  windowMs: number;
  /** The most batches at once, as declared; undefined leaves it to Lambda, here to {@link MOST_BATCHES}. */
  maxConcurrency: number | undefined;
  /** After how many seconds a failed message comes back, however long the queue hides what is being handled. */
  redeliverySeconds: number;
  /** Where the queue puts a message that was received this often. */
  deadLetters: { queue: string; maxReceives: number } | undefined;
  journal: Journal;
  /**
   * How long a receive waits for messages. Where it is given, a stop lets the last one end and handles what it brings: a
   * queue that outlives its consumer counts that as received. By default it is as long as SQS lets it be, and a stop cuts it.
   */
  pollSeconds?: number;
}

/** A machine handles no more at once; a FIFO queue holds back the groups that are under way by itself. */
const MOST_BATCHES = 4;
/** SQS gives and takes at most this many messages a call. */
const MOST_AT_ONCE = 10;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;
const LONG_POLL_SECONDS = 20;
/** After a call to the queue has failed. */
const PAUSE_MS = 200;
/** How much longer than it was to wait the last receive may take. */
const GRACE_MS = 1_000;

export class QueueConsumer {
  private readonly stopping = new AbortController();
  /** Ends a receive that is under way. */
  private readonly cutting = new AbortController();
  private readonly polling: Promise<void>;
  /** Batches that are with the function. */
  private readonly handling = new Set<Promise<void>>();

  constructor(readonly options: QueueConsumerOptions) {
    this.polling = this.poll();
  }

  /** The most batches at once on this machine. */
  get concurrency(): number {
    return Math.min(this.options.maxConcurrency ?? MOST_BATCHES, MOST_BATCHES);
  }

  /** How many batches are with the function. */
  get busy(): number {
    return this.handling.size;
  }

  /** Whether the queue holds nothing that is waiting or being handled. */
  async isEmpty(): Promise<boolean> {
    const { client, queueUrl: QueueUrl } = this.options;
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.every((name) => Attributes[name] === '0');
  }

  /** Resolves when the batches under way, what is gathered included, have ended; what comes after stays in the queue. */
  async stop(): Promise<void> {
    const { pollSeconds } = this.options;
    this.stopping.abort();
    const cut = (): void => this.cutting.abort();
    if (pollSeconds === undefined) cut();
    const timer = setTimeout(cut, (pollSeconds ?? 0) * 1_000 + GRACE_MS);
    await this.polling;
    clearTimeout(timer);
    await Promise.all(this.handling);
  }

  private async poll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const batch = await this.trying(() => this.gather());
      if (batch === undefined || batch.length === 0) continue;
      const handled: Promise<void> = this.trying(() => this.handle(batch)).then(
        () => void this.handling.delete(handled),
      );
      this.handling.add(handled);
      if (this.handling.size >= this.concurrency) await Promise.race(this.handling);
    }
  }

  /** Calls to the queue may fail; what they were about is still in it and comes again. */
  private async trying<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      this.report(error);
      await systemClock.sleep(PAUSE_MS, this.stopping.signal);
      return undefined;
    }
  }

  private report(error: unknown): void {
    // A stop cuts the receive that is under way.
    if (this.stopping.signal.aborted) return;
    const { name, journal } = this.options;
    journal.record({ type: 'stack', what: `consumer ${name}: ${(error as Error).message}` });
  }

  /** A batch: the first messages there are, and what comes within the window after them. */
  private async gather(): Promise<Message[]> {
    const batch = await this.receive(Math.min(this.options.batchSize, MOST_AT_ONCE), LONG_POLL_SECONDS);
    try {
      await this.fill(batch);
    } catch (error) {
      // What there is goes to the function all the same: the queue hides it, and has counted a receive of it.
      this.report(error);
    }
    return batch;
  }

  /** Adds what comes within the window. */
  private async fill(batch: Message[]): Promise<void> {
    const { batchSize, windowMs } = this.options;
    const deadline = Date.now() + windowMs;
    while (batch.length > 0 && batch.length < batchSize && bytesOf(batch) < LARGEST_BATCH_BYTES) {
      const left = deadline - Date.now();
      if (left <= 0 || this.stopping.signal.aborted) break;
      const wanted = Math.min(batchSize - batch.length, MOST_AT_ONCE);
      batch.push(...(await this.receive(wanted, Math.min(LONG_POLL_SECONDS, Math.ceil(left / 1000)))));
    }
  }

  private async receive(most: number, waitSeconds: number): Promise<Message[]> {
    const { client, queueUrl: QueueUrl, pollSeconds = LONG_POLL_SECONDS } = this.options;
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: most,
        WaitTimeSeconds: Math.min(waitSeconds, pollSeconds),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: this.cutting.signal },
    );
    return Messages;
  }

  private async handle(batch: readonly Message[]): Promise<void> {
    const { pool, queueArn, name, journal } = this.options;
    const { requestId, value, error, throttled } = await pool.invoke(sqsEvent(batch, queueArn));
    const ids = batch.map(({ MessageId = '' }) => MessageId);
    const failed = error !== undefined || throttled === true ? ids : failedIds(value, ids);
    const back = batch.filter(({ MessageId = '' }) => failed.includes(MessageId));
    const givenUp = this.givenUp(back);
    journal.record({ type: 'queue-batch', consumer: name, requestId, messageIds: ids, failed, ...givenUp });
    await this.remove(batch.filter(({ MessageId = '' }) => !failed.includes(MessageId)));
    await this.giveBack(back);
  }

  /** What the queue puts aside instead of giving it out again. */
  private givenUp(failed: readonly Message[]): Pick<QueueBatchEvent, 'givenUp'> {
    const { deadLetters } = this.options;
    if (deadLetters === undefined) return {};
    const last = failed.filter(
      ({ Attributes }) => Number(Attributes?.ApproximateReceiveCount ?? 1) >= deadLetters.maxReceives,
    );
    if (last.length === 0) return {};
    return { givenUp: { messageIds: last.map(({ MessageId = '' }) => MessageId), to: deadLetters.queue } };
  }

  private async remove(messages: readonly Message[]): Promise<void> {
    const { client, queueUrl: QueueUrl } = this.options;
    for (const Entries of entriesOf(messages)) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  /** A developer does not wait for a visibility timeout; AWS does not shorten it. */
  private async giveBack(messages: readonly Message[]): Promise<void> {
    const { client, queueUrl: QueueUrl, redeliverySeconds } = this.options;
    for (const entries of entriesOf(messages)) {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: redeliverySeconds }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}

const bytesOf = (batch: readonly Message[]): number =>
  batch.reduce((sum, { Body = '' }) => sum + Buffer.byteLength(Body), 0);

/** The entries of batch calls, each call's worth together. */
function* entriesOf(messages: readonly Message[]): Generator<{ Id: string; ReceiptHandle: string }[]> {
  for (let from = 0; from < messages.length; from += MOST_AT_ONCE)
    yield messages
      .slice(from, from + MOST_AT_ONCE)
      .map(({ ReceiptHandle = '' }, n) => ({ Id: String(n), ReceiptHandle }));
}
