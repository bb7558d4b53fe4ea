/** Runs the kept records of dead letters through a pipe's stages again, apart from the shards and their checkpoints. */
import { remainderOf } from './batch-execution.js';
import { type Clock } from './clock.js';
import { type DeadLetterStore, type KeptBatch } from './dead-letter-store.js';
import { Deadline } from './deadline.js';
import { openExecution, type ExecutionLogOptions } from './execution-log.js';
import { PipeRedriveError } from './pipe-state.js';
import { type Stages } from './stages.js';
import { type StreamEvent } from './stream-event.js';

export interface RedriveResult {
  readonly id: string;
  /** How many records were delivered; they are kept no more. */
  readonly delivered: number;
  /** How many are still kept. */
  readonly left: number;
  /** Why some are, when a try failed as a whole. */
  readonly error?: string;
}

interface RedriveOptions {
  readonly pipeArn: string;
  readonly store: DeadLetterStore;
  readonly stages: Stages;
  /** Most records a try takes. */
  readonly batchSize: number;
  readonly clock: Clock;
  readonly log: ExecutionLogOptions;
}

/** What one pipe gave up and still has. */
export class KeptDeadLetters {
  #redriving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly pipeArn: string,
    private readonly store: DeadLetterStore,
    private readonly warn: (message: string) => void,
  ) {}

  /** @throws what the store throws. */
  async keep(batch: KeptBatch): Promise<void> {
    for (const id of await this.store.keep(this.pipeArn, batch)) {
      this.warn(`Forgot the records of dead-lettered batch ${id}: more were given up than are kept`);
    }
  }

  async list(): Promise<readonly KeptBatch[]> {
    const { batches, damaged } = await this.store.list(this.pipeArn);
    for (const name of damaged) this.warn(`Kept dead letter ${name} is damaged and not used`);
    return batches;
  }

  clear(): Promise<void> {
    return this.store.clear(this.pipeArn);
  }

  /**
   * One batch by its id, or `all`, oldest first; redrives wait for each other, since two at once would deliver twice.
   * @throws PipeRedriveError when no such batch is kept; what `prepare` throws.
   */
  redrive(id: string, prepare: () => Omit<RedriveOptions, 'pipeArn' | 'store'>): Promise<readonly RedriveResult[]> {
    const results = this.#redriving.then(async () => {
      const options = { ...prepare(), pipeArn: this.pipeArn, store: this.store };
      const batches = (await this.list()).filter((batch) => id === 'all' || batch.id === id);
      if (id !== 'all' && batches.length === 0) throw new PipeRedriveError(`No dead-lettered batch ${id} is kept`);
      const done: RedriveResult[] = [];
      for (const batch of batches) done.push(await redriveBatch(batch, options));
      return done;
    });
    // Its failure is its caller's; the next redrive waits for its end only.
    this.#redriving = results.catch(() => undefined);
    return results;
  }
}

/**
 * One try a batch, in order, whatever the records' age; what was delivered is forgotten after it, so a crash in between
 * delivers it again.
 * @throws what the store throws.
 */
async function redriveBatch(batch: KeptBatch, options: RedriveOptions): Promise<RedriveResult> {
  const { pipeArn, store, batchSize } = options;
  let left: readonly StreamEvent[] = [];
  let rest = batch.records;
  let error: string | undefined;
  while (rest.length > 0 && left.length === 0) {
    const tried = await tryOnce(rest.slice(0, batchSize), batch.shardId, options);
    left = tried.left;
    error = tried.error;
    rest = rest.slice(batchSize);
    const kept = [...left, ...rest];
    if (kept.length === 0) await store.remove(pipeArn, batch.id);
    else if (kept.length < batch.records.length) await store.keep(pipeArn, { ...batch, records: kept });
  }
  const count = left.length + rest.length;
  return { id: batch.id, delivered: batch.records.length - count, left: count, ...(error !== undefined && { error }) };
}

async function tryOnce(
  events: readonly StreamEvent[],
  shardId: string,
  { stages, clock, log }: RedriveOptions,
): Promise<{ readonly left: readonly StreamEvent[]; readonly error?: string }> {
  const deadline = new Deadline(clock);
  try {
    const result = await stages.run(events, openExecution(shardId, events, log), deadline);
    if (result.outcome === 'success') return { left: [] };
    const { rest } = remainderOf(events, result);
    return { left: rest, ...(result.outcome === 'failed' && { error: result.error.message }) };
  } finally {
    deadline.clear();
  }
}
