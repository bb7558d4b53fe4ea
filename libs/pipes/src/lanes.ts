/**
 * Delivers the records of one shard in up to ten lanes at once (ParallelizationFactor): all records of a partition key go
 * through the same lane, a lane has one batch in flight.
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html
 */
import { BatchBuffer, type BatchLimits, type PendingRecord } from './batch-buffer.js';
import { type Clock } from './clock.js';
import { type StreamEvent } from './stream-event.js';

export interface LanesOptions {
  readonly count: number;
  /** Name of the table's partition key; undefined where nobody tells: then one lane takes all keys of two attributes. */
  readonly partitionKey: string | undefined;
  readonly limits: BatchLimits;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** Brings a batch to its end; false when the pipe stopped meanwhile. */
  readonly run: (batch: Batch) => Promise<boolean>;
  /** A batch has ended: there may be room, and windows are to be looked at again. */
  readonly onBatchEnd: () => void;
}

type Batch = readonly PendingRecord[];

interface Lane {
  readonly buffer: BatchBuffer;
  running: Promise<void> | undefined;
}

export class Lanes {
  readonly #lanes: readonly Lane[];
  #bytes = 0;
  #ending = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly options: LanesOptions) {
    this.#lanes = Array.from({ length: options.count }, () => ({
      buffer: new BatchBuffer(options.limits),
      running: undefined,
    }));
  }

  /** Bytes of the records that wait or are being delivered. */
  get bytes(): number {
    return this.#bytes;
  }

  add(record: PendingRecord): void {
    this.#bytes += record.bytes;
    this.#laneOf(record.event)?.buffer.add(record);
  }

  /** Begins a batch in each lane that is idle and has one due; when `ending`, all that waits is due from now on. */
  start(ending: boolean): void {
    this.#ending ||= ending;
    for (const lane of this.#lanes) {
      if (lane.running !== undefined) continue;
      const batch = this.#next(lane);
      if (batch === undefined) continue;
      lane.running = this.#work(lane, batch)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          lane.running = undefined;
          this.options.onBatchEnd();
        });
    }
  }

  /** Resolves when no batch is in flight. @throws what a lane threw. */
  async settled(): Promise<void> {
    for (;;) {
      const running = this.#lanes.flatMap((lane) => lane.running ?? []);
      if (running.length === 0) break;
      await Promise.all(running);
    }
    this.assertSound();
  }

  /** @throws what a lane threw: an error of the runner, not of the target. */
  assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Milliseconds until the next window of an idle lane ends; undefined when nothing waits in them. */
  windowLeft(now: number): number | undefined {
    const left = this.#lanes.flatMap((lane) => (lane.running === undefined ? (lane.buffer.windowLeft(now) ?? []) : []));
    return left.length > 0 ? Math.min(...left) : undefined;
  }

  #next({ buffer }: Lane): Batch | undefined {
    const { clock, stopping } = this.options;
    return stopping.aborted || this.#failure !== undefined ? undefined : buffer.take(clock.now(), this.#ending);
  }

  async #work(lane: Lane, first: Batch): Promise<void> {
    const { run, onBatchEnd } = this.options;
    for (let batch: Batch | undefined = first; batch !== undefined; batch = this.#next(lane)) {
      if (!(await run(batch))) return;
      for (const { bytes } of batch) this.#bytes -= bytes;
      onBatchEnd();
    }
  }

  #laneOf({ dynamodb: { Keys } }: StreamEvent): Lane | undefined {
    if (this.#lanes.length === 1) return this.#lanes[0];
    const names = Object.keys(Keys);
    const name = this.options.partitionKey ?? (names.length === 1 ? names[0] : undefined);
    return this.#lanes[name === undefined ? 0 : hash(JSON.stringify(Keys[name] ?? null)) % this.#lanes.length];
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
