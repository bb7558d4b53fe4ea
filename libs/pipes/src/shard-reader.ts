/** Reads one shard forward from a position, whatever happens to its iterators. */
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
  type _Record,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';
import { isAtOrBefore } from './sequence.js';

/** Where reading goes on: after a sequence number, or at the oldest record kept. */
export type ReadPosition = { readonly after: string } | { readonly after: undefined };

export interface ReadPage {
  /** In stream order, none of them seen before. */
  readonly records: readonly _Record[];
  /** The shard has ended: nothing will follow these records. */
  readonly closed: boolean;
}

/** Most records that one GetRecords returns. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
export const MAX_PAGE = 1_000;

export interface ShardSource {
  readonly client: DynamoDBStreamsClient;
  /** As the source knows it. */
  readonly streamArn: string;
  readonly shardId: string;
}

/** A new iterator that is refused as well is no iterator's fault: then the read fails, and its reader pauses. */
const MOST_REFUSED = 3;

export class ShardReader {
  #iterator: string | undefined;
  #after: string | undefined;
  /** Records up to here came before and are skipped: set when reading had to start over at the trim horizon. */
  #skipThrough: string | undefined;
  /** No next iterator came. Emulators leave it out of open shards too: only a second look at the same place tells. */
  #endSeen = false;

  constructor(
    private readonly source: ShardSource,
    position: ReadPosition,
  ) {
    this.#after = position.after;
  }

  /**
   * The next records; an empty page means that there are none now. An expired iterator is replaced by one after the last
   * record read; data trimmed away in between is skipped.
   * @throws ResourceNotFoundException when shard or stream is gone; the SDK's error when the source does not answer.
   */
  async read(limit: number, abortSignal: AbortSignal): Promise<ReadPage> {
    for (let refused = 0; ;) {
      try {
        this.#iterator ??= await this.#seek(abortSignal);
        if (this.#iterator === undefined) return { records: [], closed: true };
        const page = await this.source.client.send(
          new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: limit }),
          { abortSignal },
        );
        this.#iterator = page.NextShardIterator;
        const records = this.#unseen(page.Records ?? []);
        this.#after = records.at(-1)?.dynamodb?.SequenceNumber ?? this.#after;
        if (page.NextShardIterator !== undefined) {
          this.#endSeen = false;
          return { records, closed: false };
        }
        const closed = this.#endSeen && records.length === 0;
        this.#endSeen = true;
        if (closed || records.length > 0) return { records, closed };
      } catch (error) {
        // An iterator that failed may be the fault: the next read takes a new one.
        this.#iterator = undefined;
        const isTrimmed = error instanceof TrimmedDataAccessException;
        if (!isTrimmed && !(error instanceof ExpiredIteratorException)) throw error;
        if ((refused += 1) > MOST_REFUSED) throw error;
        // DynamoDB Local refuses so an iterator that waits for a first record, too: then nothing is skipped.
        if (isTrimmed) this.#startOver();
      }
    }
  }

  async #seek(abortSignal: AbortSignal): Promise<string | undefined> {
    const { streamArn, shardId, client } = this.source;
    const shard = { StreamArn: streamArn, ShardId: shardId };
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand(
        this.#after === undefined || this.#skipThrough !== undefined
          ? { ...shard, ShardIteratorType: 'TRIM_HORIZON' }
          : { ...shard, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#after },
      ),
      { abortSignal },
    );
    return ShardIterator;
  }

  #startOver(): void {
    this.#skipThrough = this.#after;
  }

  #unseen(records: readonly _Record[]): readonly _Record[] {
    const limit = this.#skipThrough;
    if (limit === undefined) return records;
    const unseen = records.filter(({ dynamodb }) => !isAtOrBefore(dynamodb?.SequenceNumber ?? '0', limit));
    // Past the old position the iterator is an ordinary one again, and may be replaced as such.
    if (unseen.length > 0) this.#skipThrough = undefined;
    return unseen;
  }
}

export type CheckpointVerdict = 'usable' | 'trimmed' | 'foreign';

/**
 * Whether a stored sequence number belongs to this shard. An emulator that began anew may number from 1 again: reading
 * after the old number would then skip records silently.
 */
export async function verifyCheckpoint(
  source: ShardSource,
  sequenceNumber: string,
  abortSignal?: AbortSignal,
): Promise<CheckpointVerdict> {
  const first = async (seek: { ShardIteratorType: 'TRIM_HORIZON' } | { ShardIteratorType: 'AT_SEQUENCE_NUMBER' }) => {
    const { client, streamArn, shardId } = source;
    const options = abortSignal ? { abortSignal } : {};
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ...(seek.ShardIteratorType === 'AT_SEQUENCE_NUMBER' && { SequenceNumber: sequenceNumber }),
        ...seek,
      }),
      options,
    );
    if (ShardIterator === undefined) return undefined;
    const { Records } = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }), options);
    return Records?.[0]?.dynamodb?.SequenceNumber;
  };
  try {
    const found = await first({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' });
    if (found !== undefined && BigInt(found) === BigInt(sequenceNumber)) return 'usable';
  } catch (error) {
    if (error instanceof TrimmedDataAccessException) return 'trimmed';
    if (error instanceof ResourceNotFoundException) throw error;
    // DynamoDB refuses a number outside the shard as a validation error: judged below by what the shard does hold.
    if ((error as { $fault?: string }).$fault !== 'client') throw error;
  }
  const oldest = await first({ ShardIteratorType: 'TRIM_HORIZON' });
  // Trimming takes the oldest first: while something as old is kept, the stored number itself would be kept too.
  return oldest === undefined || !isAtOrBefore(oldest, sequenceNumber) ? 'trimmed' : 'foreign';
}
