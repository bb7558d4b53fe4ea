import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, asCaller, expectInvalid, expectProblem, unique, type Api } from './stack.js';

const UUID = /^[0-9a-f-]{36}$/;
const UNKNOWN = '97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee';
/** How long a purchase may take from the queue to the table. */
const PATIENCE_MS = 10_000;

interface Sent {
  message: string;
  messageId: string;
  productPurchaseId: string;
}
type Purchase = Record<string, unknown>;

let caller: Api;
before(async () => {
  caller = await asCaller(ADMIN);
});

const send = async (body: object): Promise<Sent> =>
  (await caller.post('/product-purchase').send(body).expect(200)).body as Sent;

/** Reads a purchase until it is as it should be: what is sent is stored a moment later. */
async function eventually(id: string, isSo: (status: number, purchase: Purchase) => boolean): Promise<Purchase> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await caller.get(`/product-purchase/${id}`);
    const purchase = answer.body as Purchase;
    if (isSo(answer.status, purchase)) return purchase;
    if (Date.now() > deadline) throw new Error(`purchase ${id} is ${answer.status} ${answer.text}`);
  }
}
const stored = (id: string): Promise<Purchase> => eventually(id, (status) => status === 200);

describe('sending a purchase', () => {
  it('answers with the message’s id and the purchase’s, and stores what was sent as it was', async () => {
    const body = {
      ProductName: 'Jacket',
      PricePerUnit: '189',
      Quantity: 1,
      paid: true,
      note: null,
      nested: { a: [1, 'two', { three: 3.5 }], 'odd name': '' },
      'beyond ASCII': 'Jäcke \u{1f9e5} \u0000\u0085\u2028\ufffe\uffff',
      '\u{1f9e5}': true,
    };
    for (const path of ['/product-purchase', '/product-purchase/']) {
      const answer = await caller.post(path).send(body).expect(200);
      const { message, messageId, productPurchaseId } = answer.body as Sent;
      expect(message).toBe('Message sent successfully');
      expect([messageId, productPurchaseId]).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
      expect(await stored(productPurchaseId)).toEqual({
        ...body,
        ProductPurchaseId: productPurchaseId,
        TimeOfPurchase: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        action: 'create',
      });
    }
  });

  it('keeps a valid time that is sent, in UTC', async () => {
    const { productPurchaseId } = await send({ TimeOfPurchase: '2021-02-15T20:13:32.314+01:00' });
    expect(await stored(productPurchaseId)).toMatchObject({ TimeOfPurchase: '2021-02-15T19:13:32.314Z' });
  });

  it('refuses what the server sets, what cannot be stored, and what is no object', async () => {
    expectInvalid(await caller.post('/product-purchase'), 'body');
    for (const field of ['PK', 'SK', 'GSI1PK', 'GSI1SK', 'Type', 'ExpiresAt', 'action', 'ProductPurchaseId'])
      expectInvalid(await caller.post('/product-purchase').send({ [field]: 'x' }), field);
    for (const value of [
      1e300,
      1e-300,
      2 ** 53,
      -(2 ** 53),
      1e20,
      'broken \ud800',
      { a: { b: { c: { d: { e: 1 } } } } },
    ])
      expectInvalid(await caller.post('/product-purchase').send({ value }), 'value');
    const raw = (body: string): ReturnType<Api['post']> =>
      caller.post('/product-purchase').set('Content-Type', 'application/json').send(body);
    for (const number of ['0.1234567890123456789012345', '12345678901234567890'])
      expectInvalid(await raw(`{"value":${number}}`), 'value');
    expectInvalid(await raw('{"value":{"constructor":1}}'), 'constructor');
    const beyond = ['9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00+12:00'];
    for (const time of ['yesterday', 5, '2021-02-15', null, ...beyond])
      expectInvalid(await caller.post('/product-purchase').send({ TimeOfPurchase: time }), 'TimeOfPurchase');
    for (const text of ['{"__proto__":{"x":1}}', '{"a":[{"__proto__":1}]}']) {
      const answer = await caller.post('/product-purchase').set('content-type', 'application/json').send(text);
      expectInvalid(answer, '__proto__');
    }
    const deep = '['.repeat(40_000) + ']'.repeat(40_000);
    const nested = await caller.post('/product-purchase').type('json').send(`{"deep":${deep}}`);
    expectInvalid(nested, 'deep');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`f${n}`, n]));
    expectProblem(await caller.post('/product-purchase').send(many), 422, 'VALIDATION_FAILED');
    expectProblem(await caller.post('/product-purchase').send([1]), 422, 'VALIDATION_FAILED');
  });
});

