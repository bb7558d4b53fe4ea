/** What LocalStack's queues hold, looked at now and then, for the metrics and alarms of queues. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { queueUrl } from '../account.js';
import { type QueueState } from '../backend/messages.js';

export interface QueueStatesOptions {
  readonly client: SQSClient;
  /** LocalStack's address. */
  readonly url: string;
  /** Physical ones. */
  readonly names: readonly string[];
  /** Whether LocalStack can be asked. */
  readonly isReady: () => boolean;
  /** Told once of each thing, beside LocalStack's absence, for which a queue cannot be looked into. */
  readonly onTrouble: (message: string) => void;
  readonly pauseMs?: number;
}

const PAUSE_MS = 10_000;
const PATIENCE_MS = 5_000;
/** The page of a queue gives its messages whole: of one that holds more, or is larger, the oldest is not looked for. */
const MOST_MESSAGES = 1_000;
const LARGEST_PAGE = 16 * 1024 * 1024;
const SENT = /"SentTimestamp",\s*"Value":\s*"(\d+)"/g;
/** A match that two pieces of the page share is not longer. */
const OVERLAP = 100;

export class QueueStates {
  private readonly states = new Map<string, QueueState>();
  private readonly stopping = new AbortController();
  private readonly looking: Promise<void>;
  private readonly told = new Set<string>();

  constructor(private readonly options: QueueStatesOptions) {
    this.looking = this.run();
  }

  queueState(name: string): QueueState | undefined {
    return this.states.get(name);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async run(): Promise<void> {
    const { names, isReady, pauseMs = PAUSE_MS } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (isReady()) await Promise.all(names.map((name) => this.look(name)));
      await systemClock.sleep(pauseMs, signal);
    }
  }

  private async look(name: string): Promise<void> {
    const { client, url } = this.options;
    const QueueUrl = queueUrl(url, name);
    const abortSignal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(PATIENCE_MS)]);
    try {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
        { abortSignal },
      );
      const visible = Number(Attributes.ApproximateNumberOfMessages ?? 0);
      this.states.set(name, {
        visible,
        notVisible: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        oldestSentAt: visible === 0 || visible > MOST_MESSAGES ? undefined : await this.oldest(QueueUrl, abortSignal),
      });
    } catch (error) {
      // What is not known is no data.
      this.states.delete(name);
      if (!meansAway(error)) this.tell(`queue ${name} cannot be looked into: ${(error as Error).message}`);
    }
  }

  /** LocalStack shows a queue's messages without receiving them: https://docs.localstack.cloud/aws/services/sqs/#developer-endpoints */
  private async oldest(queue: string, signal: AbortSignal): Promise<number | undefined> {
    const page = `${this.options.url}/_aws/sqs/messages?QueueUrl=${encodeURIComponent(queue)}`;
    const response = await fetch(page, { headers: { accept: 'application/json' }, signal });
    if (!response.ok) throw new Error(`${page} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return oldestIn(response.body ?? []);
  }

  private tell(message: string): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    this.options.onTrouble(message);
  }
}

/** The time of the oldest message; undefined where there is none, or the page is too large to be read to its end. */
export async function oldestIn(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number | undefined> {
  const decoder = new TextDecoder();
  let oldest: number | undefined;
  let rest = '';
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > LARGEST_PAGE) return undefined;
    rest += decoder.decode(piece, { stream: true });
    for (const [, time] of rest.matchAll(SENT)) oldest = Math.min(oldest ?? Infinity, Number(time));
    rest = rest.slice(-OVERLAP);
  }
  return oldest;
}

/** Not reached, not in time, on its way up, or without its queues, as after a start. */
function meansAway(error: unknown): boolean {
  const { name, code, cause, $metadata } = error as NodeJS.ErrnoException & {
    cause?: { code?: string };
    $metadata?: { httpStatusCode?: number };
  };
  if (
    AWAY.has(name) ||
    [code, cause?.code].some((each) => each !== undefined && /^(?!ERR_)(E[A-Z_]+|UND_ERR_\w+)$/.test(each))
  )
    return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
}

const AWAY = new Set(['AbortError', 'TimeoutError', 'QueueDoesNotExist']);
