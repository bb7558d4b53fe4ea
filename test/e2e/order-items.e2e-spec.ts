import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  asCaller,
  expectInvalid,
  expectProblem,
  inbox,
  newOrder,
  newProduct,
  newUser,
  productOf,
  type Api,
  type Order,
  type Product,
  type User,
} from './stack.js';

let user: User;
let own: Api;

const UNKNOWN = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';
const lines = (...wanted: [product: Product, quantity: number][]) =>
  wanted.map(([{ ProductId }, quantity]) => ({ productId: ProductId, quantity }));
const order = (...wanted: [product: Product, quantity: number][]) =>
  own.post('/orders').send({ userId: user.username, items: lines(...wanted) });
const placed = async (...wanted: [product: Product, quantity: number][]): Promise<Order> =>
  ((await order(...wanted).expect(201)).body as { data: Order }).data;
const left = async ({ ProductId }: Product): Promise<number> => (await productOf(ProductId)).Stock;

before(async () => {
  user = await newUser('buyer');
  own = await asCaller(user.username);
});

describe('placing an order of products', () => {
  it('answers 201 with its lines and its total, and takes the stock', async () => {
    const [mouse, cable] = [await newProduct({ price: 0.1, stock: 5 }), await newProduct({ price: 4.35, stock: 9 })];
    const answer = await order([mouse, 3], [cable, 2]).expect(201);
    const { data } = answer.body as { data: Order };
    expect(answer.body).toMatchObject({ message: 'Order placed successfully', success: true, total: 9 });
    expect(data).toMatchObject({
      ...{ Status: 'PLACED', Amount: 9, NumberItems: 5 },
      Items: [
        { ProductId: mouse.ProductId, Name: mouse.Name, Quantity: 3, UnitPrice: 0.1, LineTotal: 0.3 },
        { ProductId: cable.ProductId, Name: cable.Name, Quantity: 2, UnitPrice: 4.35, LineTotal: 8.7 },
      ],
    });
    expect([await left(mouse), await left(cable)]).toEqual([2, 7]);
    expect((await own.get(`/orders/${data.OrderId}`).query({ username: user.username })).body).toMatchObject({ data });
    const listed = await own.get('/orders').query({ userId: user.username, limit: 1 });
    expect((listed.body as { data: object[] }).data[1]).toEqual(data);
    const event = await inbox.waitFor(({ body: { eventId } }) => eventId === `${data.OrderId}.PLACED`);
    expect(event.body).toMatchObject({ amount: 9, numberItems: 5 });
  });

  it('takes a product that is named twice as one line', async () => {
    const mouse = await newProduct({ stock: 5 });
    expect((await placed([mouse, 2], [mouse, 3])).Items).toMatchObject([{ Quantity: 5 }]);
    expect(expectProblem(await order([mouse, 1]), 409, 'INSUFFICIENT_STOCK').detail).toContain(mouse.ProductId);
  });

  it('of a product that is not there, or for nobody, is a 404 and takes nothing', async () => {
    const mouse = await newProduct({ stock: 5 });
    const items = [...lines([mouse, 1]), { productId: UNKNOWN, quantity: 1 }];
    const answer = await own.post('/orders').send({ userId: user.username, items });
    expect(expectProblem(answer, 404, 'PRODUCT_NOT_FOUND').detail).toContain(UNKNOWN);
    expect(await left(mouse)).toBe(5);
  });

  it('takes up to 45 lines', async () => {
    const mouse = await newProduct({ stock: 100 });
    const many = (count: number) => Array.from({ length: count }, () => lines([mouse, 1])[0]!);
    expectInvalid(await own.post('/orders').send({ userId: user.username, items: many(46) }), 'items');
    expectInvalid(await own.post('/orders').send({ userId: user.username, items: [] }), 'items');
    await own
      .post('/orders')
      .send({ userId: user.username, items: many(45) })
      .expect(201);
    expect(await left(mouse)).toBe(55);
  });
});

