/** What LocalStack's streams (4.14.0) do differently from DynamoDB's: each as LocalStack answers, and as the pipes take it. */
import { after, before, describe, it } from 'node:test';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetRecordsCommandOutput,
  type GetShardIteratorCommandInput,
} from '@aws-sdk/client-dynamodb-streams';
import { expect } from 'expect';
import { keysOf, pipeFrom } from '../../libs/pipes/test/pipe-fixture.js';
import { tableServer, type StreamedTable, type TableServer } from '../../libs/pipes/test/table-server.js';
import { adaptRecord } from '../../libs/pipes/src/record-adapter.js';
import { isAtOrBefore } from '../../libs/pipes/src/sequence.js';
import { listShards, StreamNotFoundError } from '../../libs/pipes/src/shard-list.js';
import { ShardReader, verifyCheckpoint } from '../../libs/pipes/src/shard-reader.js';

/** In containers LocalStack is reached through the endpoint alone, as the pipes reach it. */
const url = process.env.LOCALSTACK_URL ?? process.env.AWS_ENDPOINT_URL ?? '';
const access = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } };
const MINUTE_MS = 60_000;
const never = new AbortController().signal;

describe('a stream of LocalStack', () => {
  const made: StreamedTable[] = [];
  let server: TableServer;
  before(() => {
    server = tableServer('us-east-1', url);
  });
  after(async () => {
    // One of them is gone by then.
    await Promise.allSettled(made.map((table) => table.drop()));
    await server.stop();
  });

  /** A table with a record for each key, and its shard. */
  async function written(...keys: string[]) {
    const table = await server.table();
    made.push(table);
    for (const key of keys) await table.put(key);
    const { shards } = await listShards(server.streams, table.streamArn);
    expect(shards).toHaveLength(1);
    return { table, source: { client: server.streams, streamArn: table.streamArn, shardId: shards[0]!.shardId } };
  }
  type Source = Awaited<ReturnType<typeof written>>['source'];
  const iterator = async (
    { streamArn, shardId }: Source,
    at: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> = {
      ShardIteratorType: 'TRIM_HORIZON',
    },
  ): Promise<string> => {
    const asked = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...at });
    return (await server.streams.send(asked)).ShardIterator!;
  };
  const recordsAt = (ShardIterator: string): Promise<GetRecordsCommandOutput> =>
    server.streams.send(new GetRecordsCommand({ ShardIterator }));
  const keysIn = ({ records: read }: { records: readonly { dynamodb?: { Keys?: object } }[] }): string[] =>
    read.map(({ dynamodb }) => (dynamodb?.Keys as { PK: { S: string } }).PK.S);
  /** A reader of the same LocalStack whose next iterators are made into other ones as they come, each once. */
  const readerWith = (source: Source, change: (ShardIterator: string) => string) => {
    const client = new DynamoDBStreamsClient({ ...access, maxAttempts: 1 });
    let changes = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const output = answer.output as Partial<GetRecordsCommandOutput>;
        if (output.NextShardIterator !== undefined && (changes += 1) === 1)
          output.NextShardIterator = change(output.NextShardIterator);
        return answer;
      },
      { step: 'initialize' },
    );
    return { reader: new ShardReader({ ...source, client }, { after: undefined }), client };
  };

  it('names a stream as AWS does, and the next iterator after DynamoDB Local: it is handed back as it came', async () => {
    const { table, source } = await written('a');
    expect(table.streamArn).toMatch(
      new RegExp(
        `^arn:aws:dynamodb:us-east-1:000000000000:table/${table.name}/stream/\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}$`,
      ),
    );
    const first = await iterator(source);
    expect(first.split('|')).toEqual([table.streamArn, '001', expect.any(String)]);
    const next = (await recordsAt(first)).NextShardIterator;
    expect(next?.split('|')[0]).toBe(table.streamArn.replace('us-east-1', 'ddblocal'));
    const reader = new ShardReader(source, { after: undefined });
    expect(keysIn(await reader.read(10, never))).toEqual(['a']);
    await table.put('b');
    expect(keysIn(await reader.read(10, never))).toEqual(['b']);
  });

  it('pads sequence numbers with zeros and takes no others back: they are handed on, and stored, as they came', async () => {
    const { source } = await written('a', 'b');
    const { Records = [] } = await recordsAt(await iterator(source));
    const numbers = Records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
    expect(numbers).toEqual([expect.stringMatching(/^0{8}\d{13}$/), expect.stringMatching(/^0{8}\d{13}$/)]);
    const [first = '', second = ''] = numbers;
    const bare = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: String(BigInt(first)) } as const;
    await expect(iterator(source, bare)).rejects.toMatchObject({ name: 'ValidationException' });
    const adapted = Records.map((raw) => adaptRecord(raw, source.shardId, Date.now(), { region: 'r', streamArn: 's' }));
    expect(adapted.map((record) => record?.sequenceNumber)).toEqual(numbers);
    expect(adapted.map((record) => record?.event.dynamodb.SequenceNumber)).toEqual(numbers);
    expect([isAtOrBefore(first, second), isAtOrBefore(second, first)]).toEqual([true, false]);
    expect(keysIn(await new ShardReader(source, { after: first }).read(10, never))).toEqual(['b']);
  });

  it('takes a number that it has not given yet, and refuses an older one: neither is a checkpoint to go on from', async () => {
    const { source } = await written('a');
    const { Records = [] } = await recordsAt(await iterator(source));
    const given = Records[0]?.dynamodb?.SequenceNumber ?? '';
    const at = (number: number): string => String(number).padStart(given.length, '0');
    const [older, newer] = [at(1), at(Number(given) + 1_000_000)];
    const type = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' } as const;
    const ahead = await recordsAt(await iterator(source, { ...type, SequenceNumber: newer }));
    expect([ahead.Records, typeof ahead.NextShardIterator]).toEqual([[], 'string']);
    await expect(iterator(source, { ...type, SequenceNumber: older })).rejects.toMatchObject({
      ...{ name: 'ValidationException', message: 'Invalid SequenceNumber for the shard' },
    });
    const verdicts = [given, newer, older].map((number) => verifyCheckpoint(source, number));
    expect(await Promise.all(verdicts)).toEqual(['usable', 'foreign', 'trimmed']);
  });

  it('numbers all tables together, and refuses who waits for a first record once another table has one: it is read', async () => {
    const [{ table, source }, other] = [await written(), await written()];
    const reader = new ShardReader(source, { after: undefined });
    expect(await reader.read(10, never)).toEqual({ records: [], closed: false });
    const waiting = await iterator(source);
    await other.table.put('before');
    const { NextShardIterator = '' } = await recordsAt(waiting);
    await reader.read(10, never);
    await table.put('first');
    await expect(recordsAt(NextShardIterator)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
    expect(keysIn(await reader.read(10, never))).toEqual(['first']);
  });

  it("cuts record times to the minute, under our region's name: the first read counts, within that minute", async () => {
    const { source } = await written('a');
    const { Records = [] } = await recordsAt(await iterator(source));
    const raw = Records[0]!;
    const told = raw.dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0;
    const now = Date.now();
    expect([raw.awsRegion, told % MINUTE_MS]).toEqual(['us-east-1', 0]);
    expect(now - told).toBeLessThan(2 * MINUTE_MS);
    const adapted = adaptRecord(raw, source.shardId, now, { region: 'us-east-1', streamArn: source.streamArn });
    expect(adapted?.writtenAt).toBe(Math.min(now, told + MINUTE_MS - 1));
  });

  it('lets an iterator expire after 15 minutes: the reader takes another one after its last record', async () => {
    const { table, source } = await written('a');
    const fresh = await iterator(source);
    expect((await recordsAt(aged(fresh, 14))).Records).toHaveLength(1);
    await expect(recordsAt(aged(fresh, 16))).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
    const { reader, client } = readerWith(source, (next) => aged(next, 16));
    expect(keysIn(await reader.read(10, never))).toEqual(['a']);
    await table.put('b');
    expect(keysIn(await reader.read(10, never))).toEqual(['b']);
    client.destroy();
  });

  it('refuses an iterator that it has not made, or breaks at it: the next read takes another one', async () => {
    const { table, source } = await written('a');
    for (const [foreign, answer] of [
      [`${table.streamArn}|001|junk`, { name: 'ValidationException', message: 'Invalid ShardIterator' }],
      ['junk', { name: 'InternalError', $metadata: expect.objectContaining({ httpStatusCode: 500 }) as unknown }],
    ] as const) {
      const { reader, client } = readerWith(source, () => foreign);
      const asked = new GetRecordsCommand({ ShardIterator: foreign });
      await expect(client.send(asked)).rejects.toMatchObject(answer);
      const before = keysIn(await reader.read(10, never));
      await table.put(`after ${before.at(-1)}`);
      await expect(reader.read(10, never)).rejects.toMatchObject(answer);
      expect(keysIn(await reader.read(10, never))).toEqual([`after ${before.at(-1)}`]);
      client.destroy();
    }
  });

  it('answers for the stream of a deleted table, as disabled: the pipe takes its last record and then gives it up', async () => {
    const { table, source } = await written('a');
    const { pipe, calls, log } = await pipeFrom(table, server);
    await pipe.drained();
    await table.put('last');
    const held = await iterator(source);
    await table.drop();
    const { StreamDescription } = await server.streams.send(new DescribeStreamCommand({ StreamArn: table.streamArn }));
    expect(StreamDescription?.StreamStatus).toBe('DISABLED');
    for (const each of [held, await iterator(source)]) {
      const { Records, NextShardIterator } = await recordsAt(each);
      expect([Records?.length, NextShardIterator]).toEqual([2, undefined]);
    }
    expect((await listShards(server.streams, table.streamArn)).enabled).toBe(false);
    const reader = new ShardReader(source, { after: undefined });
    expect(keysIn(await reader.read(10, never))).toEqual(['a', 'last']);
    expect(await reader.read(10, never)).toEqual({ records: [], closed: true });
    pipe.wake();
    await log.waitFor('state', ({ state }) => state === 'START_FAILED');
    expect(calls.flatMap(keysOf)).toEqual(['a', 'last']);
    await pipe.close();
  });

  it('knows no stream by another date, and no shard of another table: they are not found', async () => {
    const [one, two] = [await written('a'), await written('b')];
    const elsewhere = one.table.streamArn.replace(/[^/]+$/, '2020-01-01T00:00:00.000');
    const NotFound = { name: 'ResourceNotFoundException' };
    const described = server.streams.send(new DescribeStreamCommand({ StreamArn: elsewhere }));
    await expect(described).rejects.toMatchObject(NotFound);
    await expect(listShards(server.streams, elsewhere)).rejects.toThrow(StreamNotFoundError);
    const mixed = { ...one.source, shardId: two.source.shardId };
    await expect(iterator(mixed)).rejects.toMatchObject({ ...NotFound, message: 'Shard does not exist' });
    await expect(new ShardReader(mixed, { after: undefined }).read(10, never)).rejects.toMatchObject(NotFound);
  });
});

/** The same iterator as if it had been made so many minutes earlier: its last part tells, in milliseconds, when it was made. */
function aged(ShardIterator: string, minutes: number): string {
  const [stream, version, place = ''] = ShardIterator.split('|');
  const [shard, number, made = ''] = Buffer.from(place, 'base64').toString().split('|');
  const earlier = String(Number(made) - minutes * MINUTE_MS).padStart(made.length, '0');
  return [stream, version, Buffer.from([shard, number, earlier].join('|')).toString('base64')].join('|');
}
