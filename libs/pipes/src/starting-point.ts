/** Decides, once a start, from where each shard of the stream is read. */
import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { CheckpointBook } from './checkpoint-book.js';
import { type CheckpointKey, type CheckpointStore, type ShardCheckpoint, type StreamCheckpoint } from './checkpoint.js';
import { type ListedShard } from './shard-list.js';
import { MAX_PAGE, ShardReader, verifyCheckpoint, type ShardSource } from './shard-reader.js';

export interface StartOptions {
  readonly client: DynamoDBStreamsClient;
  /** As the source knows it. */
  readonly streamArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly shards: readonly ListedShard[];
  readonly checkpoints: CheckpointStore;
  readonly key: CheckpointKey;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The checkpoints to go on from. LATEST is resolved here, at the pipe's first start on a stream, and stored; resolving it
 * again at a later start would lose what was written in between. A checkpoint that cannot be trusted sends the reader to
 * the oldest record kept: records may come twice, none is skipped.
 */
export async function openCheckpoints(options: StartOptions): Promise<CheckpointBook> {
  const { checkpoints, key, startingPosition, warn } = options;
  const loaded = await checkpoints.load(key);
  if (loaded !== undefined && 'shards' in loaded) {
    return new CheckpointBook(checkpoints, key, await trusted(loaded.shards, options));
  }
  if (loaded !== undefined) warn(`Stored checkpoint not used: ${loaded.refused}`);
  // A damaged file says that the pipe ran before: what LATEST meant then is lost, the oldest record is the safe answer.
  const anew = startingPosition === 'LATEST' && loaded?.damaged !== true;
  const book = new CheckpointBook(checkpoints, key);
  for (const { shardId } of options.shards) {
    book.note(shardId, anew ? await endOf(shardId, options) : { sequenceNumber: null });
  }
  await book.save();
  return book;
}

async function trusted(stored: StreamCheckpoint, options: StartOptions): Promise<StreamCheckpoint> {
  const shards: Record<string, ShardCheckpoint> = {};
  for (const [shardId, checkpoint] of Object.entries(stored)) {
    if (!options.shards.some((shard) => shard.shardId === shardId)) continue;
    shards[shardId] = checkpoint;
    if (!('sequenceNumber' in checkpoint) || checkpoint.sequenceNumber === null) continue;
    const verdict = await verifyCheckpoint(sourceOf(shardId, options), checkpoint.sequenceNumber, options.signal);
    if (verdict === 'usable') continue;
    shards[shardId] = { sequenceNumber: null };
    options.warn(
      verdict === 'trimmed'
        ? `Records of ${shardId} after ${checkpoint.sequenceNumber} may have left the stream unread`
        : `Checkpoint ${checkpoint.sequenceNumber} is not a record of ${shardId}: reading it from its start`,
    );
  }
  return shards;
}

/** Reads to the end of a shard: no iterator or range tells the last sequence number reliably. */
async function endOf(shardId: string, options: StartOptions): Promise<ShardCheckpoint> {
  const reader = new ShardReader(sourceOf(shardId, options), { after: undefined });
  let last: string | null = null;
  for (;;) {
    const { records, closed } = await reader.read(MAX_PAGE, options.signal);
    last = records.at(-1)?.dynamodb?.SequenceNumber ?? last;
    if (closed) return { finished: true };
    if (records.length === 0) return { sequenceNumber: last };
  }
}

const sourceOf = (shardId: string, { client, streamArn }: StartOptions): ShardSource => ({
  client,
  streamArn,
  shardId,
});
