/** Works through one shard: read, filter, batch, deliver, checkpoint, and again. */
import { type _Record } from '@aws-sdk/client-dynamodb-streams';
import { pendingRecord, type BatchLimits } from './batch-buffer.js';
import { BatchExecution, type ExecutionOptions } from './batch-execution.js';
import { CheckpointKeeper, type CheckpointKeeperOptions } from './checkpoint-keeper.js';
import { type FilterStage } from './filter-stage.js';
import { Lanes } from './lanes.js';
import { PatientReader, type PatientReaderOptions } from './patient-reader.js';
import { PollPause, type PollOptions } from './poll-pause.js';
import { adaptRecord, type AdapterOptions } from './record-adapter.js';
import { MAX_PAGE } from './shard-reader.js';
import { Wakeup } from './wakeup.js';

export interface WorkerOptions extends PatientReaderOptions, CheckpointKeeperOptions {
  readonly adapter: AdapterOptions;
  readonly filter: FilterStage;
  readonly limits: BatchLimits;
  /** How many batches of the shard are delivered at once, 1 to 10. */
  readonly parallelizationFactor: number;
  readonly partitionKey: string | undefined;
  readonly execution: Omit<ExecutionOptions, 'shardId' | 'commit'>;
  readonly poll: PollOptions | undefined;
}

/** Room comes with the end of a batch, which rings: this only bounds one sleep. */
const UNTIL_A_BATCH_ENDS_MS = 60_000;

interface DrainWaiter {
  readonly done: () => void;
  /** Set once a read began after the question: only what that read no longer finds is drained. */
  armed: boolean;
}

export class ShardWorker {
  readonly #wakeup: Wakeup;
  /** Rings when a batch has ended; a bell of its own, so that waiting for room forgets no ring of a writer. */
  readonly #room: Wakeup;
  readonly #checkpoint: CheckpointKeeper;
  readonly #lanes: Lanes;
  readonly #reader: PatientReader;
  readonly #pause: PollPause;
  #drainWaiters: DrainWaiter[] = [];
  #ended = false;

  constructor(private readonly options: WorkerOptions) {
    const { source, execution, clock, limits, partitionKey, stopping } = options;
    this.#wakeup = new Wakeup(clock);
    this.#room = new Wakeup(clock);
    this.#checkpoint = new CheckpointKeeper(source.shardId, options);
    this.#reader = new PatientReader(options);
    this.#pause = new PollPause(options.poll);
    const batches = new BatchExecution({
      ...execution,
      shardId: source.shardId,
      commit: (records) => this.#checkpoint.commit(records),
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
      await (end === 'finished' ? this.#checkpoint.finish() : this.#checkpoint.saveLeft());
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
      const page = await this.#reader.read();
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

  #take(records: readonly _Record[]): void {
    const { adapter, source, filter, clock, emit } = this.options;
    const now = clock.now();
    for (const raw of records) {
      const record = adaptRecord(raw, source.shardId, now, adapter);
      if (record === undefined) {
        this.#checkpoint.skip(raw.dynamodb?.SequenceNumber);
        continue;
      }
      const { event, sequenceNumber } = record;
      const verdict = filter.judge(event);
      if (emit !== undefined) {
        const about = { shardId: source.shardId, sequenceNumber, record: event };
        emit({ type: 'stream-record', ...about });
        emit({ type: 'filter', ...about, ...verdict, reason: filter.reason(event, verdict) });
      }
      if (verdict.passed) this.#lanes.add(pendingRecord(record, this.#checkpoint.hold(sequenceNumber), now));
      else this.#checkpoint.skip(sequenceNumber);
    }
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
    return (
      this.#checkpoint.ahead < factor * Math.max(limits.size, MAX_PAGE) && this.#lanes.bytes < factor * limits.bytes
    );
  }

  #batchEnded(): void {
    if (this.options.parallelizationFactor === 1) return;
    this.#wakeup.ring();
    this.#room.ring();
  }

  /** Nothing more to read for now: late saves, whoever waits for this moment, and the stream's existence. */
  async #rest(): Promise<void> {
    const armed = this.#drainWaiters.filter((waiter) => waiter.armed && this.#checkpoint.ahead === 0);
    await (armed.length > 0 ? this.#checkpoint.saveLeft() : this.#checkpoint.saveDue());
    this.#drainWaiters = this.#drainWaiters.filter((waiter) => !armed.includes(waiter));
    for (const { done } of armed) done();
    await this.#reader.lookUp();
  }

  /** What is due before the pause ends cuts it short: a gathered batch, a checkpoint that waits to be stored. */
  #pauseNow(now: number): number {
    const windowLeft = this.#lanes.windowLeft(now) ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#pause.take(), windowLeft, this.#checkpoint.dueIn(now));
  }
}
