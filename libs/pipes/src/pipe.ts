/** Starts a pipe: from a DynamoDB stream, through a filter, in batches, to a target. */
import { DEFAULT_BACKOFF } from './backoff.js';
import { type CheckpointKey } from './checkpoint.js';
import { systemClock } from './clock.js';
import { logRecordAt, type ExecutionRecord } from './execution-log.js';
import { filterStage } from './filter-stage.js';
import { lintPipeFilters } from './pattern/pipe-filter.js';
import { type PipeEvent, type PipeState } from './pipe-event.js';
import { batchSizeOf, DEFAULT_ACCOUNT, DEFAULT_IDLE_MS, DEFAULT_REGION, type PipeOptions } from './pipe-options.js';
import { listShards } from './shard-list.js';
import { Stages } from './stages.js';
import { openCheckpoints } from './starting-point.js';
import { StreamRunner } from './stream-runner.js';
import { assertPipe } from './validation.js';

export interface Pipe {
  readonly arn: string;
  readonly state: PipeState;
  /** Why the pipe is in its state, when there is a reason to tell. */
  readonly stateReason: string | undefined;
  /** Something was written to the source: reads at once instead of at the next poll. */
  wake(): void;
  /**
   * Resolves when every record visible in the stream at the call is consumed (delivered, filtered out or given up) and
   * checkpointed.
   * @throws PipeStoppedError when the pipe stops first.
   */
  drained(): Promise<void>;
  /** Resolves when the batch in flight has ended and is checkpointed; a batch between two tries comes again later. */
  stop(): Promise<void>;
}

/** A pipe could not be started: its stream is not there or does not answer. */
export class PipeStartError extends Error {
  override readonly name = 'PipeStartError';
  readonly state = 'CREATE_FAILED';

  constructor(
    readonly stateReason: string,
    options?: ErrorOptions,
  ) {
    super(stateReason, options);
  }
}

/** The pipe stopped before what was asked of it came about. */
export class PipeStoppedError extends Error {
  override readonly name = 'PipeStoppedError';
}

/**
 * Resolves when the pipe is RUNNING: its stream found, its shards listed, its checkpoints read.
 * @throws PipeValidationError for what a pipe may not be or what is not emulated; PipeStartError when the stream cannot be
 * read.
 */
export async function startPipe(options: PipeOptions): Promise<Pipe> {
  assertPipe(options);
  const pipe = new RunningPipe(options);
  await pipe.start();
  return pipe;
}

class RunningPipe implements Pipe {
  readonly arn: string;
  readonly #region: string;
  readonly #account: string;
  readonly #stopping = new AbortController();
  #state: PipeState = 'CREATING';
  #stateReason: string | undefined;
  #runner: StreamRunner | undefined;
  #stopped: Promise<void> | undefined;

  constructor(private readonly options: PipeOptions) {
    this.#region = options.region ?? DEFAULT_REGION;
    this.#account = options.account ?? DEFAULT_ACCOUNT;
    this.arn = `arn:aws:pipes:${this.#region}:${this.#account}:pipe/${options.name}`;
  }

  get state(): PipeState {
    return this.#state;
  }

  get stateReason(): string | undefined {
    return this.#stateReason;
  }

  async start(): Promise<void> {
    const { source, checkpoints } = this.options;
    this.#become('CREATING');
    for (const message of lintPipeFilters(this.options.filters ?? [])) {
      this.#emit({ type: 'warning', subject: 'filter', message });
    }
    const { client, streamArn, startingPosition } = source;
    const signal = this.#stopping.signal;
    try {
      const stream = await listShards(client, streamArn, signal);
      const key: CheckpointKey = { pipeArn: this.arn, streamArn };
      const warn = (message: string): void => this.#emit({ type: 'warning', subject: 'checkpoint', message });
      const { shards } = stream;
      const book = await openCheckpoints({
        client,
        streamArn,
        startingPosition,
        shards,
        checkpoints,
        key,
        warn,
        signal,
      });
      const runner = this.#makeRunner(book, source.partitionKey ?? stream.partitionKey);
      this.#runner = runner;
      this.#become('RUNNING');
      runner.start(stream);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#become('CREATE_FAILED', reason);
      throw new PipeStartError(reason, { cause: error });
    }
  }

  wake(): void {
    this.#runner?.wake();
  }

