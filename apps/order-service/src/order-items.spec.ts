import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startOrders, type OrderBody, type TestOrders } from '../../../test/fixtures/order-service.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';

let orders: TestOrders;

/** What an order of products is answered with. */
const placed = async (...items: [productId: string, quantity: number][]): Promise<OrderBody['data']> => {
  orders.now += 1;
  return ((await orders.order(items).expect(201)).body as OrderBody).data;
};
const many = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => orders.stock(10, 1)));
const lines = (ids: string[], quantity = 1) => ids.map((productId) => ({ productId, quantity }));
const detailOf = (answer: { body: unknown }): string => (answer.body as { detail: string }).detail;

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

describe('placing an order of products', () => {
  it('copies names and prices, sums in cents, and takes the stock: 1 read and 1 transaction', async () => {
    const [mouse, cable] = [await orders.stock(5, 0.1), await orders.stock(9, 4.35)];
    let answer: OrderBody | undefined;
    const sent = await orders.table.proxy.during(async () => {
      answer = (
        await orders
          .order([
            [mouse, 3],
            [cable, 2],
          ])
          .expect(201)
      ).body as OrderBody;
    });
    expect(sent).toEqual(['BatchGetItem', 'TransactWriteItems']);
    const { data } = answer!;
    expect(answer).toEqual({
      message: 'Order placed successfully',
      success: true,
      data: {
        ...{ PK: 'CUSTOMER#john', SK: `#ORDER#${data.OrderId}`, OrderId: data.OrderId },
        ...{ CreatedAt: new Date(orders.now).toISOString(), Status: 'PLACED', Amount: 9, NumberItems: 5 },
        Items: [
          { ProductId: mouse, Name: 'Mouse', Quantity: 3, UnitPrice: 0.1, LineTotal: 0.3 },
          { ProductId: cable, Name: 'Mouse', Quantity: 2, UnitPrice: 4.35, LineTotal: 8.7 },
        ],
      },
      orderId: data.OrderId,
      total: 9,
    });
    expect([await orders.left(mouse), await orders.left(cable)]).toEqual([2, 7]);
    expect((await orders.http.get(`/orders/${data.OrderId}`)).body).toMatchObject({ data });
    await orders.products.update(mouse, { price: 99, name: 'Other' }, new Date(orders.now));
    expect((await orders.http.get(`/orders/${data.OrderId}?username=john`)).body).toMatchObject({ data });
  });

  it('takes a product that is named twice as one line', async () => {
    const mouse = await orders.stock(5, 2);
    const order = await placed([mouse, 2], [mouse, 3]);
    expect(order).toMatchObject({ Amount: 10, NumberItems: 5, Items: [{ ProductId: mouse, Quantity: 5 }] });
    const other = await orders.stock(5);
    expect(
      codeOf(
        await orders.order([
          [other, 3],
          [other, 3],
        ]),
      ),
    ).toEqual([409, 'INSUFFICIENT_STOCK']);
    expect([await orders.left(mouse), await orders.left(other)]).toEqual([0, 5]);
  });

  it('of more than there is says which product and how much, and takes nothing of the others', async () => {
    const [enough, scarce] = [await orders.stock(9), await orders.stock(2)];
    const answer = await orders.order([
      [enough, 1],
      [scarce, 3],
    ]);
    expect(codeOf(answer)).toEqual([409, 'INSUFFICIENT_STOCK']);
    expect(detailOf(answer)).toBe(`Product ${scarce} has 2 left, 3 are wanted; order less of it.`);
    expect([await orders.left(enough), await orders.left(scarce)]).toEqual([9, 2]);
  });

  it('of a product that is unknown, deleted, or no id says which', async () => {
    const [known, deleted] = [await orders.stock(9), await orders.stock(9)];
    await orders.products.delete(deleted, new Date(orders.now));
    for (const id of [deleted, '2UJuYiRSoBMgAiXg7jBp0V0UqxU', 'x', '__proto__']) {
      const answer = await orders.order([
        [known, 1],
        [id, 1],
      ]);
      expect(codeOf(answer)).toEqual([404, 'PRODUCT_NOT_FOUND']);
      expect(detailOf(answer)).toContain(id);
    }
    expect(await orders.left(known)).toBe(9);
  });

  it('for an unknown customer is a 404 and takes no stock', async () => {
    const mouse = await orders.stock(1);
    expect(codeOf(await orders.order([[mouse, 1]], { userId: 'nobody' }))).toEqual([404, 'USER_NOT_FOUND']);
    expect(await orders.left(mouse)).toBe(1);
  });

  it('reads consistently, and again what the table left out for want of throughput', async () => {
    const mouse = await orders.stock(5);
    orders.table.proxy.fail('BatchGetItem', 'partial', 2);
    const sent = await orders.table.proxy.during(() => orders.order([[mouse, 1]]).expect(201));
    expect(sent).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem', 'TransactWriteItems']);
    expect(orders.table.proxy.calls.at(-2)!.body).toMatchObject({
      RequestItems: { 'test-data': { ConsistentRead: true } },
    });
  });

  it('takes the price of the moment: an edit between the read and the write is read again', async () => {
    const mouse = await orders.stock(5, 1);
    // The write that follows the first read waits for its second attempt; meanwhile the price changes.
    orders.table.proxy.fail('TransactWriteItems', 'throttled', 2);
    const sent = orders.table.proxy.calls.length;
    const [answer] = await Promise.all([
      orders.order([[mouse, 1]]).then((answered) => answered),
      (async () => {
        while (!orders.table.proxy.calls.slice(sent).some(({ operation }) => operation === 'TransactWriteItems'))
          await new Promise((resolve) => setImmediate(resolve));
        await orders.products.update(mouse, { price: 3 }, new Date(orders.now));
      })(),
    ]);
    expect(answer.status).toBe(201);
    expect((answer.body as OrderBody).data).toMatchObject({ Amount: 3, Items: [{ UnitPrice: 3 }] });
    expect(await orders.left(mouse)).toBe(4);
  });

  it('with wrong fields is a 422 that names each', async () => {
    const line = { productId: '2UJuYiRSoBMgAiXg7jBp0V0UqxU', quantity: 1 };
    const wrong: [body: object, named: string[]][] = [
      [{ items: [line] }, ['userId']],
      [{ userId: 'john', items: [] }, ['items']],
      [{ userId: 'john', items: Array.from({ length: 46 }, () => line) }, ['items']],
      [{ userId: 'john', items: line }, ['items']],
      [{ userId: 'john', items: [{ ...line, quantity: 0 }] }, ['items.0.quantity']],
      [{ userId: 'john', items: [line, { ...line, quantity: 1.5 }] }, ['items.1.quantity']],
      [{ userId: 'john', items: [{ quantity: 1 }] }, ['items.0.productId']],
      [{ userId: 'john', items: [{ ...line, price: 1 }] }, ['items.0.price']],
      [{ userId: 'john', items: [line], amount: 1, numItems: 1 }, ['items']],
      [{ userId: 'john', username: 'jane', items: [line] }, ['userId']],
      [{ userId: 'john' }, ['amount', 'numItems']],
    ];
    for (const [body, named] of wrong) {
      const answer = await orders.http.post('/orders').send(body);
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
    const dear = await orders.stock(9, 1e9);
    expect(fieldsIn(await orders.order([[dear, 2]]))).toEqual(['items']);
    expect(await orders.left(dear)).toBe(9);
  });

  it('takes 45 lines', async () => {
    const ids = await many(45);
    expect((await orders.http.post('/orders').send({ username: 'john', items: lines(ids) })).status).toBe(201);
    for (const id of ids) expect(await orders.left(id)).toBe(9);
  });
});

describe('cancelling an order of products', () => {
  it('gives the stock back in the write that cancels, once', async () => {
    const mouse = await orders.stock(5);
    for (const [cancel, sent] of [
      [(id: string) => orders.http.delete(`/orders/${id}`), ['Query', 'TransactWriteItems']],
      [(id: string) => orders.put(id, { status: 'CANCEL' }), ['Query', 'TransactWriteItems']],
      [(id: string) => orders.put(id, { username: 'john', status: 'CANCELED' }), ['UpdateItem', 'TransactWriteItems']],
    ] as const) {
      const { OrderId } = await placed([mouse, 3]);
      expect(await orders.left(mouse)).toBe(2);
      orders.now += 1;
      const operations = await orders.table.proxy.during(async () => {
        expect((await cancel(OrderId).expect(200)).body).toMatchObject({
          data: { Status: 'CANCELED', UpdatedAt: new Date(orders.now).toISOString(), Items: [{ Quantity: 3 }] },
        });
      });
      expect(operations).toEqual(sent);
      expect(await orders.left(mouse)).toBe(5);
      expect(codeOf(await cancel(OrderId))).toEqual([409, 'ORDER_STATE']);
      expect(await orders.left(mouse)).toBe(5);
    }
  });

  it('by many at once, or with a lost reply, gives it back once', async () => {
    const mouse = await orders.stock(5);
    const { OrderId } = await placed([mouse, 3]);
    orders.table.proxy.fail('TransactWriteItems', 'lost-reply');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        at % 2
          ? orders.http.delete(`/orders/${OrderId}`)
          : orders.put(OrderId, { username: 'john', status: 'CANCELED' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
    expect(await orders.left(mouse)).toBe(5);
  });

  it('gives back to a deleted product too, and the order moves on without stock otherwise', async () => {
    const mouse = await orders.stock(5);
    const [kept, canceled] = [await placed([mouse, 1]), await placed([mouse, 2])];
    await orders.products.delete(mouse, new Date(orders.now));
    await orders.http.delete(`/orders/${canceled.OrderId}`).expect(200);
    await orders.put(kept.OrderId, { status: 'ACKNOWLEDGED' }).expect(200);
    expect(codeOf(await orders.http.delete(`/orders/${kept.OrderId}`))).toEqual([409, 'ORDER_STATE']);
  });

  it('is bound to ten minutes by DELETE, and not by PUT', async () => {
    const mouse = await orders.stock(5);
    const { OrderId } = await placed([mouse, 3]);
    orders.now += 600_000;
    expect(codeOf(await orders.http.delete(`/orders/${OrderId}`))).toEqual([409, 'CANCEL_WINDOW_OVER']);
    expect(await orders.left(mouse)).toBe(2);
    await orders.put(OrderId, { status: 'CANCELED' }).expect(200);
    expect(await orders.left(mouse)).toBe(5);
  });
});
