/** Where a stream is read from: its checkpoint, LATEST, shards that come later, and its last record. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { ManualClock } from '../test/manual-clock.js';
import { keysOf } from '../test/pipe-fixture.js';
import { onStream } from '../test/scripted-pipe.js';

describe('the source of a pipe on a scripted stream', () => {
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
});
