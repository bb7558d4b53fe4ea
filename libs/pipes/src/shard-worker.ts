/** Works through one shard: read, filter, batch, deliver, checkpoint, and again. */
import {
  DynamoDBStreamsServiceException,
  ResourceNotFoundException,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { pauseAfter } from './backoff.js';
import { pendingRecord, type BatchLimits, type PendingRecord } from './batch-buffer.js';
import { BatchExecution, type ExecutionOptions } from './batch-execution.js';
import { type CheckpointBook } from './checkpoint-book.js';
import { type Clock } from './clock.js';
import { type FilterStage } from './filter-stage.js';
import { Lanes } from './lanes.js';
import { type PipeEvent } from './pipe-event.js';
import { PollPause, type PollOptions } from './poll-pause.js';
import { adaptRecord, type AdapterOptions } from './record-adapter.js';
import { MAX_PAGE, ShardReader, type ReadPage, type ReadPosition, type ShardSource } from './shard-reader.js';
import { ShardProgress } from './shard-progress.js';
import { listShards, StreamNotFoundError } from './shard-list.js';
import { Wakeup } from './wakeup.js';

export interface WorkerOptions {
  readonly source: ShardSource;
  readonly position: ReadPosition;
  readonly adapter: AdapterOptions;
  readonly filter: FilterStage;
  readonly limits: BatchLimits;
  /** How many batches of the shard are delivered at once, 1 to 10. */
  readonly parallelizationFactor: number;
  readonly partitionKey: string | undefined;
  readonly execution: Omit<ExecutionOptions, 'shardId' | 'commit'>;
  readonly book: CheckpointBook;
  readonly poll: PollOptions | undefined;
  readonly clock: Clock;
  readonly emit: ((event: PipeEvent) => void) | undefined;
  readonly stopping: AbortSignal;
}

/** A checkpoint that only filtered records moved is stored this late at most: they need no delivery again. */
const LAZY_SAVE_MS = 1_000;

/** An idle stream is looked up this often: an emulator may go on answering an iterator of a stream that is gone. */
const STREAM_CHECK_MS = 10_000;

/** Room comes with the end of a batch, which rings: this only bounds one sleep. */
const UNTIL_A_BATCH_ENDS_MS = 60_000;

const SOURCE_BACKOFF = { baseMs: 100, capMs: 5_000 };

interface DrainWaiter {
  readonly done: () => void;
  /** Set once a read began after the question: only what that read no longer finds is drained. */
  armed: boolean;
}

export class ShardWorker {
  readonly #wakeup: Wakeup;
  /** Rings when a batch has ended; a bell of its own, so that waiting for room forgets no ring of a writer. */
  readonly #room: Wakeup;
  readonly #progress = new ShardProgress();
  readonly #lanes: Lanes;
  readonly #reader: ShardReader;
  readonly #pause: PollPause;
  #drainWaiters: DrainWaiter[] = [];
  #ended = false;
  /** Since when the noted checkpoint waits to be stored. */
  #unsavedSince: number | undefined;
  #lookedUpAt: number;

  constructor(private readonly options: WorkerOptions) {
    const { source, position, execution, clock, limits, partitionKey, stopping } = options;
    this.#wakeup = new Wakeup(clock);
    this.#room = new Wakeup(clock);
    this.#reader = new ShardReader(source, position);
    this.#pause = new PollPause(options.poll);
    const batches = new BatchExecution({
      ...execution,
      shardId: source.shardId,
      commit: (records) => this.#commit(records),
    });
    this.#lanes = new Lanes({
      count: options.parallelizationFactor,
      partitionKey,
      limits,
      clock,
      stopping,
      run: (batch) => batches.run(batch),
      onBatchEnd: () => this.#batchEnded(),
    });
    this.#lookedUpAt = clock.now();
  }

  /** Nothing more comes from this worker. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  wake(): void {
    this.#wakeup.ring();
  }

  /** Resolves when everything that the shard holds now is consumed and checkpointed, or the worker has ended. */
  drained(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((done) => {
      this.#drainWaiters.push({ done, armed: false });
      this.wake();
    });
  }

  /**
   * Works until the shard is closed and consumed (`finished`) or the pipe stops.
   * @throws StreamNotFoundError when the stream is gone.
   */
  async run(): Promise<'finished' | 'stopped'> {
    try {
      const end = await this.#work();
      await this.#lanes.settled();
      if (end === 'finished') this.options.book.note(this.options.source.shardId, { finished: true });
      if (end === 'finished' || this.#unsavedSince !== undefined) await this.#save();
      return end;
    } finally {
      await this.#lanes.settled();
      this.#ended = true;
      for (const { done } of this.#drainWaiters) done();
      this.#drainWaiters = [];
    }
  }

  async #work(): Promise<'finished' | 'stopped'> {
    const { stopping, clock } = this.options;
    while (!stopping.aborted) {
      for (const waiter of this.#drainWaiters) waiter.armed = true;
      this.#wakeup.clear();
      const page = await this.#read();
      if (page === undefined) return 'stopped';
      this.#take(page.records);
      if (!(await this.#deliver(page.closed))) return 'stopped';
      if (page.closed) return 'finished';
      if (page.records.length > 0) {
        this.#pause.reset();
        continue;
      }
      await this.#rest();
      if (await this.#wakeup.wait(this.#pauseNow(clock.now()), stopping)) this.#pause.reset();
    }
    return 'stopped';
  }

  /** The next page; undefined when the pipe stopped while the source did not answer. */
  async #read(): Promise<ReadPage | undefined> {
    const { source, clock, stopping, emit } = this.options;
    for (let failures = 1; !stopping.aborted; failures += 1) {
      try {
        return await this.#reader.read(MAX_PAGE, stopping);
      } catch (error) {
        if (stopping.aborted) return undefined;
        // LocalStack's default provider words a stream that is gone as a failure of its own.
        const isUnlisted = hasAnswered(error) && (await this.#isUnlisted());
        // The shard has left the stream with all it held.
        if (isUnlisted && error instanceof ResourceNotFoundException) return { records: [], closed: true };
        emit?.({ type: 'warning', subject: 'source', message: `Cannot read ${source.shardId}: ${messageOf(error)}` });
        await clock.sleep(pauseAfter(failures, SOURCE_BACKOFF), stopping);
      }
    }
    return undefined;
  }

  /** A source that does not answer leaves it open. @throws StreamNotFoundError when the stream itself is gone */
  async #isUnlisted(): Promise<boolean> {
    const { client, streamArn, shardId } = this.options.source;
    try {
      const { shards } = await listShards(client, streamArn, this.options.stopping);
      return !shards.some((shard) => shard.shardId === shardId);
    } catch (error) {
      if (error instanceof StreamNotFoundError) throw error;
      return false;
    }
  }

  #take(records: readonly _Record[]): void {
    const { adapter, source, filter, clock, emit } = this.options;
    const now = clock.now();
    for (const raw of records) {
      const record = adaptRecord(raw, source.shardId, now, adapter);
      if (record === undefined) {
        this.#skip(raw.dynamodb?.SequenceNumber);
        continue;
      }
      const { event, sequenceNumber } = record;
      const verdict = filter.judge(event);
      if (emit !== undefined) {
        const about = { shardId: source.shardId, sequenceNumber, record: event };
        emit({ type: 'stream-record', ...about });
        emit({ type: 'filter', ...about, ...verdict, reason: filter.reason(event, verdict) });
      }
      if (verdict.passed) this.#lanes.add(pendingRecord(record, this.#progress.add(sequenceNumber, false), now));
      else this.#skip(sequenceNumber);
    }
  }

  /** A record that needs no delivery moves the checkpoint, but never past one that does. */
  #skip(sequenceNumber: string | undefined): void {
    if (sequenceNumber === undefined) return;
    this.#progress.add(sequenceNumber, true);
    if (this.#advance()) this.#unsavedSince ??= this.options.clock.now();
  }

  /** Delivers what is due; false when the pipe stopped meanwhile. */
  async #deliver(ending: boolean): Promise<boolean> {
    const { stopping, parallelizationFactor, clock } = this.options;
    this.#lanes.start(ending);
    if (parallelizationFactor === 1 || ending) await this.#lanes.settled();
    else {
      for (;;) {
        this.#lanes.assertSound();
        this.#room.clear();
        if (stopping.aborted || this.#hasRoom()) break;
        await this.#room.wait(this.#lanes.windowLeft(clock.now()) ?? UNTIL_A_BATCH_ENDS_MS, stopping);
        this.#lanes.start(false);
      }
    }
    this.#lanes.assertSound();
    return !stopping.aborted;
  }

  /**
   * Whether lanes may be fed further. What was read beyond the checkpoint is bounded, so that neither memory nor what a
   * crash delivers again grows while one lane is held up.
   */
  #hasRoom(): boolean {
    const { limits, parallelizationFactor: factor } = this.options;
    return this.#progress.ahead < factor * Math.max(limits.size, MAX_PAGE) && this.#lanes.bytes < factor * limits.bytes;
  }

  #batchEnded(): void {
    if (this.options.parallelizationFactor === 1) return;
    this.#wakeup.ring();
    this.#room.ring();
  }

  async #commit(records: readonly PendingRecord[]): Promise<void> {
    for (const { place } of records) place.done = true;
    if (this.#advance()) await this.#save();
  }

  /** Notes how far everything is done with; false when that is no further than before. */
  #advance(): boolean {
    const sequenceNumber = this.#progress.advance();
    if (sequenceNumber === undefined) return false;
    this.options.book.note(this.options.source.shardId, { sequenceNumber });
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
        emit?.({ type: 'warning', subject: 'checkpoint', message: `Cannot store the checkpoint: ${messageOf(error)}` });
        if (stopping.aborted) return;
        await clock.sleep(pauseAfter(failures, SOURCE_BACKOFF), stopping);
      }
    }
  }

  /** Nothing more to read for now: late saves, the stream's existence, and whoever waits for this moment. */
  async #rest(): Promise<void> {
    const { clock, source, stopping } = this.options;
    const armed = this.#drainWaiters.filter((waiter) => waiter.armed && this.#progress.ahead === 0);
    const now = clock.now();
    const due = this.#unsavedSince !== undefined && (armed.length > 0 || now - this.#unsavedSince >= LAZY_SAVE_MS);
    if (due) await this.#save();
    this.#drainWaiters = this.#drainWaiters.filter((waiter) => !armed.includes(waiter));
    for (const { done } of armed) done();
    if (now - this.#lookedUpAt < STREAM_CHECK_MS) return;
    this.#lookedUpAt = now;
    try {
      await listShards(source.client, source.streamArn, stopping);
    } catch (error) {
      if (error instanceof StreamNotFoundError) throw error;
      // A source that does not answer is the next read's business.
    }
  }

  /** What is due before the pause ends cuts it short: a gathered batch, a checkpoint that waits to be stored. */
  #pauseNow(now: number): number {
    const windowLeft = this.#lanes.windowLeft(now) ?? Number.POSITIVE_INFINITY;
    const saveDue =
      this.#unsavedSince === undefined ? Number.POSITIVE_INFINITY : this.#unsavedSince + LAZY_SAVE_MS - now;
    return Math.min(this.#pause.take(), windowLeft, Math.max(saveDue, 0));
  }
}

/** Whether the source has said that it has not got what it was asked for, or that it failed: no throttle, and no silence. */
const hasAnswered = (error: unknown): boolean =>
  error instanceof ResourceNotFoundException ||
  (error instanceof DynamoDBStreamsServiceException && error.$fault === 'server');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
