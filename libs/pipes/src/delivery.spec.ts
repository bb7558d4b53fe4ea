/** Catalogue b20, 1 to 5: what reaches the target, from where on, in which shape. */
import { after, before, describe, it } from 'node:test';
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { keysOf, pipeFrom } from '../test/pipe-fixture.js';

describe('delivery from a DynamoDB stream', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('1 INSERT/MODIFY/REMOVE reach the target once, in order', async () => {
    const table = await emulator.table();
    const { pipe, calls } = await pipeFrom(table, emulator);
    await table.put('a', { N: { N: '1' } });
    await table.put('a', { N: { N: '2' } });
    await table.remove('a');
    await pipe.drained();
    await pipe.stop();
    expect(calls.flat().map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
  });

  it('2 TRIM_HORIZON sees the backlog', async () => {
    const table = await emulator.table();
    await table.put('old');
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(keysOf(calls.flat())).toEqual(['old']);
  });

  it('3 LATEST does not, and a restart does not re-resolve it', async () => {
    const table = await emulator.table();
    const checkpoints = memoryCheckpoints();
    const source = { startingPosition: 'LATEST' as const };
    await table.put('before');
    const first = await pipeFrom(table, emulator, { checkpoints, source });
    await first.pipe.drained();
    await first.pipe.stop();
    await table.put('while stopped');
    const second = await pipeFrom(table, emulator, { checkpoints, source });
    await second.pipe.drained();
    await second.pipe.stop();
    expect(first.calls).toEqual([]);
    expect(keysOf(second.calls.flat())).toEqual(['while stopped']);
  });

  it('delivers an item whatever its attributes are called', async () => {
    const table = await emulator.table();
    const names = ['a.b', 'constructor', 'toString', '$unknown', '__proto__'];
    const entries = names.map((name) => [name, { S: 'x' }]);
    // fromEntries makes own attributes, also of the name __proto__.
    await table.put('odd', Object.fromEntries(entries) as Record<string, AttributeValue>);
    await table.put('next', { Map: { M: Object.fromEntries(entries) as Record<string, AttributeValue> } });
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(calls.flatMap(keysOf)).toEqual(['odd', 'next']);
    expect(Object.keys(calls.flat()[0]?.dynamodb.NewImage ?? {})).toEqual(
      expect.arrayContaining(['a.b', 'constructor', 'toString', '$unknown']),
    );
  });

  it('4 Lambda gets a bare array', async () => {
    const table = await emulator.table();
    await table.put('a');
    const { pipe, payloads } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(JSON.parse(payloads[0]!)).toEqual([expect.objectContaining({ eventName: 'INSERT' })]);
  });

  it('5 ApproximateCreationDateTime is a number', async () => {
    const table = await emulator.table();
    const from = Math.floor(Date.now() / 1000);
    await table.put('a');
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    const at = calls[0]![0]!.dynamodb.ApproximateCreationDateTime;
    expect(Number.isInteger(at)).toBe(true);
    expect(at - from).toBeGreaterThanOrEqual(0);
    expect(at - from).toBeLessThan(30);
  });
});
