/** Catalogue b20, 12 to 16: how records become batches. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { MAX_BATCH_BYTES } from './target.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { ManualClock } from '../test/manual-clock.js';
import { keysOf, pipeFrom, pipeOn } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('batches', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('12 BatchSize 3 with 7 records -> 3,3,1', async () => {
    const table = await emulator.table();
    for (let key = 1; key <= 7; key += 1) await table.put(String(key));
    const { pipe, calls } = await pipeFrom(table, emulator, { source: { batchSize: 3 } });
    await pipe.drained();
    await pipe.stop();
    expect(calls.map(keysOf)).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']]);
  });

  it('13 window 2 s gathers slow records', async () => {
    const clock = new ManualClock();
    const table = await emulator.table();
    const source = { maximumBatchingWindowInSeconds: 2 };
    const { pipe, calls, log } = await pipeFrom(table, emulator, { clock, source });
    await table.put('first');
    pipe.wake();
    await clock.sleeping((ms) => ms === 2_000);
    clock.advance(1_500);
    await table.put('second');
    pipe.wake();
    await clock.sleeping((ms) => ms === 500);
    expect(calls).toEqual([]);
    clock.advance(500);
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
    await pipe.stop();
    expect(calls.map(keysOf)).toEqual([['first', 'second']]);
  });

  it('is not drained while a batch still gathers', async () => {
    const clock = new ManualClock();
    const table = await emulator.table();
    const source = { maximumBatchingWindowInSeconds: 2 };
    const { pipe, calls } = await pipeFrom(table, emulator, { clock, source });
    await table.put('a');
    const drained = pipe.drained().then(() => calls.length);
    await clock.passSleep((ms) => ms === 2_000);
    expect(await drained).toBe(1);
    await pipe.stop();
  });

  it('releases a full batch before its window ends', async () => {
    const clock = new ManualClock();
    const table = await emulator.table();
    const source = { maximumBatchingWindowInSeconds: 300, batchSize: 2 };
    const { pipe, calls } = await pipeFrom(table, emulator, { clock, source });
    await table.put('first');
    await table.put('second');
    await pipe.drained();
    await pipe.stop();
    expect(calls.map(keysOf)).toEqual([['first', 'second']]);
  });

  it('14 6 MB cut', async () => {
    const clock = new ManualClock();
    const table = await emulator.table('NEW_IMAGE');
    const source = { maximumBatchingWindowInSeconds: 300 };
    const { pipe, calls, payloads, log } = await pipeFrom(table, emulator, { clock, source });
    const text = 'x'.repeat(380_000);
    for (let key = 1; key <= 18; key += 1) await table.put(String(key), { Text: { S: text } });
    pipe.wake();
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
    // The first 16 records are 6,080,000 characters and their frames; a 17th would not fit.
    expect(calls.map(({ length }) => length)).toEqual([16]);
    expect(Buffer.byteLength(payloads[0]!)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    await clock.passSleep((ms) => ms === 300_000);
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED', 2);
    await pipe.stop();
    expect(calls.map(({ length }) => length)).toEqual([16, 2]);
  });

  it('16 batch never mixes shards', async () => {
    const stream = new ScriptedStream();
    const [left, right] = [stream.shard('shard-left'), stream.shard('shard-right')];
    for (let number = 1; number <= 5; number += 1) {
      left.write(number, `left-${number}`);
      right.write(number, `right-${number}`);
    }
    const client = await stream.start();
    const { pipe, calls } = await pipeOn({ name: 'shards', streamArn: SCRIPTED_ARN, client });
    await pipe.drained();
    await pipe.stop();
    await stream.stop();
    expect(calls.map((batch) => keysOf(batch).map((key) => key.split('-')[0]))).toEqual(
      expect.arrayContaining([Array(5).fill('left'), Array(5).fill('right')]),
    );
    expect(calls).toHaveLength(2);
  });
});
