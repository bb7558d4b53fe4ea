import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { expectShardQueries } from '../../../../test/fixtures/sharded-list.js';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { newOrderId } from '../id.js';
import { CustomerRepository } from './customer.repository.js';
import { DataTable } from './data-table.js';
import { OrderRepository, type Order, type OrderStatus } from './order.repository.js';
import { newOrder, OrderingRepository } from './ordering.repository.js';

let table: TestTable;
let customers: CustomerRepository;
let orders: OrderRepository;
let ordering: OrderingRepository;
const start = Date.parse('2026-01-01T00:00:00.000Z');
let clock = start;

/** Each write has a time and a request id of its own. */
const context = () => ({ requestId: `request-${(clock += 7)}`, now: new Date(clock) });
const place = async (username: string): Promise<Order> => {
  const when = context();
  const order = newOrder({ username, amount: 5.5, numItems: 2 }, when);
  expect(await ordering.place({ order, moves: [] }, when.now)).toBeUndefined();
  return order;
};
const register = (username: string) =>
  customers.create({ username, name: 'Some One', email: `${username}@example.com` }, new Date(start));

before(async () => {
  table = await startTable();
  const data = new DataTable(table.name, table.client);
  customers = new CustomerRepository(data);
  orders = new OrderRepository(data);
  ordering = new OrderingRepository(data);
  await register('john');
});
after(() => table.stop());

