/** A pipe between a start and a stop: its stream opened, its shards worked through. */
import { DEFAULT_BACKOFF } from './backoff.js';
import { type CheckpointBook } from './checkpoint-book.js';
import { systemClock } from './clock.js';
import { type KeptBatch } from './dead-letter-store.js';
import { type ExecutionRecord } from './execution-log.js';
import { filterStage } from './filter-stage.js';
import { type PipeEvent } from './pipe-event.js';
import { batchSizeOf, type PipeOptions } from './pipe-options.js';
import { listShards, StreamNotFoundError } from './shard-list.js';
import { reportedStreamArn, stagesOfPipe, type PipeIdentity } from './stages-of-pipe.js';
import { openCheckpoints } from './starting-point.js';
import { StreamRunner } from './stream-runner.js';

export interface SessionOptions extends PipeIdentity {
  readonly pipe: PipeOptions;
  readonly emit: (event: PipeEvent) => void;
  readonly write: (step: ExecutionRecord) => void;
  /** Keeps the records of a batch that is given up. */
  readonly keep: (batch: KeptBatch) => Promise<void>;
  /** Bytes of JSON that an execution is given. */
  readonly measure: (bytes: number) => void;
  /** The stream cannot be read any more, or the runner broke. */
  readonly onFailure: (error: unknown) => void;
}

export class PipeSession {
  readonly #stopping = new AbortController();
  #runner: StreamRunner | undefined;

  constructor(private readonly options: SessionOptions) {}

  get isClosed(): boolean {
    return this.#stopping.signal.aborted;
  }

  /**
   * Finds the stream and decides, where that was not decided before, from where on it is read; the returned function
   * begins to read.
   * @throws StreamNotFoundError when the stream is gone; the SDK's error when the source does not answer.
   */
  async open(): Promise<() => void> {
    const { pipeArn, emit, pipe } = this.options;
    const { client, streamArn, startingPosition, partitionKey } = pipe.source;
    const { signal } = this.#stopping;
    const stream = await listShards(client, streamArn, signal);
    // Disabled, it can still be read for a day; a pipe on it is lost all the same, as on AWS.
    if (!stream.enabled) throw new StreamNotFoundError();
    const book = await openCheckpoints({
      client,
      streamArn,
      startingPosition,
      shards: stream.shards,
      checkpoints: pipe.checkpoints,
      key: { pipeArn, streamArn },
      warn: (message) => emit({ type: 'warning', subject: 'checkpoint', message }),
      signal,
    });
    const runner = this.#makeRunner(book, partitionKey ?? stream.partitionKey);
    return () => {
      if (this.isClosed) return;
      this.#runner = runner;
      runner.start(stream);
    };
  }

  wake(): void {
    this.#runner?.wake();
  }

  /** Resolves when everything visible in the stream is consumed and checkpointed, or the session was closed. */
  async drained(): Promise<void> {
    try {
      await this.#runner?.drained();
    } catch (error) {
      if (!this.isClosed) throw error;
    }
  }

  /** Resolves when the batches in flight have ended and are checkpointed. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#runner?.ended();
  }

  #makeRunner(book: CheckpointBook, partitionKey: string | undefined): StreamRunner {
    const { pipeArn, region, pipe, emit, write, onFailure } = this.options;
    const { source, target, filters = [], clock = systemClock, onEvent, includeExecutionData } = pipe;
    const stopping = this.#stopping.signal;
    if (partitionKey === undefined && (source.parallelizationFactor ?? 1) > 1) {
      const message =
        'The source does not tell its partition key: keys of two attributes take one lane (set source.partitionKey)';
      emit({ type: 'warning', subject: 'source', message });
    }
    const streamArn = reportedStreamArn(pipe, this.options);
    const execution = {
      pipeArn,
      streamArn,
      stages: stagesOfPipe(pipe, this.options, emit),
      deadLetter: source.deadLetter,
      keep: this.options.keep,
      measure: this.options.measure,
      maximumRetryAttempts: source.maximumRetryAttempts ?? -1,
      maximumRecordAgeInSeconds: source.maximumRecordAgeInSeconds ?? -1,
      bisect: source.onPartialBatchItemFailure === 'AUTOMATIC_BISECT',
      backoff: pipe.backoff ?? DEFAULT_BACKOFF,
      clock,
      log: { resourceArn: pipeArn, now: () => clock.now(), includeData: includeExecutionData ?? false, write },
      emit,
      stopping,
    };
    const limits = {
      size: batchSizeOf(pipe),
      windowMs: (source.maximumBatchingWindowInSeconds ?? 0) * 1000,
      bytes: target.maxPayloadBytes,
    };
    const worker = {
      adapter: { region, streamArn },
      filter: filterStage(filters),
      limits,
      parallelizationFactor: source.parallelizationFactor ?? 1,
      partitionKey,
      execution,
      book,
      poll: pipe.poll,
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
      onFailure,
    });
  }
}
