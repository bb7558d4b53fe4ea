/** What emulators do differently from DynamoDB and the runner absorbs; each test names the quirk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type _Record, DescribeStreamCommand } from '@aws-sdk/client-dynamodb-streams';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { adaptRecord } from './record-adapter.js';
import { isAtOrBefore } from './sequence.js';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { keysOf, pipeFrom, pipeOn } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('dynoxide', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  it('writes a record for a write that changes nothing: it is dropped, and the checkpoint passes it', async () => {
    const table = await dynoxide.table();
    const checkpoints = memoryCheckpoints();
    const { pipe, calls } = await pipeFrom(table, dynoxide, { checkpoints });
    for (const text of ['one', 'one']) await table.put('a', { Text: { S: text } });
    await pipe.drained();
    await pipe.stop();
    const stored = await checkpoints.load({ pipeArn: pipe.arn, streamArn: table.streamArn });
    expect(calls.flat().map(({ eventName }) => eventName)).toEqual(['INSERT']);
    expect(Object.values((stored as { shards: object }).shards)).toEqual([{ sequenceNumber: '2' }]);
  });

  it('numbers the records of every table from 1 and names events alike: event ids differ nevertheless', async () => {
    const ids = new Set<string>();
    for (let made = 0; made < 2; made += 1) {
      const table = await dynoxide.table();
      await table.put('a');
      const { pipe, calls } = await pipeFrom(table, dynoxide);
      await pipe.drained();
      await pipe.stop();
      expect(calls[0]![0]!.dynamodb.SequenceNumber).toBe('1');
      ids.add(calls[0]![0]!.eventID);
    }
    expect(ids.size).toBe(2);
  });

  it('tells an ending sequence number of a shard that is open: what follows it is read', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const { pipe, calls } = await pipeFrom(table, dynoxide);
    await pipe.drained();
    const { StreamDescription } = await dynoxide.streams.send(
      new DescribeStreamCommand({ StreamArn: table.streamArn }),
    );
    expect(StreamDescription?.Shards?.[0]?.SequenceNumberRange?.EndingSequenceNumber).toBe('1');
    await table.put('b');
    await pipe.drained();
    await pipe.stop();
    expect(calls.flatMap(keysOf)).toEqual(['a', 'b']);
  });

  it('keeps stream and numbering in its file over a restart: the checkpoint holds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipes-'));
    const file = join(folder, 'tables.db');
    const checkpoints = memoryCheckpoints();
    let first = await startDynoxide(file);
    const table = await first.table();
    for (const key of ['a', 'b']) await table.put(key);
    const before = await pipeFrom(table, first, { checkpoints });
    await before.pipe.drained();
    await before.pipe.stop();
    await table.put('c');
    await first.stop();
    first = await startDynoxide(file);
    const { pipe, calls } = await pipeFrom(table, first, { checkpoints });
    await pipe.drained();
    await pipe.stop();
    await first.stop();
    await rm(folder, { recursive: true });
    expect(calls.flatMap(keysOf)).toEqual(['c']);
  });

  it('does not tell the partition key: a key of one attribute is it, and a pipe with lanes is warned', async () => {
    const table = await dynoxide.table();
    const { pipe, log } = await pipeFrom(table, dynoxide, { source: { parallelizationFactor: 2 } });
    await pipe.stop();
    expect(log.of('warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('The source does not tell its partition key'),
    ]);
  });
});

describe('DynamoDB Local', () => {
  const record = (at: string, awsRegion = 'ddblocal', SequenceNumber = '000000000000000000001'): _Record => ({
    eventID: '9dc6ecc3-cab3-402a-bb97-08c0b5cfc66e',
    eventName: 'INSERT',
    awsRegion,
    dynamodb: { ApproximateCreationDateTime: new Date(at), Keys: { PK: { S: 'a' } }, SequenceNumber },
  });
  const adapted = (raw: _Record, now: string) =>
    adaptRecord(raw, 'shard', Date.parse(now), { region: 'us-east-1', streamArn: SCRIPTED_ARN });

  it('cuts the record time to the minute: a record counts as written when it was first read, within that minute', () => {
    const told = '2026-03-08T12:00:00Z';
    expect(adapted(record(told), '2026-03-08T12:00:42Z')?.writtenAt).toBe(Date.parse('2026-03-08T12:00:42Z'));
    expect(adapted(record(told), '2026-03-08T12:05:00Z')?.writtenAt).toBe(Date.parse('2026-03-08T12:00:59.999Z'));
    const ofAws = record(told, 'us-east-1', '300000000000000499659');
    expect(adapted(ofAws, '2026-03-08T12:00:42Z')?.writtenAt).toBe(Date.parse(told));
  });

  it('is inside LocalStack, under the name of our region: it is known by its numbers', () => {
    const told = record('2026-03-08T12:00:00Z', 'us-east-1', '000000000000000005900');
    expect(adapted(told, '2026-03-08T12:00:42Z')?.writtenAt).toBe(Date.parse('2026-03-08T12:00:42Z'));
  });

  it("names itself as the region: events show the pipe's", () => {
    expect(adapted(record('2026-03-08T12:00:00Z'), '2026-03-08T12:00:42Z')?.event).toMatchObject({
      awsRegion: 'us-east-1',
      eventSourceARN: SCRIPTED_ARN,
    });
  });

  it('pads sequence numbers with zeros, dynoxide does not: they compare as numbers', () => {
    expect(isAtOrBefore('000000000000000000009', '000000000000000000010')).toBe(true);
    expect(isAtOrBefore('9', '10')).toBe(true);
    expect(isAtOrBefore('10', '9')).toBe(false);
    expect(isAtOrBefore('700000000000000000000009', '700000000000000000000008')).toBe(false);
  });
});

describe('other emulators', () => {
  async function onStream(test: (stream: ScriptedStream, pipe: Awaited<ReturnType<typeof pipeOn>>) => Promise<void>) {
    const stream = new ScriptedStream();
    stream.shard('shard').write(1, 'a');
    const running = await pipeOn({ name: 'quirky', streamArn: SCRIPTED_ARN, client: stream.inMemory() });
    try {
      await running.pipe.drained();
      await test(stream, running);
    } finally {
      await running.pipe.close();
    }
  }

  it('leave out the next iterator of an open shard: it is asked for once more before the shard counts as closed', () =>
    onStream(async (stream, { pipe, calls }) => {
      const [shard] = stream.shards;
      for (const key of ['b', 'c']) {
        shard!.write(shard!.records.length + 1, key);
        stream.lostIterators = 1;
        await pipe.drained();
      }
      shard!.write(4, 'd');
      await pipe.drained();
      expect(calls.flatMap(keysOf)).toEqual(['a', 'b', 'c', 'd']);
    }));

  for (const error of ['ValidationException', 'TrimmedDataAccessException', 'ResourceNotFoundException']) {
    it(`refuse an iterator of their own with ${error}: another one is taken after the last record`, () =>
      onStream(async (stream, { pipe, calls }) => {
        stream.shards[0]!.write(2, 'b');
        stream.faults.push({ operation: 'GetRecords', error });
        const before = stream.calls.filter((call) => call === 'GetShardIterator').length;
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['a', 'b']);
        expect(stream.calls.filter((call) => call === 'GetShardIterator')).toHaveLength(before + 1);
      }));
  }

  it('word a stream that is gone as a failure of their own: the pipe fails by name and does not go on as RUNNING', () =>
    onStream(async (stream, { pipe, log }) => {
      stream.exists = false;
      for (const operation of ['GetRecords', 'GetShardIterator'] as const)
        stream.faults.push({ operation, error: 'InternalError', status: 500 });
      pipe.wake();
      await log.waitFor('state', ({ state }) => state === 'START_FAILED');
      expect(pipe.stateReason).toMatch(/^Stream not found/);
      expect(stream.faults).toHaveLength(1);
    }));

  it('begin anew under the same name, numbered from 1: a checkpoint of a shard that is not listed is not used', async () => {
    const stream = new ScriptedStream();
    stream.shard('shard-new').write(1, 'a');
    const checkpoints = memoryCheckpoints();
    const pipeArn = 'arn:aws:pipes:us-east-1:000000000000:pipe/anew';
    await checkpoints.save({ pipeArn, streamArn: SCRIPTED_ARN }, { 'shard-old': { sequenceNumber: '7' } });
    const options = { name: 'anew', streamArn: SCRIPTED_ARN, client: stream.inMemory() };
    const { pipe, calls } = await pipeOn(options, { checkpoints });
    await pipe.drained();
    await pipe.stop();
    expect(pipe.arn).toBe(pipeArn);
    expect(calls.flatMap(keysOf)).toEqual(['a']);
  });
});
