/** Reads a shard through its source's bad days, and tells a source that is silent from a stream that is gone. */
import { DynamoDBStreamsServiceException, ResourceNotFoundException } from '@aws-sdk/client-dynamodb-streams';
import { pauseAfter, SHORT_BACKOFF } from './backoff.js';
import { type Clock } from './clock.js';
import { type PipeEvent } from './pipe-event.js';
import { listShards, StreamNotFoundError } from './shard-list.js';
import { MAX_PAGE, ShardReader, type ReadPage, type ReadPosition, type ShardSource } from './shard-reader.js';

export interface PatientReaderOptions {
  readonly source: ShardSource;
  readonly position: ReadPosition;
  readonly clock: Clock;
  readonly emit: ((event: PipeEvent) => void) | undefined;
  readonly stopping: AbortSignal;
}

/** An idle stream is looked up this often: an emulator may go on answering an iterator of a stream that is gone. */
const STREAM_CHECK_MS = 10_000;

export class PatientReader {
  readonly #reader: ShardReader;
  #lookedUpAt: number;

  constructor(private readonly options: PatientReaderOptions) {
    this.#reader = new ShardReader(options.source, options.position);
    this.#lookedUpAt = options.clock.now();
  }

  /**
   * The next page; undefined when the pipe stopped while the source did not answer.
   * @throws StreamNotFoundError when the stream is gone.
   */
  async read(): Promise<ReadPage | undefined> {
    const { source, clock, stopping, emit } = this.options;
    for (let failures = 1; !stopping.aborted; failures += 1) {
      try {
        return await this.#reader.read(MAX_PAGE, stopping);
      } catch (error) {
        if (stopping.aborted) return undefined;
        // LocalStack's default provider words a stream that is gone as a failure of its own.
        const isUnlisted = hasAnswered(error) && !(await this.#listsShard());
        // The shard has left the stream with all it held.
        if (isUnlisted && error instanceof ResourceNotFoundException) return { records: [], closed: true };
        const message = `Cannot read ${source.shardId}: ${error instanceof Error ? error.message : String(error)}`;
        emit?.({ type: 'warning', subject: 'source', message });
        await clock.sleep(pauseAfter(failures, SHORT_BACKOFF), stopping);
      }
    }
    return undefined;
  }

  /**
   * Looks the stream up when that was long ago.
   * @throws StreamNotFoundError when it is gone.
   */
  async lookUp(): Promise<void> {
    const now = this.options.clock.now();
    if (now - this.#lookedUpAt < STREAM_CHECK_MS) return;
    this.#lookedUpAt = now;
    await this.#listsShard();
  }

  /**
   * Whether the stream lists the shard; true also where the source does not answer: the next read finds out.
   * @throws StreamNotFoundError when the stream is gone.
   */
  async #listsShard(): Promise<boolean> {
    const { client, streamArn, shardId } = this.options.source;
    try {
      const { shards } = await listShards(client, streamArn, this.options.stopping);
      return shards.some((shard) => shard.shardId === shardId);
    } catch (error) {
      if (error instanceof StreamNotFoundError) throw error;
      return true;
    }
  }
}

/** Whether the source has said that it has not got what it was asked for, or that it failed: no throttle, and no silence. */
const hasAnswered = (error: unknown): boolean =>
  error instanceof ResourceNotFoundException ||
  (error instanceof DynamoDBStreamsServiceException && error.$fault === 'server');