describe('placing', () => {
  it('is one transaction, and the order is found by its id and by its key with one request', async () => {
    let order: Order | undefined;
    expect(await table.proxy.during(async () => (order = await place('john')))).toEqual(['TransactWriteItems']);
    const { id } = order!;
    expect(await table.proxy.during(async () => expect(await orders.find(id, new Date(clock))).toEqual(order))).toEqual(
      ['Query'],
    );
    expect(await table.proxy.during(async () => expect(await orders.get('john', id)).toEqual(order))).toEqual([
      'GetItem',
    ]);
  });

  it('is refused for a customer that is unknown or deleted, in the transaction itself', async () => {
    await expect(place('nobody')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await register('leaver');
    const { id } = await place('leaver');
    await customers.delete('leaver', new Date(clock));
    const operations = await table.proxy.during(() =>
      expect(place('leaver')).rejects.toMatchObject({ code: 'USER_NOT_FOUND' }),
    );
    expect(operations).toEqual(['TransactWriteItems']);
    expect((await orders.find(id, new Date(clock))).username).toBe('leaver');
  });

  it('places one order although replies are lost and transactions conflict', async () => {
    await register('unlucky');
    for (const fault of ['lost-reply', 'conflict', 'throttled'] as const) {
      table.proxy.fail('TransactWriteItems', fault, 2);
      await place('unlucky');
    }
    expect((await orders.listOf('unlucky', { limit: 100 })).orders).toHaveLength(3);
  });
});

describe('looking up an order that the index does not have', () => {
  it('is one query for an old id, two for one younger than 5 s, none for a text that is no id', async () => {
    const missing = (id: string, now: Date) => () =>
      expect(orders.find(id, now)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
    const id = newOrderId(new Date(start));
    expect(await table.proxy.during(missing(id, new Date(start + 5_000)))).toEqual(['Query']);
    expect(await table.proxy.during(missing(id, new Date(start + 4_999)))).toEqual(['Query', 'Query']);
    expect(await table.proxy.during(missing('nonsense', new Date(start)))).toEqual([]);
  });

  it('is no request for a text that is no id, also where the owner is named', async () => {
    for (const id of ['nonsense', 'x'.repeat(3_000)]) {
      const sent = await table.proxy.during(async () => {
        await expect(orders.get('john', id)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
        const changing = orders.change('john', id, { status: 'CANCELED', from: ['PLACED'] }, context());
        await expect(changing).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
      });
      expect(sent).toEqual([]);
    }
  });
});

describe('changing an order', () => {
  const acknowledge = (order: Order, from: OrderStatus[] = ['PLACED'], when = context()) =>
    orders.change(order.username, order.id, { status: 'ACKNOWLEDGED', from }, when);

  it('is one conditional write that keeps who wrote it', async () => {
    const order = await place('john');
    const when = context();
    const operations = await table.proxy.during(async () => {
      const { changed, order: now } = await acknowledge(order, ['PLACED'], when);
      expect(changed).toBe(true);
      expect(now).toEqual({
        ...order,
        Status: 'ACKNOWLEDGED',
        UpdatedAt: when.now.toISOString(),
        RequestId: when.requestId,
      });
    });
    expect(operations).toEqual(['UpdateItem']);
  });

  it('is refused from another state, and tells that state', async () => {
    const order = await place('john');
    await acknowledge(order);
    const second = await acknowledge(order);
    expect(second).toMatchObject({ changed: false, order: { Status: 'ACKNOWLEDGED' } });
    const never = await orders.change('john', order.id, { status: 'PLACED', from: [] }, context());
    expect(never).toMatchObject({ changed: false, order: { Status: 'ACKNOWLEDGED' } });
  });

  it('is a success when its reply was lost and the first attempt was our own', async () => {
    const order = await place('john');
    table.proxy.fail('UpdateItem', 'lost-reply');
    const { changed, order: now } = await acknowledge(order);
    expect(changed).toBe(true);
    expect(now.Status).toBe('ACKNOWLEDGED');
  });

  it('is no success when another write came first, even one with the same request id', async () => {
    const order = await place('john');
    const when = context();
    await acknowledge(order, ['PLACED'], when);
    expect((await acknowledge(order, ['PLACED'], when)).changed).toBe(false);
    table.proxy.fail('UpdateItem', 'conflict');
    expect((await acknowledge(order, ['PLACED'], context())).changed).toBe(false);
  });

  it('lets one of many at once win', async () => {
    const order = await place('john');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        orders.change('john', order.id, { status: at % 2 ? 'CANCELED' : 'ACKNOWLEDGED', from: ['PLACED'] }, context()),
      ),
    );
    expect(results.filter(({ changed }) => changed)).toHaveLength(1);
    const { Status } = await orders.get('john', order.id);
    for (const { order: seen } of results) expect(seen.Status).toBe(Status);
  });

  it('never makes an order', async () => {
    const id = newOrderId(new Date(start));
    const changing = orders.change('john', id, { status: 'CANCELED', from: ['PLACED'] }, context());
    await expect(changing).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
    await expect(orders.get('john', id)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
  });
});

describe("a customer's orders", () => {
  it('come after the customer, newest first, with one query a page and no empty page at the end', async () => {
    await register('buyer');
    const ids: string[] = [];
    for (let at = 0; at < 20; at += 1) ids.unshift((await place('buyer')).id);
    const first = await orders.listOf('buyer', { limit: 10 });
    expect(first.customer?.Username).toBe('buyer');
    const operations = await table.proxy.during(async () => {
      const second = await orders.listOf('buyer', { limit: 10, nextToken: first.nextToken });
      expect(second.customer).toBeUndefined();
      expect(second.nextToken).toBeUndefined();
      expect([...first.orders, ...second.orders].map(({ id }) => id)).toEqual(ids);
    });
    expect(operations).toEqual(['Query']);
    expect(await table.proxy.during(() => orders.listOf('buyer', { limit: 10 }))).toEqual(['Query']);
  });

  it('may be none; an unknown or deleted customer is not found', async () => {
    await register('idle');
    expect(await orders.listOf('idle', { limit: 10 })).toEqual({
      customer: expect.objectContaining({ Username: 'idle' }),
      orders: [],
    });
    for (const name of ['stranger', 'leaver'])
      await expect(orders.listOf(name, { limit: 10 })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('have cursors that belong to them alone', async () => {
    const { nextToken } = await orders.listOf('buyer', { limit: 1 });
    await expect(orders.listOf('john', { limit: 1, nextToken })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
    await expect(orders.list({ limit: 1, nextToken })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
  });
});

describe('all orders', () => {
  it('are eight queries side by side, newest first, each order once, also while new ones come', async () => {
    const before = await orders.list({ limit: 100 });
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const operations = await table.proxy.during(async () => {
        const page = await orders.list({ limit: 7, nextToken });
        seen.push(...page.orders.map(({ id }) => id));
        nextToken = page.nextToken;
      });
      expectShardQueries(operations);
      await place('john');
    } while (nextToken !== undefined);
    expect(seen).toEqual(before.orders.map(({ id }) => id));
    expect(seen.length).toBeGreaterThan(20);
  });
});
