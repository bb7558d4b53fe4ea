/**
 * A DynamoDB Streams endpoint whose shards the test writes itself: for what no emulator does on demand (several shards,
 * parents, expired iterators, trimmed data, record times). Spoken to by the real SDK client over HTTP.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { DynamoDBStreamsClient, type DynamoDBStreamsClientConfig } from '@aws-sdk/client-dynamodb-streams';

export const SCRIPTED_ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/scripted/stream/2026-01-01T00:00:00.000';

interface ScriptedRecord {
  readonly sequence: bigint;
  readonly key: string;
  readonly at: number;
}

/** What the endpoint says instead of an answer, once, for the next call of the operation. */
export interface Fault {
  readonly operation: 'GetRecords' | 'GetShardIterator' | 'DescribeStream';
  readonly error: string;
  readonly status?: number;
}

export class ScriptedShard {
  readonly records: ScriptedRecord[] = [];
  closed = false;
  /** Records before this sequence number have left the stream. */
  trimmedBefore = 0n;

  constructor(
    readonly id: string,
    readonly parent?: string,
  ) {}

  /** Writes an INSERT of an item with this key, `at` (epoch seconds) or now. */
  write(sequence: number | bigint, key: string, at = Date.now() / 1000): void {
    this.records.push({ sequence: BigInt(sequence), key, at });
  }
}

export class ScriptedStream {
  readonly shards: ScriptedShard[] = [];
  readonly faults: Fault[] = [];
  /** Names of the operations called, in order. */
  readonly calls: string[] = [];
  /** False: the stream is not found. */
  exists = true;
  status = 'ENABLED';
  /** So many answers to reads lack the next iterator, though their shard is open. */
  lostIterators = 0;
  /** Called when the answer to a read is made and not yet sent: what it does, that answer does not show. */
  beforeAnswer: (() => void) | undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #client: DynamoDBStreamsClient | undefined;

  async start(): Promise<DynamoDBStreamsClient> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    this.#client = new DynamoDBStreamsClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    return this.#client;
  }

  async stop(): Promise<void> {
    this.#client?.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  shard(id: string, parent?: string): ScriptedShard {
    const shard = new ScriptedShard(id, parent);
    this.shards.push(shard);
    return shard;
  }

  /** The same stream without a server: the real SDK client, whose requests never leave the process. */
  inMemory(): DynamoDBStreamsClient {
    return new DynamoDBStreamsClient({
      endpoint: 'http://in-memory.invalid',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        destroy: () => undefined,
        updateHttpClientConfig: () => undefined,
        httpHandlerConfigs: () => ({}),
        handle: async ({ headers, body: sent }: { headers: Record<string, string>; body: Uint8Array }) => {
          await setImmediate();
          const answer = this.#respond(
            headers['x-amz-target'] ?? '',
            JSON.parse(new TextDecoder().decode(sent)) as Record<string, string>,
          );
          const type = { 'content-type': 'application/x-amz-json-1.0' };
          const body = Readable.from([Buffer.from(answer.body)]);
          return { response: { statusCode: answer.status, headers: type, body } };
        },
      } as NonNullable<DynamoDBStreamsClientConfig['requestHandler']>,
    });
  }

  /**
   * What the runner calls of a client, without the SDK's work for each call: for thousands of pipes in one test. Answers
   * have the SDK's shape; faults are not played.
   */
  bare(): DynamoDBStreamsClient {
    const send = async ({ constructor, input }: { constructor: { name: string }; input: Record<string, string> }) => {
      await setImmediate();
      const { body } = this.#respond(constructor.name.replace(/Command$/, ''), input);
      return JSON.parse(body, (key, value: unknown) =>
        key === 'ApproximateCreationDateTime' ? new Date((value as number) * 1000) : value,
      ) as unknown;
    };
    return { send } as unknown as DynamoDBStreamsClient;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(await text(request)) as Record<string, string>;
    const { status, body } = this.#respond(String(request.headers['x-amz-target']), input);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.statusCode = status;
    response.end(body);
  }

  #respond(amzTarget: string, input: Record<string, string>): { status: number; body: string } {
    const operation = amzTarget.split('.').at(-1) ?? '';
    this.calls.push(operation);
    const fault = this.faults.findIndex((candidate) => candidate.operation === operation);
    const { error, status = 400 } =
      fault === -1 ? this.#refusal(operation, input) : (this.faults.splice(fault, 1)[0] ?? { error: '' });
    const failed = { __type: `com.amazonaws.dynamodb.v20120810#${error}`, message: `scripted ${error}` };
    const body = JSON.stringify(error === '' ? this.#result(operation, input) : failed);
    if (operation === 'GetRecords') this.beforeAnswer?.();
    return { status: error === '' ? 200 : status, body };
  }

  #refusal(operation: string, input: Record<string, string>): { error: string; status?: number } {
    if (!this.exists) return { error: 'ResourceNotFoundException' };
    if (operation === 'DescribeStream') return { error: '' };
    const shardId = input['ShardId'] ?? input['ShardIterator']?.split('|')[0];
    const shard = this.shards.find(({ id }) => id === shardId);
    if (shard === undefined) return { error: 'ResourceNotFoundException' };
    const after = input['SequenceNumber'];
    if (after !== undefined && BigInt(after) < shard.trimmedBefore) return { error: 'TrimmedDataAccessException' };
    return { error: '' };
  }

  #result(operation: string, input: Record<string, string>): unknown {
    switch (operation) {
      case 'DescribeStream':
        return {
          StreamDescription: {
            StreamArn: SCRIPTED_ARN,
            StreamStatus: this.status,
            KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
            Shards: this.shards.map(({ id, parent }) => ({ ShardId: id, ...(parent && { ParentShardId: parent }) })),
          },
        };
      case 'GetShardIterator':
        return { ShardIterator: `${input['ShardId']}|${this.#offset(input)}` };
      default:
        return this.#page(input['ShardIterator'] ?? '', Number(input['Limit'] ?? 1000));
    }
  }

  #offset({ ShardId, ShardIteratorType, SequenceNumber = '0' }: Record<string, string>): number {
    const { records, trimmedBefore } = this.#named(ShardId);
    const given = BigInt(SequenceNumber);
    const from =
      ShardIteratorType === 'TRIM_HORIZON'
        ? trimmedBefore
        : ShardIteratorType === 'AT_SEQUENCE_NUMBER'
          ? given
          : given + 1n;
    const offset = records.findIndex(({ sequence }) => sequence >= from);
    return offset === -1 ? records.length : offset;
  }

  #named(shardId: string | undefined): ScriptedShard {
    const shard = this.shards.find(({ id }) => id === shardId);
    if (shard === undefined) throw new Error(`No shard ${shardId}`);
    return shard;
  }

  #page(iterator: string, limit: number): unknown {
    const [shardId, offset] = iterator.split('|');
    const shard = this.#named(shardId);
    const from = Number(offset);
    const records = shard.records.slice(from, from + limit);
    const end = from + records.length;
    const lost = this.lostIterators > 0;
    if (lost) this.lostIterators -= 1;
    const last = lost || (shard.closed && end === shard.records.length);
    return { Records: records.map(recordOf), ...(!last && { NextShardIterator: `${shardId}|${end}` }) };
  }
}

const recordOf = ({ sequence, key, at }: ScriptedRecord): unknown => ({
  eventID: `event-of-${key}-${sequence}`,
  eventName: 'INSERT',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'us-east-1',
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(at),
    Keys: { PK: { S: key } },
    NewImage: { PK: { S: key } },
    SequenceNumber: String(sequence),
    SizeBytes: 10,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
});
