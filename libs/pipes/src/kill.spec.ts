/** Catalogue b20, 46: the pipe's process killed at every step, started again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { fileCheckpoints } from './checkpoint.js';
import { fileDeadLetters } from './dead-letter-store.js';
import { CRASH_POINTS, CRASH_POINTS_OF_DEAD_LETTERS, type CrashPoint } from '../test/crash-points.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { killAt } from '../test/kill-at.js';
import { deadLetters, Failure, keysOf, pipeFrom, type TestPipe } from '../test/pipe-fixture.js';

describe('a pipe whose process is killed', () => {
  let emulator: Emulator;
  let root: string;
  before(async () => {
    emulator = await startEmulator();
    root = await mkdtemp(join(tmpdir(), 'pipes-'));
  });
  after(async () => {
    await emulator.stop();
    await rm(root, { recursive: true });
  });

  /** Kills at `point`, starts again on the same files, drains. */
  async function killAndRestart(point: CrashPoint, failing?: string) {
    const table = await emulator.table();
    const folder = join(root, table.name);
    for (const key of ['a', 'b', 'c']) await table.put(key);
    const killed = await killAt({
      endpoint: emulator.endpoint,
      streamArn: table.streamArn,
      name: table.name,
      folder,
      point,
    });
    const sent = deadLetters();
    const restarted: TestPipe = await pipeFrom(table, emulator, {
      checkpoints: fileCheckpoints(folder),
      deadLetters: fileDeadLetters(join(folder, 'dead-letters')),
      source: { batchSize: 1, maximumRetryAttempts: 0, deadLetter: sent },
      answer: (batch) => (keysOf(batch)[0] === failing ? new Failure() : undefined),
    });
    await restarted.pipe.drained();
    await restarted.pipe.stop();
    return { killed, sent, ...restarted };
  }

  it('46 kill -9 between target success and checkpoint -> redelivery, no loss', async () => {
    const { killed, calls } = await killAndRestart('checkpoint begun');
    expect(killed.delivered).toEqual(['a', 'b']);
    expect(calls.flatMap(keysOf)).toEqual(['b', 'c']);
  });

  for (const [point, { delivered, deliveredAfter }] of Object.entries(CRASH_POINTS)) {
    it(`at "${point}" loses nothing and repeats only what was in flight`, async () => {
      const { killed, calls, log } = await killAndRestart(point as CrashPoint);
      expect(killed.delivered).toEqual(delivered);
      expect(calls.flatMap(keysOf)).toEqual(deliveredAfter);
      expect(log.of('warning')).toEqual([]);
    });
  }

  for (const point of CRASH_POINTS_OF_DEAD_LETTERS) {
    it(`at "${point}" of a batch given up keeps its records once, and its message comes at least once`, async () => {
      const { killed, sent, pipe, calls } = await killAndRestart(point, 'b');
      expect(killed).toEqual({ delivered: ['a', 'b'], deadLetters: point === 'message sent' ? 1 : 0 });
      expect(calls.flatMap(keysOf)).toEqual(['b', 'c']);
      expect(sent.bodies).toHaveLength(1);
      expect((await pipe.deadLetters()).map(({ records }) => keysOf(records))).toEqual([['b']]);
    });
  }
});
