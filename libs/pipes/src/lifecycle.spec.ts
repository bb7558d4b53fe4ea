/** Catalogue b20, 46 to 50: starts, stops, crashes and lost streams. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { fileCheckpoints, memoryCheckpoints } from './checkpoint.js';
import { PipeStoppedError } from './pipe-state.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { ManualClock } from '../test/manual-clock.js';
import { Failure, keysOf, pipeFrom, pipeOn } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('the life of a pipe', () => {
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

  it('47 restart resumes after checkpoint', async () => {
    const table = await emulator.table();
    const checkpoints = fileCheckpoints(join(folder, 'restarted'));
    for (const key of ['a', 'b']) await table.put(key);
    const first = await pipeFrom(table, emulator, { checkpoints });
    await first.pipe.drained();
    await first.pipe.stop();
    for (const key of ['c', 'd']) await table.put(key);
    const second = await pipeFrom(table, emulator, { checkpoints: fileCheckpoints(join(folder, 'restarted')) });
    await second.pipe.drained();
    await second.pipe.stop();
    expect([first, second].map(({ calls }) => calls.flatMap(keysOf))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('48 stop drains, start resumes', async () => {
    const table = await emulator.table();
    const checkpoints = memoryCheckpoints();
    for (const key of ['a', 'b', 'c']) await table.put(key);
    const [called, answer] = [signal(), signal()];
    const first = await pipeFrom(table, emulator, {
      checkpoints,
      source: { batchSize: 1 },
      answer: async () => {
        called.give();
        await answer.given;
      },
    });
    await called.given;
    const stopped = first.pipe.stop();
    expect(first.pipe.state).toBe('STOPPING');
    answer.give();
    await stopped;
    expect(first.pipe.state).toBe('STOPPED');
    const second = await pipeFrom(table, emulator, { checkpoints, source: { batchSize: 1 } });
    await second.pipe.drained();
    await second.pipe.stop();
    expect(first.calls.flatMap(keysOf)).toEqual(['a']);
    expect(second.calls.flatMap(keysOf)).toEqual(['b', 'c']);
  });

  it('stops in the midst of endless retries and starts with the same batch', async () => {
    const table = await emulator.table();
    const checkpoints = memoryCheckpoints();
    await table.put('bad');
    const options = { checkpoints, backoff: { baseMs: 60_000, capMs: 60_000 } };
    const first = await pipeFrom(table, emulator, { ...options, answer: () => new Failure() });
    await first.log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED');
    const waiting = first.pipe.drained();
    await first.pipe.stop();
    await expect(waiting).rejects.toBeInstanceOf(PipeStoppedError);
    const second = await pipeFrom(table, emulator, options);
    await second.pipe.drained();
    await second.pipe.stop();
    expect(second.calls.map(keysOf)).toEqual([['bad']]);
  });

  it('gives up nothing while it stops: a try that the stop itself made fail is repeated by the next start', async () => {
    const table = await emulator.table();
    const options = { checkpoints: memoryCheckpoints(), source: { maximumRetryAttempts: 0 } };
    await table.put('cut off');
    const [called, stopping] = [signal(), signal()];
    const first = await pipeFrom(table, emulator, {
      ...options,
      answer: async () => {
        called.give();
        await stopping.given;
        return new Failure('the process ends');
      },
    });
    await called.given;
    const closed = first.pipe.close();
    stopping.give();
    await closed;
    const second = await pipeFrom(table, emulator, options);
    await second.pipe.drained();
    await second.pipe.stop();
    expect(first.log.of('discarded')).toEqual([]);
    expect(second.calls.flatMap(keysOf)).toEqual(['cut off']);
  });

  it('49 stream disabled -> StateReason', async () => {
    const reason = 'Stream not found. To resume processing please delete the pipe and create a new one.';
    const clock = new ManualClock();
    const table = await emulator.table();
    const { pipe, log } = await pipeFrom(table, emulator, { clock });
    await pipe.drained();
    await table.disableStream();
    clock.advance(10_000);
    pipe.wake();
    await log.waitFor('state', ({ state }) => state === 'START_FAILED');
    expect(pipe.stateReason).toBe(reason);
    await expect(pipe.drained()).rejects.toThrow(reason);
    for (const change of [() => pipe.start(), () => pipe.stop(), () => pipe.update({})]) {
      expect(change).toThrow(expect.objectContaining({ name: 'ConflictException', stateReason: reason }));
    }
    expect(pipe.state).toBe('START_FAILED');
    await pipe.delete();
    await expect(pipeFrom(table, emulator)).rejects.toMatchObject({ state: 'CREATE_FAILED', stateReason: reason });
  });

  it('50 parent shard before child', async () => {
    const stream = new ScriptedStream();
    const child = stream.shard('shard-child', 'shard-parent');
    const parent = stream.shard('shard-parent', 'shard-long-gone');
    child.write(11, 'c1');
    child.write(12, 'c2');
    parent.write(1, 'p1');
    const client = await stream.start();
    const { pipe, calls, log } = await pipeOn({ name: 'family', streamArn: SCRIPTED_ARN, client });
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
    parent.write(2, 'p2');
    parent.closed = true;
    await pipe.drained();
    await pipe.stop();
    await stream.stop();
    expect(calls.flatMap(keysOf)).toEqual(['p1', 'p2', 'c1', 'c2']);
  });

  it('says that a checkpoint file is torn and reads again from the oldest record, also where LATEST was asked for', async () => {
    const table = await emulator.table();
    const path = join(folder, 'torn');
    const options = { source: { startingPosition: 'LATEST' as const } };
    const first = await pipeFrom(table, emulator, { ...options, checkpoints: fileCheckpoints(path) });
    await table.put('a');
    await first.pipe.drained();
    await first.pipe.stop();
    const [name] = await readdir(path);
    const file = join(path, name!);
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -20));
    const second = await pipeFrom(table, emulator, { ...options, checkpoints: fileCheckpoints(path) });
    await second.pipe.drained();
    await second.pipe.stop();
    expect(second.log.of('warning').map(({ message }) => message)).toEqual([
      'Stored checkpoint not used: the checkpoint file is not whole',
    ]);
    expect(second.calls.flatMap(keysOf)).toEqual(['a']);
  });

  it('does not use the checkpoint of another stream', async () => {
    const [old, anew] = [await emulator.table(), await emulator.table()];
    const checkpoints = fileCheckpoints(join(folder, 'foreign'));
    for (const key of ['a', 'b', 'c']) await old.put(key);
    const first = await pipeFrom(old, emulator, { name: 'same-name', checkpoints });
    await first.pipe.drained();
    await first.pipe.stop();
    await anew.put('x');
    const second = await pipeFrom(anew, emulator, { name: 'same-name', checkpoints });
    await second.pipe.drained();
    await second.pipe.stop();
    expect(second.calls.flatMap(keysOf)).toEqual(['x']);
    expect(second.log.of('warning')[0]?.message).toContain(`the checkpoint belongs to ${old.streamArn}`);
  });

  it('repeats a checkpoint that cannot be stored before it goes on', async () => {
    const table = await emulator.table();
    for (const key of ['a', 'b']) await table.put(key);
    const inner = memoryCheckpoints();
    let saves = 0;
    const { pipe, calls, log } = await pipeFrom(table, emulator, {
      source: { batchSize: 1 },
      checkpoints: {
        ...inner,
        // The first save is that of the start, the next two are those after "a".
        save: (...args) =>
          [2, 3].includes((saves += 1)) ? Promise.reject(new Error('disk full')) : inner.save(...args),
      },
    });
    await pipe.drained();
    await pipe.stop();
    expect(log.of('warning').map(({ message }) => message)).toEqual(
      Array(2).fill('Cannot store the checkpoint: disk full'),
    );
    expect(calls.flatMap(keysOf)).toEqual(['a', 'b']);
  });
});

/** Something that one side of a test gives and the other waits for. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}