describe('changing an order of products', () => {
  it('moves stock by the difference, and gives all of it back when cancelled', async () => {
    const [mouse, cable] = [await newProduct({ price: 2, stock: 5 }), await newProduct({ price: 3, stock: 5 })];
    const { OrderId } = await placed([mouse, 4]);
    const answer = await own
      .put(`/orders/${OrderId}`)
      .send({ username: user.username, items: lines([mouse, 1], [cable, 2]) })
      .expect(200);
    expect(answer.body).toMatchObject({
      data: { Amount: 8, NumberItems: 3, Items: [{ Quantity: 1 }, { Quantity: 2 }] },
    });
    expect([await left(mouse), await left(cable)]).toEqual([4, 3]);
    await own.delete(`/orders/${OrderId}`).expect(200);
    expectProblem(await own.put(`/orders/${OrderId}`).send({ status: 'CANCEL' }), 409, 'ORDER_STATE');
    expect([await left(mouse), await left(cable)]).toEqual([5, 5]);
  });

  it('is a 409 when it is no longer PLACED, and a 422 with half of two forms', async () => {
    const mouse = await newProduct({ stock: 5 });
    const { OrderId } = await placed([mouse, 1]);
    const change = (http: Api, body: object) =>
      http.put(`/orders/${OrderId}`).send({ username: user.username, ...body });
    const put = (body: object) => change(own, body);
    expectInvalid(await put({ amount: 1, numItems: 1 }), 'amount', 'numItems');
    expectInvalid(await put({ amount: 1, numItems: 1, items: lines([mouse, 1]) }), 'items');
    expectInvalid(await put({ status: 'CANCELED', items: lines([mouse, 1]) }), 'items');
    const admin = await asCaller(ADMIN);
    await change(admin, { status: 'ACKNOWLEDGED', items: lines([mouse, 2]) }).expect(200);
    expectProblem(await put({ items: lines([mouse, 1]) }), 409, 'ORDER_STATE');
    expect(await left(mouse)).toBe(3);
  });
});

describe('20 buyers of 5 units', () => {
  it('are 5 that get one and 15 that are told', async () => {
    const mouse = await newProduct({ stock: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => order([mouse, 1])));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 409, 'INSUFFICIENT_STOCK');
    expect(await left(mouse)).toBe(0);
  });
});

describe('an order under a key', () => {
  it('is placed once, told of once, and answered alike, also when it comes twice at once', async () => {
    const mouse = await newProduct({ stock: 9 });
    const body = { userId: user.username, items: lines([mouse, 2]) };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => own.post('/orders').set('Idempotency-Key', 'first').send(body)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    const again = await own.post('/orders').send({ ...body, orderId: 'first' });
    expect([again.status, again.text]).toEqual([201, answers[0]!.text]);
    expect(await left(mouse)).toBe(7);
    const { orderId } = again.body as { orderId: string };
    // Events of one customer are published in their order: a second of this order would come before that of the next.
    const next = await newOrder(user.username);
    await inbox.waitFor(({ body: { eventId } }) => eventId === `${next.OrderId}.PLACED`);
    expect(inbox.all((message) => message.body.orderId === orderId)).toHaveLength(1);
  });

  it('with other contents is a 409, of another caller another order', async () => {
    const other = await newUser('buyer');
    const body = { username: user.username, amount: 1, numItems: 1 };
    const post = (fields: object) =>
      own
        .post('/orders')
        .set('Idempotency-Key', 'plain')
        .send({ ...body, ...fields });
    const first = await post({}).expect(201);
    expect((await post({}).expect(201)).text).toBe(first.text);
    expectProblem(await post({ amount: 2 }), 409, 'IDEMPOTENCY_CONFLICT');
    const theirs = await (
      await asCaller(other.username)
    )
      .post('/orders')
      .set('Idempotency-Key', 'plain')
      .send({ ...body, username: other.username })
      .expect(201);
    expect((theirs.body as { orderId: string }).orderId).not.toBe((first.body as { orderId: string }).orderId);
    expectInvalid(await post({ orderId: 'other' }), 'orderId');
  });
});
