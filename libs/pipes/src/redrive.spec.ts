/** The records of dead-lettered batches: kept when they are given up, delivered again when that is asked for. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { fileDeadLetters, memoryDeadLetters, type DeadLetterStore } from './dead-letter-store.js';
import { type StreamEvent } from './stream-event.js';
import { startEmulator, type Emulator, type StreamedTable } from '../test/emulator.js';
import { deadLetters, Failure, keysOf, pipeFrom, type Answer, type TestPipe } from '../test/pipe-fixture.js';

describe('the records of dead letters', () => {
  let emulator: Emulator;
  let folder: string;
  before(async () => {
    emulator = await startEmulator();
    folder = await mkdtemp(join(tmpdir(), 'pipes-'));
  });
  after(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true });
  });

  /** A pipe that gave up one batch for each of the keys. */
  async function givenUp(keys: readonly string[], store: DeadLetterStore, answer: Answer): Promise<TestPipe> {
    const table = await emulator.table();
    for (const key of keys) await table.put(key);
    return givingUp(table, store, answer);
  }

  async function givingUp(table: StreamedTable, store: DeadLetterStore, answer: Answer): Promise<TestPipe> {
    const running = await pipeFrom(table, emulator, {
      deadLetters: store,
      source: { batchSize: 1, maximumRetryAttempts: 0, deadLetter: deadLetters() },
      answer,
    });
    await running.pipe.drained();
    return running;
  }

  const stores: readonly [string, (name: string) => DeadLetterStore][] = [
    ['in memory', () => memoryDeadLetters()],
    ['in files', (name) => fileDeadLetters(join(folder, name))],
  ];
  for (const [where, store] of stores) {
    it(`are kept ${where} until they are delivered again`, async () => {
      let healthy = false;
      const { pipe, calls } = await givenUp(['a', 'b', 'c'], store('kept'), (batch) =>
        healthy || keysOf(batch)[0] === 'b' ? undefined : new Failure('no'),
      );
      const kept = await pipe.deadLetters();
      expect(kept.map(({ records }) => keysOf(records))).toEqual([['a'], ['c']]);
      expect(kept[0]!.envelope.context.condition).toBe('RetryAttemptsExhausted');
      const [first] = kept;
      expect(await pipe.redrive(first!.id)).toEqual([{ id: first!.id, delivered: 0, left: 1, error: 'no' }]);
      healthy = true;
      expect(await pipe.redrive(first!.id)).toEqual([{ id: first!.id, delivered: 1, left: 0 }]);
      expect(keysOf(calls.at(-1)!)).toEqual(['a']);
      expect(calls.at(-1)).toEqual(calls[0]);
      await pipe.stop();
      expect(await pipe.redrive('all')).toHaveLength(1);
      expect(keysOf(calls.at(-1)!)).toEqual(['c']);
      expect(await pipe.deadLetters()).toEqual([]);
      await expect(pipe.redrive(first!.id)).rejects.toMatchObject({ name: 'PipeRedriveError' });
    });
  }

  it('shrink by what a redrive delivered', async () => {
    let healthy = false;
    const table = await emulator.table();
    for (const key of ['a', 'b', 'c', 'd']) await table.put(key);
    const { pipe, calls } = await pipeFrom(table, emulator, {
      source: { batchSize: 4, maximumRetryAttempts: 0, deadLetter: deadLetters() },
      answer: (batch) => {
        if (!healthy) return new Failure();
        const [, , third] = batch;
        return third ? { batchItemFailures: [{ itemIdentifier: third.eventID }] } : undefined;
      },
    });
    await pipe.drained();
    healthy = true;
    const [kept] = await pipe.deadLetters();
    expect(await pipe.redrive('all')).toEqual([{ id: kept!.id, delivered: 2, left: 2 }]);
    expect((await pipe.deadLetters()).map(({ records }) => keysOf(records))).toEqual([['c', 'd']]);
    // A pipe that now takes fewer at once redrives in as many tries.
    await pipe.update({ source: { batchSize: 1 } });
    expect(await pipe.redrive('all')).toEqual([{ id: kept!.id, delivered: 2, left: 0 }]);
    await pipe.stop();
    expect(calls.slice(-2).map(keysOf)).toEqual([['c'], ['d']]);
  });

  it('survive the process in files, and are one batch when a crash made the pipe give them up twice', async () => {
    const table = await emulator.table();
    await table.put('a');
    const store = join(folder, 'twice');
    const first = await givingUp(table, fileDeadLetters(store), () => new Failure());
    await first.pipe.stop();
    // The checkpoint of the first was in memory only.
    const second = await givingUp(table, fileDeadLetters(store), () => new Failure());
    expect((await second.pipe.deadLetters()).map(({ records }) => keysOf(records))).toEqual([['a']]);
    await second.pipe.delete();
    expect(await fileDeadLetters(store).list(second.pipe.arn)).toEqual({ batches: [], damaged: [] });
  });

  it('are kept before the message is sent', async () => {
    const table = await emulator.table();
    await table.put('a');
    const store = memoryDeadLetters();
    const seen: number[] = [];
    const { pipe } = await pipeFrom(table, emulator, {
      deadLetters: store,
      source: {
        maximumRetryAttempts: 0,
        deadLetter: {
          arn: deadLetters().arn,
          send: async () => seen.push((await store.list(pipe.arn)).batches.length),
        },
      },
      answer: () => new Failure(),
    });
    await pipe.drained();
    await pipe.stop();
    expect(seen).toEqual([1]);
  });

  const bounded: readonly [string, () => DeadLetterStore][] = [
    ['three batches in memory', () => memoryDeadLetters({ batches: 3 })],
    ['three batches in files', () => fileDeadLetters(join(folder, 'count'), { batches: 3 })],
    ['1,900 bytes in memory', () => memoryDeadLetters({ bytes: 1_900 })],
    ['2,200 bytes in files', () => fileDeadLetters(join(folder, 'bytes'), { bytes: 2_200 })],
  ];
  for (const [bound, store] of bounded) {
    it(`are no more than ${bound}; the oldest are forgotten, and that is told`, async () => {
      const keys = ['a', 'b', 'c', 'd', 'e'];
      const { pipe, log } = await givenUp(keys, store(), () => new Failure());
      const kept = (await pipe.deadLetters()).flatMap(({ records }) => keysOf(records));
      await pipe.stop();
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.length).toBeLessThan(5);
      expect(kept).toEqual(keys.slice(-kept.length));
      expect(log.of('warning').filter(({ message }) => message.startsWith('Forgot the records'))).toHaveLength(
        5 - kept.length,
      );
    });
  }

  it('say which file is damaged, and leave the others usable', async () => {
    const store = join(folder, 'damaged');
    const { pipe, log, calls } = await givenUp(['a', 'b'], fileDeadLetters(store), (_batch, call) =>
      call <= 2 ? new Failure() : undefined,
    );
    const [first] = await pipe.deadLetters();
    const [own] = await readdir(store);
    await writeFile(join(store, own!, `${first!.id}.json`), '{"place":1,"batch"');
    expect(await pipe.redrive('all')).toHaveLength(1);
    await pipe.stop();
    expect(keysOf(calls.at(-1) as StreamEvent[])).toEqual(['b']);
    expect(log.of('warning')[0]?.message).toBe(`Kept dead letter ${first!.id}.json is damaged and not used`);
  });
});
