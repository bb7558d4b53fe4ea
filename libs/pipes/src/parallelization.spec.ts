/** Catalogue b20, 45: several batches of one shard at once, in order for each partition key. */
import { setImmediate } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { ManualClock } from '../test/manual-clock.js';
import { Failure, keysOf, pipeFrom, pipeOn } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('a pipe with a ParallelizationFactor', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('45 ParallelizationFactor 4 keeps per-key order', async () => {
    const table = await emulator.table();
    const written = Array.from({ length: 120 }, (_, index) => ({ key: `key-${index % 12}`, at: String(index) }));
    for (const { key, at } of written) await table.put(key, { At: { N: at } });
    const underWay = new Set<string>();
    let [now, most, sharedKey] = [0, 0, false];
    const { pipe, calls } = await pipeFrom(table, emulator, {
      source: { parallelizationFactor: 4, batchSize: 3 },
      answer: async (batch, call) => {
        const keys = new Set(keysOf(batch));
        sharedKey ||= [...keys].some((key) => underWay.has(key));
        for (const key of keys) underWay.add(key);
        most = Math.max(most, (now += 1));
        // Calls end in another order than they began.
        for (let turn = 0; turn < (call * 7) % 5; turn += 1) await setImmediate();
        for (const key of keys) underWay.delete(key);
        now -= 1;
      },
    });
    await pipe.drained();
    await pipe.stop();
    const ofKey = (key: string): unknown[] =>
      calls
        .flat()
        .filter((event) => keysOf([event])[0] === key)
        .map(({ dynamodb }) => (dynamodb.NewImage?.['At'] as { N: string }).N);
    for (const key of new Set(written.map((write) => write.key))) {
      expect(ofKey(key)).toEqual(written.filter((write) => write.key === key).map(({ at }) => at));
    }
    expect(calls.flat()).toHaveLength(120);
    expect(sharedKey).toBe(false);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
    expect(Math.max(...calls.map(({ length }) => length))).toBe(3);
  });

  it('has one batch in flight where the factor is 1', async () => {
    const table = await emulator.table();
    for (let index = 0; index < 20; index += 1) await table.put(`key-${index}`);
    let [now, most] = [0, 0];
    const { pipe } = await pipeFrom(table, emulator, {
      source: { batchSize: 2 },
      answer: async () => {
        most = Math.max(most, (now += 1));
        await setImmediate();
        now -= 1;
      },
    });
    await pipe.drained();
    await pipe.stop();
    expect(most).toBe(1);
  });

  it('holds the checkpoint before the lowest record that is not done with, and begins there again', async () => {
    const stream = new ScriptedStream();
    const shard = stream.shard('shard');
    const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
    keys.forEach((key, index) => shard.write(index + 1, key));
    const client = await stream.start();
    const checkpoints = memoryCheckpoints();
    const source = { parallelizationFactor: 10, batchSize: 1 };
    const first = await pipeOn(
      { name: 'held', streamArn: SCRIPTED_ARN, client },
      { checkpoints, source, answer: (batch) => (keysOf(batch)[0] === 'key-4' ? new Failure() : undefined) },
    );
    await first.log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED', 50);
    await first.pipe.stop();
    const stored = await checkpoints.load({ pipeArn: first.pipe.arn, streamArn: SCRIPTED_ARN });
    const second = await pipeOn({ name: 'held', streamArn: SCRIPTED_ARN, client }, { checkpoints, source });
    await second.pipe.drained();
    await second.pipe.stop();
    await stream.stop();
    expect(stored).toEqual({ shards: { shard: { sequenceNumber: '4' } } });
    const before = new Set(first.calls.flatMap(keysOf).filter((key) => key !== 'key-4'));
    expect(before.size).toBeGreaterThan(20);
    expect(second.calls.flatMap(keysOf).sort()).toEqual(keys.slice(4).sort());
  });

  it('reads no more than a bounded number of records ahead of a lane that is held up', async () => {
    const stream = new ScriptedStream();
    const shard = stream.shard('shard');
    for (let index = 1; index <= 6_000; index += 1) shard.write(index, `key-${index}`);
    const client = await stream.start();
    let free = false;
    const { pipe, log, calls } = await pipeOn(
      { name: 'ahead', streamArn: SCRIPTED_ARN, client },
      {
        source: { parallelizationFactor: 2, batchSize: 1_000 },
        clock: new ManualClock(),
        answer: (batch) => (!free && keysOf(batch).includes('key-1') ? new Failure() : undefined),
      },
    );
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED');
    await log.waitFor('stream-record', () => true, 2_000);
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    expect(log.of('stream-record')).toHaveLength(2_000);
    free = true;
    await pipe.stop();
    await stream.stop();
    expect(calls.flat().length).toBeLessThan(3_000);
  });

  it('delivers the windows of lanes that wait while another one is busy', async () => {
    const stream = new ScriptedStream();
    const shard = stream.shard('shard');
    const client = await stream.start();
    const clock = new ManualClock();
    const { pipe, log, calls } = await pipeOn(
      { name: 'windows', streamArn: SCRIPTED_ARN, client },
      {
        clock,
        source: { parallelizationFactor: 10, batchSize: 10, maximumBatchingWindowInSeconds: 2 },
        // The first batch never ends.
        answer: (_batch, call) => (call === 1 ? new Promise(() => undefined) : undefined),
      },
    );
    for (let index = 1; index <= 10; index += 1) shard.write(index, 'full');
    pipe.wake();
    await log.waitFor('execution', ({ messageType }) => messageType === 'TARGET_INVOCATION_STARTED');
    shard.write(11, 'another');
    shard.write(12, 'another');
    pipe.wake();
    await clock.passSleep((ms) => ms === 2_000);
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
    expect(calls.map(({ length }) => length)).toEqual([10, 2]);
    clock.advance(300_000);
    await pipe.stop();
    await stream.stop();
  });
});
