/** What LocalStack's queues hold, looked at now and then, for the metrics and alarms of queues. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import { queueUrl } from '../account.js';
import { type QueueState } from '../backend/messages.js';

const PAUSE_MS = 10_000;

export class QueueStates {
  private readonly states = new Map<string, QueueState>();
  private readonly stopping = new AbortController();
  private readonly looking: Promise<void>;

  /**
   * @param names physical ones
   * @param isReady whether LocalStack can be asked
   */
  constructor(
    private readonly client: SQSClient,
    private readonly url: string,
    private readonly names: readonly string[],
    isReady: () => boolean,
  ) {
    this.looking = this.run(isReady);
  }

  queueState(name: string): QueueState | undefined {
    return this.states.get(name);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async run(isReady: () => boolean): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (isReady()) await Promise.all(this.names.map((name) => this.look(name)));
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(name: string): Promise<void> {
    const QueueUrl = queueUrl(this.url, name);
    try {
      const { Attributes = {} } = await this.client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const visible = Number(Attributes.ApproximateNumberOfMessages ?? 0);
      this.states.set(name, {
        visible,
        notVisible: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        oldestSentAt: visible === 0 ? undefined : await this.oldest(QueueUrl),
      });
    } catch {
      // LocalStack is away: what is not known is no data.
      this.states.delete(name);
    }
  }

  /** LocalStack shows a queue's messages without receiving them: https://docs.localstack.cloud/aws/services/sqs/#developer-endpoints */
  private async oldest(queue: string): Promise<number | undefined> {
    const page = `${this.url}/_aws/sqs/messages?QueueUrl=${encodeURIComponent(queue)}`;
    const response = await fetch(page, { headers: { accept: 'application/json' } });
    const times = [...(await response.text()).matchAll(/"SentTimestamp",\s*"Value":\s*"(\d+)"/g)];
    return times.length === 0 ? undefined : Math.min(...times.map(([, time]) => Number(time)));
  }
}