describe('changing a purchase', () => {
  it('applies the events of one purchase in the order in which they were sent', async () => {
    const { productPurchaseId: id } = await send({ step: 0 });
    for (let step = 1; step <= 5; step++) {
      const answer = await caller.put(`/product-purchase/${id}`).send({ step, ProductPurchaseId: id }).expect(200);
      expect(answer.body).toMatchObject({ message: 'Message sent successfully', productPurchaseId: id });
    }
    const purchase = await eventually(id, (_status, { step }) => step === 5);
    expect(purchase).toMatchObject({ action: 'update', ProductPurchaseId: id });
  });

  it('replaces the fields and keeps the time', async () => {
    const TimeOfPurchase = '2021-01-31T16:23:42.389Z';
    const { productPurchaseId: id } = await send({ TimeOfPurchase, before: 1 });
    await caller.put(`/product-purchase/${id}`).send({ after: 2 }).expect(200);
    expect(await eventually(id, (_status, { action }) => action === 'update')).toEqual({
      ...{ ProductPurchaseId: id, TimeOfPurchase, action: 'update', after: 2 },
    });
  });

  it('refuses another’s id in the body', async () => {
    const { productPurchaseId: id } = await send({});
    expectInvalid(
      await caller.put(`/product-purchase/${id}`).send({ ProductPurchaseId: UNKNOWN }),
      'ProductPurchaseId',
    );
  });

  it('deletes it', async () => {
    const { productPurchaseId: id } = await send({});
    await caller.delete(`/product-purchase/${id}`).expect(200);
    await eventually(id, (status) => status === 404);
  });

  it('takes and consumes events of a purchase that is not stored', async () => {
    await caller.put(`/product-purchase/${UNKNOWN}`).send({ a: 1 }).expect(200);
    await caller.delete(`/product-purchase/${UNKNOWN}`).expect(200);
    expectProblem(await caller.get(`/product-purchase/${UNKNOWN}`), 404, 'PURCHASE_NOT_FOUND');
  });

  it('knows no purchase by what is no id', async () => {
    for (const id of ['x', UNKNOWN.toUpperCase(), `${UNKNOWN}0`, '%00'])
      expectProblem(await caller.get(`/product-purchase/${id}`), 404, 'PURCHASE_NOT_FOUND');
    expectProblem(await caller.put('/product-purchase/x').send({}), 404, 'PURCHASE_NOT_FOUND');
  });
});

describe('listing purchases', () => {
  it('gives a bare array, the newest first, with the cursor in a header', async () => {
    const mark = unique('listed');
    // Later than all others, so that they fill the first pages.
    const years = ['9997', '9998', '9999'];
    const ids: string[] = [];
    for (const year of years) {
      const { productPurchaseId } = await send({ mark, TimeOfPurchase: `${year}-01-01T00:00:00.000Z` });
      ids.push(productPurchaseId);
      await stored(productPurchaseId);
    }
    const first = await caller.get('/product-purchase?limit=2').expect(200);
    const names = (body: unknown): unknown[] => (body as Purchase[]).map(({ ProductPurchaseId }) => ProductPurchaseId);
    expect(names(first.body)).toEqual([ids[2], ids[1]]);
    const token = String(first.headers['x-next-token']);
    const second = await caller.get(`/product-purchase?limit=2&nextToken=${encodeURIComponent(token)}`).expect(200);
    expect(names(second.body)[0]).toBe(ids[0]);
    expectProblem(await caller.get('/product-purchase?nextToken=broken'), 400, 'BAD_CURSOR');
    expectInvalid(await caller.get('/product-purchase?limit=0'), 'limit');
  });
});
