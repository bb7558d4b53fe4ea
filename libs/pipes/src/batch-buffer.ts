/** The records of one shard, or of one of its lanes, that passed the filter and wait for their batch. */
import { type Place } from './shard-progress.js';
import { type ShardRecord } from './stream-event.js';

/** A record on its way to the target. */
export interface PendingRecord extends ShardRecord {
  readonly place: Place;
  /** Length of its JSON in bytes. */
  readonly bytes: number;
  /** Epoch milliseconds at which it began to wait. */
  readonly bufferedAt: number;
}

export interface BatchLimits {
  readonly size: number;
  /** How long a batch may gather, from its first record on; 0 releases at once what one read returned. */
  readonly windowMs: number;
  /** JSON array included. */
  readonly bytes: number;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
export class BatchBuffer {
  readonly #records: PendingRecord[] = [];

  constructor(private readonly limits: BatchLimits) {}

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  add(record: PendingRecord): void {
    this.#records.push(record);
  }

  /** Milliseconds until the window of the waiting records ends; undefined when none wait. */
  windowLeft(now: number): number | undefined {
    const first = this.#records[0];
    return first && Math.max(0, first.bufferedAt + this.limits.windowMs - now);
  }

  /** The next batch that is full or whose window is over; all that waits when `ending`. */
  take(now: number, ending = false): PendingRecord[] | undefined {
    if (this.isEmpty) return undefined;
    const count = this.#fitting();
    // More is waiting than fits: the batch is full, by number or by bytes.
    const full = count === this.limits.size || count < this.#records.length;
    if (!full && !ending && this.windowLeft(now) !== 0) return undefined;
    return this.#records.splice(0, count);
  }

  /** How many records fit one batch; a record that is too long by itself goes alone, for the target to refuse. */
  #fitting(): number {
    let bytes = 2;
    let count = 0;
    for (const record of this.#records) {
      bytes += record.bytes + (count > 0 ? 1 : 0);
      if (count === this.limits.size || (count > 0 && bytes > this.limits.bytes)) break;
      count += 1;
    }
    return count;
  }
}

/** A record that passed the filter, read at `now` (epoch milliseconds). */
export const pendingRecord = (record: ShardRecord, place: Place, now: number): PendingRecord => ({
  ...record,
  place,
  bytes: Buffer.byteLength(JSON.stringify(record.event)),
  bufferedAt: now,
});
