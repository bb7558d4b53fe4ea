/** Runs a worker for each shard of a stream, parents to their end before their children. */
import { type CheckpointBook } from './checkpoint-book.js';
import { type Clock } from './clock.js';
import { listShards, StreamNotFoundError, type ListedShard, type ListedStream } from './shard-list.js';
import { ShardWorker, type WorkerOptions } from './shard-worker.js';

export interface RunnerOptions {
  readonly worker: Omit<WorkerOptions, 'source' | 'position'>;
  readonly source: Omit<WorkerOptions['source'], 'shardId'>;
  readonly book: CheckpointBook;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** The stream cannot be read any more, or the runner broke. */
  readonly onFailure: (error: unknown) => void;
}

/** How often the shards are listed while every known one is finished and no child has shown up. */
const RELIST_MS = 1_000;

export class StreamRunner {
  readonly #workers = new Map<string, ShardWorker>();
  readonly #runs = new Set<Promise<void>>();
  readonly #started = new Set<string>();

  constructor(private readonly options: RunnerOptions) {}

  /** Starts a worker for every shard whose parent is done with. */
  start(stream: ListedStream): void {
    const { book } = this.options;
    const listed = new Map(stream.shards.map((shard) => [shard.shardId, shard]));
    book.keepOnly(new Set(listed.keys()));
    for (const shard of stream.shards) if (this.#isDue(shard, listed)) this.#begin(shard.shardId);
  }

  wake(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  /** Resolves when every record visible in the stream at the call is consumed and checkpointed, or the runner stopped. */
  async drained(): Promise<void> {
    const { stopping, source } = this.options;
    while (!stopping.aborted) {
      this.start(await listShards(source.client, source.streamArn, stopping));
      const workers = [...this.#workers.values()];
      await Promise.all(workers.map((worker) => worker.drained()));
      // A shard that ended meanwhile has handed over to children, which hold records of this moment too.
      if (!workers.some(({ hasEnded }) => hasEnded)) return;
    }
  }

  /** Resolves when no worker runs any more: after `stopping` was aborted. */
  async ended(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  #isDue({ shardId, parentShardId }: ListedShard, listed: ReadonlyMap<string, ListedShard>): boolean {
    const { book } = this.options;
    if (this.#started.has(shardId) || book.isFinished(shardId)) return false;
    return parentShardId === undefined || !listed.has(parentShardId) || book.isFinished(parentShardId);
  }

  #begin(shardId: string): void {
    const { worker: shared, source, book, stopping } = this.options;
    if (stopping.aborted) return;
    this.#started.add(shardId);
    const checkpoint = book.get(shardId);
    const after = checkpoint && 'sequenceNumber' in checkpoint ? checkpoint.sequenceNumber : null;
    const worker = new ShardWorker({
      ...shared,
      source: { ...source, shardId },
      position: { after: after ?? undefined },
    });
    this.#workers.set(shardId, worker);
    const run = this.#run(shardId, worker).finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  async #run(shardId: string, worker: ShardWorker): Promise<void> {
    try {
      const end = await worker.run();
      this.#workers.delete(shardId);
      if (end === 'finished') await this.#followUp();
    } catch (error) {
      this.#workers.delete(shardId);
      if (!this.options.stopping.aborted) this.options.onFailure(error);
    }
  }

  /** Undefined when the source does not answer: it is asked again. @throws StreamNotFoundError */
  async #list(): Promise<ListedStream | undefined> {
    const { source, stopping } = this.options;
    try {
      return await listShards(source.client, source.streamArn, stopping);
    } catch (error) {
      if (error instanceof StreamNotFoundError) throw error;
      return undefined;
    }
  }

  /** A shard has ended: its children may begin. Without any shard left to read, waits for new ones. */
  async #followUp(): Promise<void> {
    const { stopping, clock, book } = this.options;
    while (!stopping.aborted) {
      const stream = await this.#list();
      if (stream !== undefined) this.start(stream);
      if (this.#workers.size > 0) return;
      const isAtEnd = stream?.enabled === false && stream.shards.every(({ shardId }) => book.isFinished(shardId));
      if (isAtEnd) throw new StreamNotFoundError();
      await clock.sleep(RELIST_MS, stopping);
    }
  }
}
