/** Bad days of the table: conflicts, throttling, replies lost after the commit. Nothing is half-written, nothing is a 500. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type Fault } from '../../localstack/src/endpoint/fault.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { newOrder, newUser, send, startTabletop, type Answer } from '../fixtures/tabletop.js';

const FOREVER = 1_000;

describe('when the table has a bad day', () => {
  let stack: LocalStack;
  let username: string;

  before(async () => {
    stack = await startTabletop();
    username = await newUser(stack);
  });
  after(() => stack.stop());

  const during = async (
    fault: Fault,
    operation: string,
    times: number,
    call: () => Promise<Answer>,
  ): Promise<Answer> => {
    stack.faults.order({ fault, operation, times });
    const answer = await call();
    stack.faults.clear();
    return answer;
  };
  const place = (): Promise<Answer> => send(stack, 'POST', '/orders', { username, amount: 1, numItems: 1 });
  const ordersOf = async (): Promise<number> => {
    const { body } = await send(stack, 'GET', `/orders?username=${username}&limit=100`);
    return (body.data as unknown[]).length - 1;
  };

  for (const fault of ['TransactionConflict', 'Throttling', 'LostReply', 'Unavailable'] as const)
    it(`an order under ${fault} is tried again and placed once`, async () => {
      const before = await ordersOf();
      const { status } = await during(fault, 'TransactWriteItems', 2, place);
      expect(status).toBe(201);
      expect(await ordersOf()).toBe(before + 1);
    });

  for (const [fault, refusal] of [
    ['TransactionConflict', { status: 409, code: 'WRITE_CONFLICT' }],
    ['Throttling', { status: 503, code: 'TABLE_UNAVAILABLE' }],
    ['Unavailable', { status: 503, code: 'TABLE_UNAVAILABLE' }],
  ] as const)
    it(`an order under endless ${fault} is a ${refusal.status} with Retry-After and leaves nothing behind`, async () => {
      const before = await ordersOf();
      const { status, headers, body } = await during(fault, 'TransactWriteItems', FOREVER, place);
      expect({ status, code: body.code }).toEqual(refusal);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await ordersOf()).toBe(before);
    });

  const stockOf = async (productId: string): Promise<unknown> =>
    ((await send(stack, 'GET', `/products/${productId}`)).body.data as { Stock: unknown }).Stock;
  const newProduct = async (): Promise<string> =>
    String((await send(stack, 'POST', '/products', { name: 'Laptop', price: 2.5, stock: 5 })).body.productId);

  for (const fault of ['TransactionConflict', 'Throttling', 'LostReply', 'Unavailable'] as const)
    it(`an order of products under ${fault} takes its stock once, and its cancellation gives it back once`, async () => {
      const productId = await newProduct();
      const order = { userId: username, items: [{ productId, quantity: 2 }] };
      const placed = await during(fault, 'TransactWriteItems', 2, () => send(stack, 'POST', '/orders', order));
      expect([placed.status, await stockOf(productId)]).toEqual([201, 3]);
      const cancel = (): Promise<Answer> => send(stack, 'DELETE', `/orders/${String(placed.body.orderId)}`);
      expect((await during(fault, 'TransactWriteItems', 2, cancel)).status).toBe(200);
      expect(await stockOf(productId)).toBe(5);
    });

  it('an order of products under endless Throttling takes no stock', async () => {
    const productId = await newProduct();
    const order = { userId: username, items: [{ productId, quantity: 2 }], orderId: `cart-${productId}` };
    const place = (): Promise<Answer> => send(stack, 'POST', '/orders', order);
    expect((await during('Throttling', 'TransactWriteItems', FOREVER, place)).status).toBe(503);
    expect(await stockOf(productId)).toBe(5);
    expect([(await place()).status, await stockOf(productId)]).toEqual([201, 3]);
    expect([(await place()).status, await stockOf(productId)]).toEqual([201, 3]);
  });

  it('a status change whose reply is lost is answered with success, once', async () => {
    const orderId = await newOrder(stack, username);
    const change = (): Promise<Answer> =>
      send(stack, 'PUT', `/orders/${orderId}`, { username, status: 'ACKNOWLEDGED' });
    const { status, body } = await during('LostReply', 'UpdateItem', 1, change);
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: { Status: 'ACKNOWLEDGED' } });
    expect(await change()).toMatchObject({ status: 409, body: { code: 'ORDER_STATE' } });
  });

  it('a registration whose reply is lost is answered with success, once', async () => {
    const user = { username: 'lost-reply', name: 'Lost', email: 'lost@example.com' };
    const register = (): Promise<Answer> => send(stack, 'POST', '/users', user);
    expect((await during('LostReply', 'TransactWriteItems', 1, register)).status).toBe(201);
    expect(await register()).toMatchObject({ status: 409, body: { code: 'USERNAME_TAKEN' } });
  });

  it('reads under throttling are tried again, then 503', async () => {
    const read = (): Promise<Answer> => send(stack, 'GET', `/users/${username}`);
    expect((await during('Throttling', 'GetItem', 1, read)).status).toBe(200);
    const { status, headers } = await during('Throttling', 'GetItem', FOREVER, read);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).not.toBeNull();
  });

  it('no answer shows what the table said', async () => {
    const { body } = await during('Throttling', 'TransactWriteItems', FOREVER, place);
    expect(JSON.stringify(body)).not.toMatch(/Throttling|throughput|dynamo|aws|stack/i);
  });
});
