/** How a stream is read: quirks of the emulators, iterators that fail, and when it is read at all. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { ManualClock } from '../test/manual-clock.js';
import { keysOf, pipeFrom, pipeOn, type TestPipe, type TestPipeOptions } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('the source of a pipe', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('drops the record of a write that changes nothing', async () => {
    const table = await emulator.table();
    const { pipe, calls, log } = await pipeFrom(table, emulator);
    for (const text of ['one', 'one', 'two']) await table.put('a', { Text: { S: text } });
    await pipe.drained();
    await pipe.stop();
    expect(calls.flat().map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    expect(log.of('stream-record')).toHaveLength(2);
  });

  it("shows the pipe's own region and account, and event ids that no other table has", async () => {
    const [one, two] = [await emulator.table(), await emulator.table()];
    const events = [];
    for (const table of [one, two]) {
      await table.put('a');
      const { pipe, calls } = await pipeFrom(table, emulator, { region: 'eu-west-1', account: '123456789012' });
      await pipe.drained();
      await pipe.stop();
      events.push(...calls.flat());
    }
    const [first, second] = events;
    expect(first).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: one.streamArn.replace(`${emulator.region}:000000000000`, 'eu-west-1:123456789012'),
      eventID: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
    });
    expect(second!.eventID).not.toBe(first!.eventID);
  });

  it('gives binary attributes as base64 at every depth and leaves the others as they are', async () => {
    const table = await emulator.table();
    const bytes = new Uint8Array([0, 255, 16]);
    await table.put('a', {
      Bin: { B: bytes },
      Bins: { BS: [bytes] },
      Deep: { M: { list: { L: [{ B: bytes }, { NULL: true }, { BOOL: false }] } } },
      Number: { N: '1.5' },
      Texts: { SS: ['x', 'y'] },
    });
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(calls[0]![0]!.dynamodb.NewImage).toEqual({
      PK: { S: 'a' },
      Bin: { B: 'AP8Q' },
      Bins: { BS: ['AP8Q'] },
      Deep: { M: { list: { L: [{ B: 'AP8Q' }, { NULL: true }, { BOOL: false }] } } },
      Number: { N: '1.5' },
      Texts: { SS: ['x', 'y'] },
    });
  });

  it('reads more than one page of backlog and loses nothing of it', async () => {
    const table = await emulator.table();
    const keys = Array.from({ length: 1_050 }, (_, index) => String(index));
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => table.put(key)));
    }
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(calls.flatMap(keysOf).sort()).toEqual(keys.sort());
  });
});

describe('the source of a pipe on a scripted stream', () => {
  async function onStream(
    script: (stream: ScriptedStream) => void,
    test: (stream: ScriptedStream, start: (options?: TestPipeOptions) => Promise<TestPipe>) => Promise<void>,
  ): Promise<void> {
    const stream = new ScriptedStream();
    const started: TestPipe[] = [];
    script(stream);
    const client = await stream.start();
    try {
      await test(stream, async (options) => {
        const running = await pipeOn({ name: 'scripted', streamArn: SCRIPTED_ARN, client }, options);
        started.push(running);
        return running;
      });
    } finally {
      for (const { pipe } of started) await pipe.close();
      await stream.stop();
    }
  }

  it('replaces an expired iterator by one after the last record read', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        const { pipe, calls } = await start();
        await pipe.drained();
        stream.shards[0]!.write(2, 'b');
        stream.faults.push({ operation: 'GetRecords', error: 'ExpiredIteratorException' });
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['a', 'b']);
      },
    ));

  it('pauses and says so when every iterator has expired', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        for (let n = 0; n < 6; n++) stream.faults.push({ operation: 'GetRecords', error: 'ExpiredIteratorException' });
        const { calls, log, pipe } = await start();
        await log.waitFor('warning', ({ subject }) => subject === 'source');
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['a']);
      },
    ));

  it('outlives a source that forgets a shard and then does not answer, as one that starts anew does', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        const { pipe, calls } = await start();
        await pipe.drained();
        stream.shards[0]!.write(2, 'b');
        stream.faults.push({ operation: 'GetRecords', error: 'ResourceNotFoundException' });
        stream.faults.push({ operation: 'DescribeStream', error: 'ServiceUnavailable', status: 503 });
        pipe.wake();
        await waitUntil(() => calls.flatMap(keysOf).includes('b'));
        expect([stream.faults, pipe.state]).toEqual([[], 'RUNNING']);
      },
    ));

  it('waits for the children of a shard that has ended while the source does not answer', () =>
    onStream(
      (stream) => stream.shard('parent').write(1, 'a'),
      async (stream, start) => {
        const { pipe, calls } = await start();
        await pipe.drained();
        stream.faults.push({ operation: 'DescribeStream', error: 'ServiceUnavailable', status: 503 });
        stream.faults.push({ operation: 'DescribeStream', error: 'ServiceUnavailable', status: 503 });
        stream.shard('child', 'parent').write(2, 'b');
        stream.shards[0]!.closed = true;
        pipe.wake();
        await waitUntil(() => calls.flatMap(keysOf).includes('b'));
        expect([stream.faults, pipe.state]).toEqual([[], 'RUNNING']);
      },
    ));

  it('goes on at the oldest record kept when its place was trimmed, without repeating any', () =>
    onStream(
      (stream) => stream.shard('shard'),
      async (stream, start) => {
        const [shard] = stream.shards;
        for (const number of [9, 10, 11, 100]) shard!.write(number, String(number));
        const { pipe, calls } = await start();
        await pipe.drained();
        shard!.write(101, '101');
        // As some emulators do: the place is refused, though nothing was trimmed.
        stream.faults.push({ operation: 'GetRecords', error: 'TrimmedDataAccessException' });
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['9', '10', '11', '100', '101']);
        shard!.write(102, '102');
        shard!.write(103, '103');
        shard!.trimmedBefore = 103n;
        stream.faults.push({ operation: 'GetRecords', error: 'ExpiredIteratorException' });
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['9', '10', '11', '100', '101', '103']);
      },
    ));

  it('takes another iterator, and warns of nothing, when the first record of all is refused as trimmed', () =>
    onStream(
      (stream) => stream.shard('shard'),
      async (stream, start) => {
        const { pipe, calls, log } = await start();
        await pipe.drained();
        stream.shards[0]!.write(2, 'a');
        stream.faults.push({ operation: 'GetRecords', error: 'TrimmedDataAccessException' });
        await pipe.drained();
        expect([calls.flatMap(keysOf), log.of('warning')]).toEqual([['a'], []]);
      },
    ));

  it('pauses and says so when the oldest record is refused as trimmed again and again', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        for (let n = 0; n < 6; n++)
          stream.faults.push({ operation: 'GetRecords', error: 'TrimmedDataAccessException' });
        const { calls, log, pipe } = await start();
        await log.waitFor('warning', ({ subject }) => subject === 'source');
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['a']);
      },
    ));

  it('reads a shard from its start when the checkpoint is not a record of it, and says so', () =>
    onStream(
      (stream) => stream.shard('shard'),
      async (stream, start) => {
        const checkpoints = memoryCheckpoints();
        for (const number of [1, 2, 3]) stream.shards[0]!.write(number, `old-${number}`);
        const first = await start({ checkpoints });
        await first.pipe.drained();
        await first.pipe.stop();
        // The stream began anew under the same name, as emulators without a data folder do.
        stream.shards[0]!.records.length = 0;
        for (const number of [1, 2]) stream.shards[0]!.write(number, `new-${number}`);
        const second = await start({ checkpoints });
        await second.pipe.drained();
        expect(second.calls.flatMap(keysOf)).toEqual(['new-1', 'new-2']);
        expect(second.log.of('warning').map(({ subject }) => subject)).toEqual(['checkpoint']);
      },
    ));

  it('keeps asking a source that does not answer', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        stream.faults.push(
          { operation: 'GetRecords', error: 'InternalServerError', status: 500 },
          { operation: 'GetShardIterator', error: 'InternalServerError', status: 500 },
        );
        const { pipe, calls, log } = await start();
        await pipe.drained();
        expect(calls.flatMap(keysOf)).toEqual(['a']);
        expect(log.of('warning').map(({ subject }) => subject)).toEqual(['source', 'source']);
      },
    ));

  it('marks what LATEST finds as consumed, of every shard, and takes all of shards that come later', () =>
    onStream(
      (stream) => {
        stream.shard('shard-closed').write(1, 'closed');
        stream.shards[0]!.closed = true;
        stream.shard('shard-open', 'shard-closed').write(2, 'before');
      },
      async (stream, start) => {
        const checkpoints = memoryCheckpoints();
        const source = { startingPosition: 'LATEST' as const };
        const first = await start({ checkpoints, source });
        await first.pipe.stop();
        stream.shards[1]!.write(3, 'after');
        stream.shards[1]!.closed = true;
        stream.shard('shard-new', 'shard-open').write(4, 'new');
        const second = await start({ checkpoints, source });
        await second.pipe.drained();
        expect(second.calls.flatMap(keysOf)).toEqual(['after', 'new']);
      },
    ));

  it('looks for new shards when the only one has ended', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        const clock = new ManualClock();
        stream.shards[0]!.closed = true;
        const { log, calls } = await start({ clock });
        await clock.sleeping((ms) => ms === 1_000);
        stream.shard('shard-child', 'shard').write(2, 'b');
        clock.advance(1_000);
        await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED', 2);
        expect(calls.flatMap(keysOf)).toEqual(['a', 'b']);
      },
    ));

  it('gives up a disabled stream only after its last record', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        const { pipe, log, calls } = await start();
        await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
        stream.shards[0]!.write(2, 'last');
        stream.shards[0]!.closed = true;
        stream.status = 'DISABLED';
        pipe.wake();
        await log.waitFor('state', ({ state }) => state === 'START_FAILED');
        expect(calls.flatMap(keysOf)).toEqual(['a', 'last']);
      },
    ));

  it('rests longer and longer when nothing comes, and shortly again after records or a ring', () =>
    onStream(
      (stream) => stream.shard('shard'),
      async (stream, start) => {
        const clock = new ManualClock();
        const { pipe, log } = await start({ clock, poll: { idleMs: 100, restMs: 500 } });
        const pauses = async (...expected: number[]): Promise<void> => {
          for (const pause of expected) {
            await clock.sleeping((ms) => ms === pause);
            clock.advance(pause);
          }
        };
        await pauses(100, 200, 400, 500);
        await clock.sleeping((ms) => ms === 500);
        stream.shards[0]!.write(1, 'found by a poll');
        await pauses(500);
        await log.waitFor('stream-record');
        await pauses(100, 200);
        await clock.sleeping((ms) => ms === 400);
        pipe.wake();
        await pauses(100, 200, 400);
      },
    ));

  it('stores a checkpoint that only filtered records moved within a second, however long it rests', () =>
    onStream(
      (stream) => stream.shard('shard').write(1, 'a'),
      async (stream, start) => {
        const clock = new ManualClock();
        const checkpoints = memoryCheckpoints();
        const saved: unknown[] = [];
        const { log } = await start({
          clock,
          checkpoints: {
            ...checkpoints,
            save: (key, shards) => checkpoints.save(key, shards).then(() => void saved.push(shards)),
          },
          filters: ['{"eventName":["REMOVE"]}'],
          poll: { idleMs: 5_000 },
        });
        await log.waitFor('filter');
        await clock.sleeping((ms) => ms === 1_000);
        const before = saved.length;
        clock.advance(1_000);
        await clock.sleeping((ms) => ms === 5_000);
        expect(saved.slice(before)).toEqual([{ shard: { sequenceNumber: '1' } }]);
      },
    ));

  it('rests between polls of an idle shard, reads at once when woken, and never loses a wake during a read', () =>
    onStream(
      (stream) => stream.shard('shard'),
      async (stream, start) => {
        const clock = new ManualClock();
        const { pipe, log } = await start({ clock, poll: { idleMs: 700 } });
        const reads = (): number => stream.calls.filter((operation) => operation === 'GetRecords').length;
        await clock.sleeping((ms) => ms === 700);
        const idle = reads();
        for (let poll = 1; poll <= 3; poll += 1) {
          clock.advance(700);
          await clock.sleeping((ms) => ms === 700);
        }
        expect(reads() - idle).toBe(3);
        // Many rings are one read; the ring that comes while that read is under way makes one more.
        stream.beforeAnswer = () => {
          stream.beforeAnswer = undefined;
          stream.shards[0]!.write(1, 'written while the read was answered');
          pipe.wake();
        };
        for (let ring = 1; ring <= 10; ring += 1) pipe.wake();
        await log.waitFor('stream-record');
        await clock.sleeping((ms) => ms === 700);
        expect(reads() - idle).toBeLessThanOrEqual(6);
      },
    ));
});

/** Looks again until it is so; the test's own timeout ends the wait. */
async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
