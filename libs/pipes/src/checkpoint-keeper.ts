/**
 * Moves one shard's checkpoint, to right before the first record that still needs a delivery, and decides when it is stored.
 */
import { pauseAfter, SHORT_BACKOFF } from './backoff.js';
import { type PendingRecord } from './batch-buffer.js';
import { type CheckpointBook } from './checkpoint-book.js';
import { type Clock } from './clock.js';
import { type PipeEvent } from './pipe-event.js';
import { ShardProgress, type Place } from './shard-progress.js';

export interface CheckpointKeeperOptions {
  readonly book: CheckpointBook;
  readonly clock: Clock;
  readonly emit: ((event: PipeEvent) => void) | undefined;
  readonly stopping: AbortSignal;
}

/** A checkpoint that only filtered records moved is stored this late at most: they need no delivery again. */
const LAZY_SAVE_MS = 1_000;

export class CheckpointKeeper {
  readonly #progress = new ShardProgress();
  /** Since when the noted checkpoint waits to be stored. */
  #unsavedSince: number | undefined;

  constructor(
    private readonly shardId: string,
    private readonly options: CheckpointKeeperOptions,
  ) {}

  /** How many records were read beyond the checkpoint. */
  get ahead(): number {
    return this.#progress.ahead;
  }

  /** A record that needs a delivery: its place holds the checkpoint back until it is committed. */
  hold(sequenceNumber: string): Place {
    return this.#progress.add(sequenceNumber, false);
  }

  /** A record that needs no delivery moves the checkpoint, but never past one that does. */
  skip(sequenceNumber: string | undefined): void {
    if (sequenceNumber === undefined) return;
    this.#progress.add(sequenceNumber, true);
    if (this.#advance()) this.#unsavedSince ??= this.options.clock.now();
  }

  /** These records are done with; resolves when the checkpoint that says so is stored. */
  async commit(records: readonly PendingRecord[]): Promise<void> {
    for (const { place } of records) place.done = true;
    if (this.#advance()) await this.#save();
  }

  /** The shard is consumed to its end. */
  async finish(): Promise<void> {
    this.options.book.note(this.shardId, { finished: true });
    await this.#save();
  }

  /** Stores what is noted and not stored yet. */
  async saveLeft(): Promise<void> {
    if (this.#unsavedSince !== undefined) await this.#save();
  }

  /** Stores what has waited long enough. */
  async saveDue(): Promise<void> {
    if (this.dueIn(this.options.clock.now()) === 0) await this.#save();
  }

  /** Milliseconds until a checkpoint has to be stored; infinite when none waits. */
  dueIn(now: number): number {
    return this.#unsavedSince === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(this.#unsavedSince + LAZY_SAVE_MS - now, 0);
  }

  /** Notes how far everything is done with; false when that is no further than before. */
  #advance(): boolean {
    const sequenceNumber = this.#progress.advance();
    if (sequenceNumber === undefined) return false;
    this.options.book.note(this.shardId, { sequenceNumber });
    return true;
  }

  /** A save that fails is repeated: going on without it would deliver more than one batch again after a crash. */
  async #save(): Promise<void> {
    const { book, clock, stopping, emit } = this.options;
    for (let failures = 1; ; failures += 1) {
      try {
        await book.save();
        this.#unsavedSince = undefined;
        return;
      } catch (error) {
        const message = `Cannot store the checkpoint: ${error instanceof Error ? error.message : String(error)}`;
        emit?.({ type: 'warning', subject: 'checkpoint', message });
        if (stopping.aborted) return;
        await clock.sleep(pauseAfter(failures, SHORT_BACKOFF), stopping);
      }
    }
  }
}
