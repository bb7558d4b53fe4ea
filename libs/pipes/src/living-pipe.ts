/** The life of one pipe: takes what is asked of it through the table of pipe-state.ts. */
import { systemClock } from './clock.js';
import { memoryDeadLetters, type KeptBatch } from './dead-letter-store.js';
import { logRecordAt, type ExecutionRecord } from './execution-log.js';
import { PipeMetrics, type MetricsOfMinute } from './metrics.js';
import { lintPipeFilters } from './pattern/pipe-filter.js';
import { changedOptions, type PipeChanges } from './pipe-changes.js';
import { type PipeEvent } from './pipe-event.js';
import { batchSizeOf, DEFAULT_ACCOUNT, DEFAULT_REGION, type PipeOptions } from './pipe-options.js';
import { PipeSession } from './pipe-session.js';
import {
  PipeConflictError,
  PipeRedriveError,
  PipeStoppedError,
  TRANSITIONS,
  type PipeAction,
  type PipeState,
} from './pipe-state.js';
import { KeptDeadLetters, type RedriveResult } from './redrive.js';
import { StreamNotFoundError } from './shard-list.js';
import { stagesOfPipe, type PipeIdentity } from './stages-of-pipe.js';
import { assertPipe } from './validation.js';

/** See the interface Pipe for what the methods promise. */
export class LivingPipe {
  readonly arn: string;
  readonly #region: string;
  readonly #account: string;
  #options: PipeOptions;
  #state: PipeState = 'CREATING';
  #desiredState: 'RUNNING' | 'STOPPED' | 'DELETED';
  #stateReason: string | undefined;
  #session: PipeSession | undefined;
  #change: Promise<PipeState>;
  /** The stream is gone: nothing but deletion is left. */
  #isLost = false;
  #isClosed = false;
  readonly #metrics = new PipeMetrics();
  readonly #kept: KeptDeadLetters;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#region = options.region ?? DEFAULT_REGION;
    this.#account = options.account ?? DEFAULT_ACCOUNT;
    this.#desiredState = options.desiredState ?? 'RUNNING';
    this.arn = `arn:aws:pipes:${this.#region}:${this.#account}:pipe/${options.name}`;
    this.#kept = new KeptDeadLetters(this.arn, options.deadLetters ?? memoryDeadLetters(), (message) =>
      this.#emit({ type: 'warning', subject: 'dead-letter', message }),
    );
    this.#change = this.#begin('create', () => this.#open());
  }

  get options(): PipeOptions {
    return this.#options;
  }

  get state(): PipeState {
    return this.#state;
  }

  get desiredState(): 'RUNNING' | 'STOPPED' | 'DELETED' {
    return this.#desiredState;
  }

  get stateReason(): string | undefined {
    return this.#stateReason;
  }

  wake(): void {
    this.#session?.wake();
  }

  async drained(): Promise<void> {
    const session = this.#state === 'RUNNING' ? this.#session : undefined;
    await session?.drained();
    if (session === undefined || session.isClosed) {
      throw new PipeStoppedError(`Pipe ${this.options.name} is ${this.#state}: ${this.#stateReason ?? 'not drained'}`);
    }
  }

  settled(): Promise<PipeState> {
    return this.#change;
  }

  start(): Promise<PipeState> {
    if (this.#state === 'RUNNING' || this.#state === 'STARTING') return this.#change;
    this.#assertMay('start');
    this.#desiredState = 'RUNNING';
    return (this.#change = this.#begin('start', () => this.#open()));
  }

  stop(): Promise<PipeState> {
    if (this.#state === 'STOPPED' || this.#state === 'STOPPING') return this.#change;
    this.#assertMay('stop');
    this.#desiredState = 'STOPPED';
    return (this.#change = this.#begin('stop', () => this.#closeSession()));
  }

  update(changes: PipeChanges): Promise<PipeState> {
    this.#assertMay('update');
    const options = changedOptions(this.#options, changes);
    assertPipe(options);
    if (changes.desiredState !== undefined) this.#desiredState = changes.desiredState;
    return (this.#change = this.#begin('update', async () => {
      await this.#closeSession();
      this.#options = options;
      await this.#open();
    }));
  }

  delete(): Promise<PipeState> {
    if (this.#state === 'DELETING') return this.#change;
    this.#assertMay('delete');
    this.#desiredState = 'DELETED';
    return (this.#change = this.#begin('delete', async () => {
      await this.#closeSession();
      const { checkpoints, source } = this.#options;
      await checkpoints.remove({ pipeArn: this.arn, streamArn: source.streamArn });
      await this.#kept.clear();
    }));
  }

  metrics(): readonly MetricsOfMinute[] {
    return this.#metrics.minutes;
  }

  deadLetters(): Promise<readonly KeptBatch[]> {
    return this.#kept.list();
  }

  redrive(id: string): Promise<readonly RedriveResult[]> {
    return this.#kept.redrive(id, () => {
      if (this.#isClosed || this.#state === 'DELETING') {
        throw new PipeRedriveError(`Pipe ${this.options.name} is closed`);
      }
      const { clock = systemClock, includeExecutionData: includeData = false } = this.#options;
      return {
        stages: stagesOfPipe(this.#options, this.#identity, (event) => this.#emit(event)),
        batchSize: batchSizeOf(this.#options),
        clock,
        log: { resourceArn: this.arn, now: () => clock.now(), includeData, write: (step) => this.#write(step) },
      };
    });
  }

  get #identity(): PipeIdentity {
    return { pipeArn: this.arn, region: this.#region, account: this.#account };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#closeSession();
    await this.#change;
    if (this.#state === 'RUNNING') this.#become('STOPPED');
  }

  #assertMay(action: PipeAction): void {
    const lost = this.#isLost && action !== 'delete';
    if (TRANSITIONS[action].from.includes(this.#state) && !lost && !this.#isClosed) return;
    throw new PipeConflictError(this.options.name, action, this.#state, this.#stateReason);
  }

  /** Goes through one change; the state that it ends in. */
  async #begin(action: PipeAction, change: () => Promise<void>): Promise<PipeState> {
    const { during, failed } = TRANSITIONS[action];
    this.#become(during);
    try {
      await change();
    } catch (error) {
      // A pipe that was closed meanwhile did not fail.
      if (!this.#isClosed) this.#lose(failed, error);
      return this.#state;
    }
    // One that runs, or whose stream broke right away, has told its own state; a deleted one has no further.
    if (this.#state === during && action !== 'delete') this.#become('STOPPED');
    return this.#state;
  }

  /** Opens the stream, also of a pipe that is to be STOPPED: LATEST means the moment of creation. */
  async #open(): Promise<void> {
    // Closed while an update waited for the batch in flight: nobody would end what began now.
    if (this.#isClosed) return;
    for (const message of lintPipeFilters(this.#options.filters ?? [])) {
      this.#emit({ type: 'warning', subject: 'filter', message });
    }
    const session = new PipeSession({
      ...this.#identity,
      pipe: this.#options,
      keep: (batch) => this.#kept.keep(batch),
      measure: (bytes) => this.#metrics.size(bytes, (this.#options.clock ?? systemClock).now()),
      emit: (event) => this.#emit(event),
      write: (step) => this.#write(step),
      onFailure: (error) => this.#fail(session, error),
    });
    this.#session = session;
    const begin = await session.open();
    if (this.#desiredState !== 'RUNNING' || session.isClosed) return;
    this.#become('RUNNING');
    begin();
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    await session?.close();
    if (this.#session === session) this.#session = undefined;
  }

  #fail(session: PipeSession, error: unknown): void {
    if (this.#session !== session || session.isClosed) return;
    this.#lose('START_FAILED', error);
    void session.close();
  }

  #lose(state: PipeState, error: unknown): void {
    this.#isLost ||= error instanceof StreamNotFoundError;
    this.#become(state, error instanceof Error ? error.message : String(error));
  }

  #become(state: PipeState, stateReason?: string): void {
    this.#state = state;
    this.#stateReason = stateReason;
    this.#emit({ type: 'state', state, ...(stateReason !== undefined && { stateReason }) });
  }

  #write(step: ExecutionRecord): void {
    this.#metrics.record(step);
    this.#emit(step);
    const { logLevel = 'OFF', onLog } = this.#options;
    const logged = onLog && logRecordAt(logLevel, step);
    if (logged !== undefined) tell(onLog, logged);
  }

  #emit(event: PipeEvent): void {
    tell(this.#options.onEvent, event);
  }
}

function tell<T>(listener: ((told: T) => void) | undefined, told: T): void {
  try {
    listener?.(told);
  } catch (error) {
    // A listener's mistake is neither the pipe's nor to be hidden: it surfaces as an uncaught exception.
    queueMicrotask(() => {
      throw error;
    });
  }
}
