/** When a stream is read: pauses, rings, and the checkpoint meanwhile. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { ManualClock } from '../test/manual-clock.js';
import { onStream } from '../test/scripted-pipe.js';

describe('the source of a pipe on a scripted stream', () => {
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
