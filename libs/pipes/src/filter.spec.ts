/** Catalogue b20, 7 to 11: the filter of a running pipe. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { ManualClock } from '../test/manual-clock.js';
import { keysOf, pipeFrom } from '../test/pipe-fixture.js';

const keyPrefix = (prefix: string): string => JSON.stringify({ dynamodb: { Keys: { PK: { S: [{ prefix }] } } } });

describe('the filter of a pipe', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('7 filter OR of two patterns', async () => {
    const table = await emulator.table();
    for (const key of ['a1', 'b1', 'c1', 'a2']) await table.put(key);
    const { pipe, calls, log } = await pipeFrom(table, emulator, { filters: [keyPrefix('a'), keyPrefix('c')] });
    await pipe.drained();
    await pipe.stop();
    expect(keysOf(calls.flat())).toEqual(['a1', 'c1', 'a2']);
    expect(log.of('filter').map(({ passed, filter }) => [passed, filter])).toEqual([
      [true, 1],
      [false, undefined],
      [true, 2],
      [true, 1],
    ]);
    expect(log.of('filter')[1]?.reason).toBe(
      'filter 1: dynamodb.Keys.PK.S is "b1", wanted a string that starts with "a"; ' +
        'filter 2: dynamodb.Keys.PK.S is "b1", wanted a string that starts with "c"',
    );
  });

  it('8 filtered record advances the checkpoint and is not retried', async () => {
    const table = await emulator.table();
    const checkpoints = memoryCheckpoints();
    for (const key of ['wanted', 'unwanted', 'unwanted too']) await table.put(key);
    const options = { filters: [keyPrefix('wanted')], checkpoints };
    const first = await pipeFrom(table, emulator, options);
    await first.pipe.drained();
    await first.pipe.stop();
    const second = await pipeFrom(table, emulator, options);
    await second.pipe.drained();
    await second.pipe.stop();
    expect(first.log.of('stream-record')).toHaveLength(3);
    expect(second.log.of('stream-record')).toEqual([]);
  });

  it('stores the checkpoint of filtered records late and together, and of delivered ones at once', async () => {
    const table = await emulator.table();
    const inner = memoryCheckpoints();
    let saves = 0;
    const checkpoints = { ...inner, save: (...args: Parameters<typeof inner.save>) => (saves++, inner.save(...args)) };
    const { pipe, log } = await pipeFrom(table, emulator, {
      filters: [keyPrefix('wanted')],
      checkpoints,
      clock: new ManualClock(),
    });
    const atStart = saves;
    for (let count = 1; count <= 20; count += 1) {
      await table.put(`unwanted ${count}`);
      pipe.wake();
      await log.waitFor('filter', () => true, count);
    }
    expect(saves - atStart).toBe(0);
    await table.put('wanted');
    await pipe.drained();
    expect(saves - atStart).toBe(1);
    await table.put('unwanted at last');
    await pipe.drained();
    expect(saves - atStart).toBe(2);
    await pipe.stop();
  });

  it('9 invalid pattern refused at create', async () => {
    const table = await emulator.table();
    await expect(pipeFrom(table, emulator, { filters: ['{"a":"x"}'] })).rejects.toMatchObject({
      name: 'ValidationException',
      field: 'SourceParameters.FilterCriteria.Filters',
      rule: 'filter 1: "a" must be an object or an array',
    });
    await expect(pipeFrom(table, emulator, { filters: ['{"a":'] })).rejects.toThrow('not valid JSON');
  });

  it('10 wildcard refused for pipes', async () => {
    const table = await emulator.table();
    await expect(pipeFrom(table, emulator, { filters: ['{"a":[{"wildcard":"x*"}]}'] })).rejects.toThrow(
      `filter 1: a: {"wildcard":"x*"}: a pipe's filter does not support this operator`,
    );
  });

  it('11 five filters ok, six refused', async () => {
    const table = await emulator.table();
    const filters = ['a', 'b', 'c', 'd', 'e'].map(keyPrefix);
    await table.put('e');
    const { pipe, calls } = await pipeFrom(table, emulator, { filters });
    await pipe.drained();
    await pipe.stop();
    expect(keysOf(calls.flat())).toEqual(['e']);
    await expect(pipeFrom(table, emulator, { filters: [...filters, keyPrefix('f')] })).rejects.toThrow(
      'a pipe takes at most 5 filters, not 6',
    );
  });

  it('sees eventName but not the fields that are added after it, and warns of those', async () => {
    const table = await emulator.table();
    await table.put('a');
    const filters = ['{"eventSource":["aws:dynamodb"]}', '{"eventName":["INSERT"],"awsRegion":["us-east-1"]}'];
    const blind = await pipeFrom(table, emulator, { filters });
    await blind.pipe.drained();
    await blind.pipe.stop();
    expect(blind.calls).toEqual([]);
    expect(blind.log.of('warning').map(({ message }) => message)).toEqual([
      'filter 1: eventSource is not filterable: it never matches',
      'filter 2: awsRegion is not filterable: it never matches',
    ]);
    const seeing = await pipeFrom(table, emulator, { filters: ['{"eventName":["INSERT"]}'] });
    await seeing.pipe.drained();
    await seeing.pipe.stop();
    expect(seeing.calls).toHaveLength(1);
  });
});
