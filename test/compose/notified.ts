/** What was told of orders: reads the queue that is subscribed to the order events, all the time, also while parts of the system are away. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { queueUrl } from '../../localstack/src/account.js';
import { until } from '../../localstack/src/child-process.js';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';

const LOOK_MS = 100;
const HIDDEN_SECONDS = 10;

interface Told {
  /** Whose order it is about. */
  readonly username: string;
  /** How often it came. */
  times: number;
}

export class Notified {
  /** By the event's id. */
  readonly events = new Map<string, Told>();
  /** The messages that were counted. */
  private readonly messages = new Set<string>();
  private emptyPolls = 0;
  private readonly client: SQSClient;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly awsUrl: string) {
    this.client = new SQSClient({ ...localStackAccess(awsUrl), maxAttempts: 1 });
    this.running = this.run();
  }

  /** Messages beyond the first of each event. */
  get repeats(): number {
    return [...this.events.values()].reduce((sum, { times }) => sum + times - 1, 0);
  }

  /** The ids of the events about a customer's orders. */
  about(customer: string): string[] {
    return [...this.events].flatMap(([eventId, { username }]) => (username === customer ? [eventId] : []));
  }

  /** Which of the orders were not told of as placed. */
  missing(orders: readonly string[]): string[] {
    return orders.filter((order) => !this.events.has(`${order}.PLACED`));
  }

  /** Resolves when every order was told of. @throws Error naming how many were not in time */
  async waitForAll(orders: readonly string[], timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (let missing = this.missing(orders); missing.length > 0; missing = this.missing(missing)) {
      if (Date.now() > deadline)
        throw new Error(`${missing.length} of ${orders.length} orders are not notified, such as ${missing[0]}`);
      await delay(LOOK_MS);
    }
  }

  /** Resolves when the queue holds nothing more of what was before. @throws Error after `timeoutMs` */
  async untilEmpty(timeoutMs: number): Promise<void> {
    // The next poll may have begun already.
    const enough = this.emptyPolls + 2;
    await until('the inbox is not empty', () => Promise.resolve(this.emptyPolls >= enough), timeoutMs);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.client.destroy();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.read();
      } catch {
        // The system is on its way back; what the queue holds stays in it.
        await delay(LOOK_MS);
      }
    }
  }

  /** To its end, whatever comes: what a poll has taken that nobody waits for stays hidden for a while. */
  private async read(): Promise<void> {
    const QueueUrl = queueUrl(this.awsUrl, 'tabletop-dev-order-events-inbox');
    const receive = new ReceiveMessageCommand({
      ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
      // What a part took along that was killed comes again soon: the queue's own minute is as long as a test waits.
      VisibilityTimeout: HIDDEN_SECONDS,
    });
    const { Messages = [] } = await this.client.send(receive);
    if (Messages.length === 0) {
      this.emptyPolls += 1;
      return;
    }
    // Counted before they are deleted: a delete whose answer gets lost has deleted, one that fails brings them again.
    for (const { MessageId = '', Body = '' } of Messages) {
      if (this.messages.has(MessageId)) continue;
      this.messages.add(MessageId);
      const { Message } = JSON.parse(Body) as { Message: string };
      const { eventId, username } = JSON.parse(Message) as { eventId: string; username: string };
      const told = this.events.get(eventId) ?? { username, times: 0 };
      told.times += 1;
      this.events.set(eventId, told);
    }
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    await this.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** The ids of the order events that SNS has accepted, one for each message. */
export const publishedIn = (entries: readonly JournalEntry[]): string[] =>
  entries.flatMap((entry) =>
    entry.type === 'message' && entry.to === 'tabletop-dev-order-events'
      ? [(JSON.parse(entry.body) as { eventId: string }).eventId]
      : [],
  );
