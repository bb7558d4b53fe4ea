/** What DescribeStream tells: which shards there are, who descends from whom, whether the stream is still there. */
import {
  DescribeStreamCommand,
  ResourceNotFoundException,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';

export interface ListedShard {
  readonly shardId: string;
  readonly parentShardId: string | undefined;
}

export interface ListedStream {
  /** False once the stream was disabled: it may still be read to its end, new records never come. */
  readonly enabled: boolean;
  readonly shards: readonly ListedShard[];
  /** Name of the table's partition key, where the source tells it. */
  readonly partitionKey: string | undefined;
}

/** The stream is gone, or was never there. */
export class StreamNotFoundError extends Error {
  override readonly name = 'StreamNotFoundError';

  constructor() {
    // AWS's own sentence: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
    super('Stream not found. To resume processing please delete the pipe and create a new one.');
  }
}

/**
 * All shards of a stream, page by page.
 * @throws StreamNotFoundError when there is no such stream; the SDK's error when the source does not answer.
 */
export async function listShards(
  client: DynamoDBStreamsClient,
  streamArn: string,
  signal?: AbortSignal,
): Promise<ListedStream> {
  const shards: ListedShard[] = [];
  let enabled = true;
  let partitionKey: string | undefined;
  let after: string | undefined;
  do {
    const { StreamDescription: page } = await describe(client, streamArn, after, signal);
    if (page === undefined) throw new StreamNotFoundError();
    // An emulator that leaves the status out has no way to disable a stream.
    enabled = page.StreamStatus !== 'DISABLED' && page.StreamStatus !== 'DISABLING';
    for (const { ShardId, ParentShardId } of page.Shards ?? []) {
      if (ShardId !== undefined) shards.push({ shardId: ShardId, parentShardId: ParentShardId });
    }
    partitionKey ??= page.KeySchema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
    after = page.LastEvaluatedShardId;
  } while (after !== undefined);
  return { enabled, shards, partitionKey };
}

async function describe(
  client: DynamoDBStreamsClient,
  StreamArn: string,
  ExclusiveStartShardId: string | undefined,
  abortSignal: AbortSignal | undefined,
) {
  try {
    return await client.send(
      new DescribeStreamCommand({ StreamArn, ...(ExclusiveStartShardId !== undefined && { ExclusiveStartShardId }) }),
      abortSignal ? { abortSignal } : {},
    );
  } catch (error) {
    if (error instanceof ResourceNotFoundException) throw new StreamNotFoundError();
    throw error;
  }
}
