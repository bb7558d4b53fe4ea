import { after, before, describe, it } from 'node:test';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'expect';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { DataTable } from './data-table.js';
import { IdempotencyRepository } from './idempotency.repository.js';

let table: TestTable;
let claims: IdempotencyRepository;
const start = Date.parse('2026-01-01T00:00:00.000Z');

/** A run at some millisecond that may take five seconds. */
const run = (owner: string, key: string, at = 0) =>
  claims.claim({ key, owner, now: new Date(start + at), deadline: start + at + 5_000 });

before(async () => {
  table = await startTable();
  claims = new IdempotencyRepository(new DataTable(table.name, table.client));
});
after(() => table.stop());

describe('a claim', () => {
  it('is had by one run, and told to others with the time it is held until', async () => {
    expect(await run('one', 'a')).toEqual({ outcome: 'claimed' });
    expect(await run('two', 'a', 4_999)).toEqual({ outcome: 'held', until: start + 5_000 });
  });

  it('is taken over once its deadline has passed, and then is no longer the first run’s', async () => {
    await run('one', 'b');
    expect(await run('two', 'b', 5_001)).toEqual({ outcome: 'claimed' });
    expect(await claims.markDone('b', 'one')).toBe(false);
    expect(await claims.release('b', 'one')).toBe(false);
    expect(await claims.markDone('b', 'two')).toBe(true);
  });

  it('stays done for two days, past every deadline', async () => {
    await run('one', 'c');
    await claims.markDone('c', 'one');
    expect(await run('two', 'c', 47 * 3_600_000)).toEqual({ outcome: 'done' });
    expect(await run('two', 'c', 48 * 3_600_000 + 1_000)).toEqual({ outcome: 'claimed' });
  });

  it('carries the expiry that DynamoDB reads, in epoch seconds', async () => {
    await run('one', 'd');
    const Key = { PK: 'IDEMPOTENCY#d', SK: 'IDEMPOTENCY#d' };
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
    expect(Item?.ExpiresAt).toBe(start / 1000 + 48 * 3_600);
  });

  it('that was given back is free at once', async () => {
    await run('one', 'e');
    expect(await claims.release('e', 'one')).toBe(true);
    expect(await run('two', 'e', 1)).toEqual({ outcome: 'claimed' });
  });

  it('whose reply was lost is still our own', async () => {
    table.proxy.fail('PutItem', 'lost-reply');
    expect(await run('one', 'f')).toEqual({ outcome: 'claimed' });
  });

  it('is won by one of many runs', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, (_, at) => run(`run${at}`, 'g')));
    expect(results.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
  });
});