  async drained(): Promise<void> {
    if (this.#state === 'RUNNING') {
      try {
        await this.#runner?.drained();
      } catch (error) {
        if (!this.#stopping.signal.aborted) throw error;
      }
    }
    if (this.#state !== 'RUNNING') {
      throw new PipeStoppedError(`Pipe ${this.options.name} is ${this.#state}: ${this.#stateReason ?? 'not drained'}`);
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const failed = this.#state !== 'RUNNING';
    if (!failed) this.#become('STOPPING');
    this.#stopping.abort();
    await this.#runner?.ended();
    if (!failed) this.#become('STOPPED');
  }

  #makeRunner(book: Awaited<ReturnType<typeof openCheckpoints>>, partitionKey: string | undefined): StreamRunner {
    const { source, target, filters = [], clock = systemClock, onEvent, includeExecutionData } = this.options;
    const emit = (event: PipeEvent): void => this.#emit(event);
    const write = (record: ExecutionRecord): void => this.#writeStep(record);
    const stopping = this.#stopping.signal;
    if (partitionKey === undefined && (source.parallelizationFactor ?? 1) > 1) {
      const message =
        'The source does not tell its partition key: keys of two attributes take one lane (set source.partitionKey)';
      this.#emit({ type: 'warning', subject: 'source', message });
    }
    const streamArn = source.reportedStreamArn ?? this.#reportedArn(source.streamArn);
    const execution = {
      pipeArn: this.arn,
      streamArn,
      stages: this.#makeStages(streamArn),
      deadLetter: source.deadLetter,
      maximumRetryAttempts: source.maximumRetryAttempts ?? -1,
      maximumRecordAgeInSeconds: source.maximumRecordAgeInSeconds ?? -1,
      bisect: source.onPartialBatchItemFailure === 'AUTOMATIC_BISECT',
      backoff: this.options.backoff ?? DEFAULT_BACKOFF,
      clock,
      log: { resourceArn: this.arn, now: () => clock.now(), includeData: includeExecutionData ?? false, write },
      emit,
      stopping,
    };
    const limits = {
      size: batchSizeOf(this.options),
      windowMs: (source.maximumBatchingWindowInSeconds ?? 0) * 1000,
      bytes: target.maxPayloadBytes,
    };
    const worker = {
      adapter: { region: this.#region, streamArn },
      filter: filterStage(filters),
      limits,
      parallelizationFactor: source.parallelizationFactor ?? 1,
      partitionKey,
      execution,
      book,
      idleMs: this.options.poll?.idleMs ?? DEFAULT_IDLE_MS,
      clock,
      emit: onEvent && emit,
      stopping,
    };
    return new StreamRunner({
      worker,
      source: { client: source.client, streamArn: source.streamArn },
      book,
      clock,
      stopping,
      onFailure: (error) => this.#fail(error),
    });
  }

  #makeStages(sourceArn: string): Stages {
    const { name, enrichment, enrichmentParameters, target, targetParameters, clock = systemClock } = this.options;
    return new Stages({
      pipe: { arn: this.arn, name, sourceArn },
      enrichment,
      enrichmentTemplate: enrichmentParameters?.inputTemplate,
      target,
      targetTemplate: targetParameters?.inputTemplate,
      now: () => clock.now(),
      warn: (message) => this.#emit({ type: 'warning', subject: 'template', message }),
    });
  }

  /** The stream is gone: nothing that a pipe does can bring it back. */
  #fail(error: unknown): void {
    if (this.#state !== 'RUNNING') return;
    this.#become('START_FAILED', error instanceof Error ? error.message : String(error));
    this.#stopping.abort();
  }

  /** `arn:aws:dynamodb:<region>:<account>:table/...` with the pipe's own region and account. */
  #reportedArn(streamArn: string): string {
    const [arn, partition, service, , , ...resource] = streamArn.split(':');
    return [arn, partition, service, this.#region, this.#account, ...resource].join(':');
  }

  #become(state: PipeState, stateReason?: string): void {
    this.#state = state;
    this.#stateReason = stateReason;
    this.#emit({ type: 'state', state, ...(stateReason !== undefined && { stateReason }) });
  }

  #writeStep(record: ExecutionRecord): void {
    this.#emit(record);
    const { logLevel = 'OFF', onLog } = this.options;
    const logged = onLog && logRecordAt(logLevel, record);
    if (logged !== undefined) tell(onLog, logged);
  }

  #emit(event: PipeEvent): void {
    tell(this.options.onEvent, event);
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
