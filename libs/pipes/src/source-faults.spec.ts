/** What a source refuses or does not answer, and how its reading goes on. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { keysOf } from '../test/pipe-fixture.js';
import { onStream } from '../test/scripted-pipe.js';

describe('the source of a pipe on a scripted stream', () => {
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

  for (const [what, error] of [
    ['every iterator has expired', 'ExpiredIteratorException'],
    ['the oldest record is refused as trimmed again and again', 'TrimmedDataAccessException'],
  ] as const)
    it(`pauses and says so when ${what}`, () =>
      onStream(
        (stream) => stream.shard('shard').write(1, 'a'),
        async (stream, start) => {
          for (let n = 0; n < 6; n++) stream.faults.push({ operation: 'GetRecords', error });
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
});

/** Looks again until it is so; the test's own timeout ends the wait. */
async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
