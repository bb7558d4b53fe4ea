import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { CustomerRepository } from './customer.repository.js';
import { DataTable } from './data-table.js';
import { withDeadline } from './deadline.js';
import { OrderRepository } from './order.repository.js';
import { newOrder, OrderingRepository } from './ordering.repository.js';

let table: TestTable;
let customers: CustomerRepository;
let orders: OrderRepository;
let ordering: OrderingRepository;
const now = new Date('2026-01-01T00:00:00.000Z');

const place = async () => {
  const order = newOrder({ username: 'john', amount: 5.5, numItems: 2 }, { requestId: 'request-1', now });
  await ordering.place({ order, moves: [] }, now);
  return order;
};
/** Milliseconds until a call is given up because the table is out of reach. */
const givenUpAfter = async (call: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await expect(call()).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE', headers: { 'retry-after': '1' } });
  return performance.now() - started;
};

before(async () => {
  table = await startTable();
  const data = new DataTable(table.name, table.client);
  customers = new CustomerRepository(data);
  orders = new OrderRepository(data);
  ordering = new OrderingRepository(data);
  await customers.create({ username: 'john', name: 'John', email: 'john@example.com' }, now);
});
after(() => table.stop());

describe('a call with a deadline', () => {
  it('ends at it whatever hangs: a read, a write, many at once, or an answer that stops halfway', async () => {
    const calls: [operation: string, times: number, call: () => Promise<unknown>][] = [
      ['GetItem', 1, () => customers.get('john')],
      ['UpdateItem', 1, () => customers.setAddress('john', 'x', now)],
      ['TransactWriteItems', 1, place],
      ['Query', 8, () => customers.list({ limit: 1 })],
    ];
    for (const fault of ['hanging', 'stuck-reply'] as const)
      for (const [operation, times, call] of calls) {
        table.proxy.fail(operation, fault, times);
        const sent = await table.proxy.during(async () => {
          const waited = await givenUpAfter(() => withDeadline(call, 300));
          expect(waited).toBeGreaterThan(290);
          expect(waited).toBeLessThan(1_500);
        });
        expect(sent).toHaveLength(times);
      }
  });

  it('shares it among all its requests', async () => {
    table.proxy.fail('GetItem', 'hanging');
    const updating = () => customers.update('john', { email: 'other@example.com' }, now);
    const before = table.proxy.calls.length;
    const waited = await givenUpAfter(() =>
      withDeadline(async () => {
        await customers.get('nobody').catch(() => undefined);
        return updating();
      }, 300),
    );
    expect(waited).toBeLessThan(1_500);
    expect(table.proxy.calls.slice(before).map(({ operation }) => operation)).toEqual(['GetItem']);
    expect((await customers.get('john')).Email).toBe('john@example.com');
  });

  it('that is kept is not noticed', async () => {
    expect((await withDeadline(() => customers.get('john'))).Username).toBe('john');
  });
});

describe('a write that the table made and never answered', () => {
  it('is sent again with the same token, and made once', async () => {
    for (const fault of ['hanging', 'cut-reply'] as const) {
      const { orders: earlier } = await orders.listOf('john', { limit: 100 });
      table.proxy.fail('TransactWriteItems', fault);
      const before = table.proxy.calls.length;
      const { id } = await place();
      const tokens = table.proxy.calls.slice(before).map(({ body }) => body.ClientRequestToken);
      expect(tokens).toEqual([expect.any(String), tokens[0]]);
      const { orders: all } = await orders.listOf('john', { limit: 100 });
      expect(all.map((order) => order.id).sort()).toEqual([...earlier.map((order) => order.id), id].sort());
    }
  });
});
