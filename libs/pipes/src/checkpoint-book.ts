/** The checkpoints of one running pipe: kept in memory, stored together, never two saves at once. */
import { type CheckpointKey, type CheckpointStore, type ShardCheckpoint, type StreamCheckpoint } from './checkpoint.js';

export class CheckpointBook {
  readonly #shards = new Map<string, ShardCheckpoint>();
  #saving: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(
    private readonly store: CheckpointStore,
    private readonly key: CheckpointKey,
    shards: StreamCheckpoint = {},
  ) {
    for (const [shardId, checkpoint] of Object.entries(shards)) this.#shards.set(shardId, checkpoint);
  }

  get(shardId: string): ShardCheckpoint | undefined {
    return this.#shards.get(shardId);
  }

  isFinished(shardId: string): boolean {
    const checkpoint = this.#shards.get(shardId);
    return checkpoint !== undefined && 'finished' in checkpoint;
  }

  /** Notes without storing. */
  note(shardId: string, checkpoint: ShardCheckpoint): void {
    this.#shards.set(shardId, checkpoint);
  }

  /** Forgets shards that the stream no longer lists. */
  keepOnly(shardIds: ReadonlySet<string>): void {
    for (const shardId of this.#shards.keys()) if (!shardIds.has(shardId)) this.#shards.delete(shardId);
  }

  /**
   * Stores everything noted until now. Calls during a save share the one that follows it.
   * @throws what the store throws.
   */
  save(): Promise<void> {
    if (this.#saving === undefined) return this.#start();
    this.#next ??= this.#saving.then(
      () => this.#follow(),
      () => this.#follow(),
    );
    return this.#next;
  }

  #follow(): Promise<void> {
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<void> {
    const saving = this.store.save(this.key, Object.fromEntries(this.#shards)).finally(() => {
      if (this.#saving === saving) this.#saving = undefined;
    });
    this.#saving = saving;
    return saving;
  }
}
