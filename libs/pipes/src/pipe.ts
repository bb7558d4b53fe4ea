/** A pipe: from a DynamoDB stream, through a filter, in batches, to a target; created, started, changed, stopped. */
import { type PipeChanges } from './pipe-changes.js';
import { type KeptBatch } from './dead-letter-store.js';
import { LivingPipe } from './living-pipe.js';
import { type MetricsOfMinute } from './metrics.js';
import { type PipeOptions } from './pipe-options.js';
import { type RedriveResult } from './redrive.js';
import { type PipeState } from './pipe-state.js';
import { assertPipe } from './validation.js';

/**
 * Changes take their time: each puts the pipe into a state such as STARTING at once and returns a promise of the state
 * that it comes to, which never rejects; a failed change tells why in `stateReason`.
 */
export interface Pipe {
  readonly arn: string;
  /** As created and changed since. */
  readonly options: PipeOptions;
  readonly state: PipeState;
  readonly desiredState: 'RUNNING' | 'STOPPED' | 'DELETED';
  /** Why the pipe is in its state, when there is a reason to tell. */
  readonly stateReason: string | undefined;
  /** Something was written to the source: reads at once instead of at the next poll. */
  wake(): void;
  /**
   * Resolves when every record visible in the stream at the call is consumed (delivered, filtered out or given up) and
   * checkpointed.
   * @throws PipeStoppedError when the pipe does not run or stops first.
   */
  drained(): Promise<void>;
  /** Resolves when no change is under way any more. */
  settled(): Promise<PipeState>;
  /** Goes on after the checkpoint. @throws PipeConflictError (at once) when the pipe's state does not allow it. */
  start(): Promise<PipeState>;
  /**
   * Resolves when the batch in flight has ended and is checkpointed; a batch between two tries comes again later.
   * @throws PipeConflictError (at once) when the pipe's state does not allow it.
   */
  stop(): Promise<PipeState>;
  /**
   * @throws PipeValidationError (at once) for what cannot be changed or may not be; PipeConflictError when the pipe's
   * state does not allow it.
   */
  update(changes: PipeChanges): Promise<PipeState>;
  /** Batches whose records are kept because the pipe gave them up, oldest first. */
  deadLetters(): Promise<readonly KeptBatch[]>;
  /**
   * Runs the records of one dead-lettered batch, or of `all`, through enrichment and target once more: not from the stream,
   * which may have forgotten them. What is delivered is kept no more.
   * @throws PipeRedriveError when no such batch is kept, or the pipe was closed or deleted.
   */
  redrive(id: string): Promise<readonly RedriveResult[]>;
  /** What happened in each minute, with AWS's names; of this process, three hours at most. */
  metrics(): readonly MetricsOfMinute[];
  /** Ends the pipe and forgets how far it has come and what it gave up. @throws PipeConflictError (at once) while another change is under way. */
  delete(): Promise<PipeState>;
  /** Ends all work of a pipe in whatever state, for a process that ends: created again, it goes on after its checkpoint. */
  close(): Promise<void>;
}

/** A pipe could not be started: its stream is not there or does not answer. */
export class PipeStartError extends Error {
  override readonly name = 'PipeStartError';
  readonly state = 'CREATE_FAILED';

  constructor(readonly stateReason: string) {
    super(stateReason);
  }
}

/**
 * A pipe that is CREATING; `settled()` tells what becomes of it.
 * @throws PipeValidationError for what a pipe may not be or what is not emulated.
 */
export function createPipe(options: PipeOptions): Pipe {
  assertPipe(options);
  return new LivingPipe(options);
}

/**
 * Creates a pipe and waits until it is RUNNING, or STOPPED where that is desired.
 * @throws PipeValidationError for what a pipe may not be or what is not emulated; PipeStartError when the stream cannot be
 * read.
 */
export async function startPipe(options: PipeOptions): Promise<Pipe> {
  const pipe = createPipe(options);
  if ((await pipe.settled()) === 'CREATE_FAILED') throw new PipeStartError(pipe.stateReason ?? '');
  return pipe;
}
