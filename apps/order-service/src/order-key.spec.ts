import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startOrders, type OrderBody, type TestOrders } from '../../../test/fixtures/order-service.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';

let orders: TestOrders;
let made = 0;
const DAY = 24 * 60 * 60 * 1000;

const newKey = (): string => `key-${(made += 1)}`;
const plain = { username: 'john', amount: 5.5, numItems: 2 };
const post = (body: object, key?: string) => {
  const request = orders.http.post('/orders').send(body);
  return key === undefined ? request : request.set('Idempotency-Key', key);
};
const itemised = (productId: string, quantity = 1) => ({ userId: 'john', items: [{ productId, quantity }] });
const countOf = async (username = 'john'): Promise<number> => {
  const answer = await orders.http.get('/orders').query({ username, limit: 100 });
  return (answer.body as { data: object[] }).data.length - 1;
};

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

describe('an order that is sent again under its key', () => {
  it('is answered as the first time, word for word, with 1 request and no second order', async () => {
    const mouse = await orders.stock(9);
    for (const [body, once] of [
      [plain, ['TransactWriteItems']],
      [itemised(mouse, 2), ['BatchGetItem']],
    ] as const) {
      const key = newKey();
      const before = await countOf();
      const first = await post(body, key).expect(201);
      orders.now += 1_000;
      const again = orders.table.proxy.during(async () => {
        const second = await post(body, key).expect(201);
        expect(second.text).toBe(first.text);
      });
      expect(await again).toEqual(once);
      expect(await countOf()).toBe(before + 1);
    }
    expect(await orders.left(mouse)).toBe(7);
  });

  it('may name the key in the body, in the header, or in both if they are equal', async () => {
    const key = newKey();
    const first = await post({ ...plain, orderId: key }).expect(201);
    expect((first.body as OrderBody).data.OrderId).not.toBe(key);
    for (const second of [await post(plain, key), await post({ ...plain, orderId: key }, key)])
      expect([second.status, second.text]).toEqual([201, first.text]);
    expect(fieldsIn(await post({ ...plain, orderId: key }, `${key}x`))).toEqual(['orderId']);
    for (const orderId of ['', 'x'.repeat(65), 'a b', 'é', 7])
      expect(fieldsIn(await post({ ...plain, orderId }))).toEqual(['orderId']);
    for (const bad of ['a b', 'x'.repeat(256)]) expect(fieldsIn(await post(plain, bad))).toEqual(['Idempotency-Key']);
  });

  it('with other contents is a 409', async () => {
    const mouse = await orders.stock(9);
    const key = newKey();
    await post(plain, key).expect(201);
    for (const body of [{ ...plain, amount: 5.51 }, { ...plain, numItems: 3 }, itemised(mouse)])
      expect(codeOf(await post(body, key))).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    const other = newKey();
    await post(itemised(mouse), other).expect(201);
    for (const body of [plain, itemised(mouse, 2)])
      expect(codeOf(await post(body, other))).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect(await orders.left(mouse)).toBe(8);
  });

  it('is the same however its fields are written', async () => {
    const mouse = await orders.stock(9);
    const key = newKey();
    const first = await post(itemised(mouse), key).expect(201);
    const other = { items: [{ quantity: 1.0, productId: ` ${mouse} ` }], username: 'john' };
    expect((await post(other, key).expect(201)).text).toBe(first.text);
  });

  it('belongs to its caller: the key of another is another key', async () => {
    const key = newKey();
    const [john, jane] = [
      await post(plain, key).expect(201),
      await post({ ...plain, username: 'jane' }, key).expect(201),
    ];
    expect((jane.body as OrderBody).data.OrderId).not.toBe((john.body as OrderBody).data.OrderId);
  });

  it('at the same time is placed once and answered alike', async () => {
    const mouse = await orders.stock(100);
    for (const body of [plain, itemised(mouse, 3)]) {
      const key = newKey();
      const before = await countOf();
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, key)));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(answers[0]!.status).toBe(201);
      expect(await countOf()).toBe(before + 1);
    }
    expect(await orders.left(mouse)).toBe(97);
  });

  it('for the last unit is not told that the stock is gone', async () => {
    const mouse = await orders.stock(1);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(itemised(mouse), key)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('after 24 hours is a new order', async () => {
    const mouse = await orders.stock(9);
    for (const body of [plain, itemised(mouse)]) {
      const key = newKey();
      const first = await post(body, key).expect(201);
      orders.now += DAY - 1_000;
      expect((await post(body, key).expect(201)).text).toBe(first.text);
      orders.now += 3_000;
      expect((await post(body, key).expect(201)).text).not.toBe(first.text);
    }
    expect(await orders.left(mouse)).toBe(7);
  });

  it('keeps its first answer when the order, its product or its customer has changed since', async () => {
    const mouse = await orders.stock(9);
    const key = newKey();
    const first = await post(itemised(mouse), key).expect(201);
    await orders.http.delete(`/orders/${(first.body as OrderBody).data.OrderId}`).expect(200);
    await orders.products.delete(mouse, new Date(orders.now));
    expect((await post(itemised(mouse), key).expect(201)).text).toBe(first.text);
  });
});

describe('an order whose first try did not end well', () => {
  it('is placed once when the reply of the table was lost, at any try', async () => {
    const mouse = await orders.stock(9);
    for (const body of [plain, itemised(mouse)])
      for (const fault of ['lost-reply', 'cut-reply'] as const) {
        const key = newKey();
        const before = await countOf();
        orders.table.proxy.fail('TransactWriteItems', fault, 2);
        const first = await post(body, key).expect(201);
        expect((await post(body, key).expect(201)).text).toBe(first.text);
        expect(await countOf()).toBe(before + 1);
      }
    expect(await orders.left(mouse)).toBe(7);
  });

  it('is placed by the next when the first gave up, before its write or behind it', async () => {
    const mouse = await orders.stock(9);
    for (const [fault, status] of [
      ['conflict', 409],
      ['lost-reply', 503],
    ] as const) {
      const key = newKey();
      const before = await countOf();
      // All tries: the caller does not know whether one has taken effect.
      orders.table.proxy.fail('TransactWriteItems', fault, 1_000);
      expect((await post(itemised(mouse), key)).status).toBe(status);
      orders.table.proxy.heal();
      await post(itemised(mouse), key).expect(201);
      await post(itemised(mouse), key).expect(201);
      expect(await countOf()).toBe(before + 1);
    }
    expect(await orders.left(mouse)).toBe(7);
  });

  it('is not remembered when it was refused', async () => {
    const mouse = await orders.stock(0);
    const key = newKey();
    expect(codeOf(await post(itemised(mouse), key))).toEqual([409, 'INSUFFICIENT_STOCK']);
    await orders.products.update(mouse, { stock: 1 }, new Date(orders.now));
    await post(itemised(mouse), key).expect(201);
    const unknown = { ...plain, username: 'nobody' };
    expect(codeOf(await post(unknown, newKey()))).toEqual([404, 'USER_NOT_FOUND']);
  });
});

describe('what is stored of a key', () => {
  it('is bound to caller and time, and does not show the key', async () => {
    const key = `secret-${newKey()}`;
    await post(plain, key).expect(201);
    const write = JSON.stringify(orders.table.proxy.calls.at(-1)!.body);
    expect(write).not.toContain(key);
    expect(write).toMatch(/"PK":\{"S":"IDEMPOTENCY#order#john#[\w-]{43}"\}/);
    expect(write).toContain(`"ExpiresAt":{"N":"${Math.floor(orders.now / 1000) + DAY / 1000}"}`);
  });
});
