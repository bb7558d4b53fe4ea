import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startOrders, type OrderBody, type TestOrders } from '../../../test/fixtures/order-service.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';

let orders: TestOrders;

const placed = async (...items: [productId: string, quantity: number][]): Promise<OrderBody['data']> => {
  orders.now += 1;
  return ((await orders.order(items).expect(201)).body as OrderBody).data;
};
const item = (productId: string, quantity = 1) => ({ productId, quantity });
const edit = (id: string, items: object[], fields: object = {}) =>
  orders.put(id, { username: 'john', items, ...fields });

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

describe('changing the lines of an order', () => {
  it('moves stock by the difference; lines that stay keep their price, new ones have the price of now', async () => {
    const [more, less, gone, same, fresh] = await Promise.all(
      [10, 10, 10, 10, 10].map((units) => orders.stock(units, 2)),
    );
    const { OrderId } = await placed([more!, 1], [less!, 4], [gone!, 3], [same!, 2]);
    for (const id of [more!, fresh!]) await orders.products.update(id, { price: 5 }, new Date(orders.now));
    const sent = await orders.table.proxy.during(async () => {
      const answer = await edit(OrderId, [item(more!, 3), item(less!, 1), item(same!, 2), item(fresh!, 6)]).expect(200);
      expect(answer.body).toMatchObject({
        message: 'Order updated successfully',
        data: {
          ...{ Status: 'PLACED', Amount: 42, NumberItems: 12, UpdatedAt: expect.any(String) as unknown },
          Items: [
            { ProductId: more, Quantity: 3, UnitPrice: 2, LineTotal: 6 },
            { ProductId: less, Quantity: 1, UnitPrice: 2, LineTotal: 2 },
            { ProductId: same, Quantity: 2, UnitPrice: 2, LineTotal: 4 },
            { ProductId: fresh, Quantity: 6, UnitPrice: 5, LineTotal: 30 },
          ],
        },
      });
      expect((await orders.http.get(`/orders/${OrderId}?username=john`)).body).toMatchObject({
        data: (answer.body as OrderBody).data,
      });
    });
    expect(sent).toEqual(['BatchGetItem', 'TransactWriteItems', 'GetItem']);
    expect(await Promise.all([more!, less!, gone!, same!, fresh!].map(orders.left))).toEqual([7, 9, 10, 8, 4]);
    await orders.http.delete(`/orders/${OrderId}`).expect(200);
    expect(await Promise.all([more!, less!, gone!, same!, fresh!].map(orders.left))).toEqual([10, 10, 10, 10, 10]);
  });

  it('of 45 into 45 others fits one transaction', async () => {
    const many = () => Promise.all(Array.from({ length: 45 }, () => orders.stock(10, 1)));
    const [before, after] = [await many(), await many()];
    const { OrderId } = await placed(...before.map((id): [string, number] => [id, 2]));
    await edit(
      OrderId,
      after.map((id) => item(id, 3)),
    ).expect(200);
    expect(orders.table.proxy.calls.at(-1)).toMatchObject({ operation: 'TransactWriteItems' });
    expect(orders.table.proxy.calls.at(-1)!.body.TransactItems).toHaveLength(91);
    expect(new Set(await Promise.all(before.map(orders.left)))).toEqual(new Set([10]));
    expect(new Set(await Promise.all(after.map(orders.left)))).toEqual(new Set([7]));
    const back = await edit(
      OrderId,
      before.map((id) => item(id)),
      { status: 'ACKNOWLEDGED' },
    ).expect(200);
    expect(back.body).toMatchObject({ data: { Status: 'ACKNOWLEDGED', Amount: 45 } });
  });

  it('beyond the stock, or to a product that is not there, changes nothing', async () => {
    const [mouse, scarce] = [await orders.stock(5), await orders.stock(1)];
    const { OrderId } = await placed([mouse, 2]);
    expect(codeOf(await edit(OrderId, [item(mouse, 1), item(scarce, 2)]))).toEqual([409, 'INSUFFICIENT_STOCK']);
    expect(codeOf(await edit(OrderId, [item(mouse, 6)]))).toEqual([409, 'INSUFFICIENT_STOCK']);
    expect(codeOf(await edit(OrderId, [item(mouse, 1), item('x')]))).toEqual([404, 'PRODUCT_NOT_FOUND']);
    expect([await orders.left(mouse), await orders.left(scarce)]).toEqual([3, 1]);
    await edit(OrderId, [item(mouse, 5)]).expect(200);
    expect(await orders.left(mouse)).toBe(0);
  });

  it('takes less of a deleted product, and no more of it', async () => {
    const mouse = await orders.stock(5);
    const { OrderId } = await placed([mouse, 2]);
    await orders.products.delete(mouse, new Date(orders.now));
    expect(codeOf(await edit(OrderId, [item(mouse, 3)]))).toEqual([404, 'PRODUCT_NOT_FOUND']);
    expect((await edit(OrderId, [item(mouse, 1)]).expect(200)).body).toMatchObject({ data: { NumberItems: 1 } });
  });

  it('is for orders that are PLACED, exist, and belong to whom is named', async () => {
    const mouse = await orders.stock(50);
    const { OrderId } = await placed([mouse, 2]);
    for (const id of ['x', '2UJuYiRSoBMgAiXg7jBp0V0UqxU'])
      expect(codeOf(await edit(id, [item(mouse)]))).toEqual([404, 'ORDER_NOT_FOUND']);
    expect(codeOf(await edit(OrderId, [item(mouse)], { username: 'jane' }))).toEqual([404, 'ORDER_NOT_FOUND']);
    expect(codeOf(await edit(OrderId, [item(mouse)], { status: 'SHIPPED' }))).toEqual([409, 'ORDER_STATE']);
    expect(fieldsIn(await edit(OrderId, [item(mouse)], { status: 'CANCEL' }))).toEqual(['items']);
    expect(fieldsIn(await edit(OrderId, [item(mouse)], { amount: 1, numItems: 1 }))).toEqual(['items']);
    await orders.put(OrderId, { items: [item(mouse, 3)] }).expect(200);
    await orders.put(OrderId, { status: 'ACKNOWLEDGED' }).expect(200);
    expect(codeOf(await edit(OrderId, [item(mouse)]))).toEqual([409, 'ORDER_STATE']);
    expect(await orders.left(mouse)).toBe(47);
  });

  it('is the only way to another amount; an order without lines may get some', async () => {
    const mouse = await orders.stock(5, 2);
    const { OrderId } = await placed([mouse, 2]);
    for (const fields of [{}, { status: 'ACKNOWLEDGED' }, { status: 'CANCELED' }]) {
      const answer = await orders.put(OrderId, { amount: 1, numItems: 1, ...fields });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, ['amount', 'numItems']]);
    }
    const plain = await orders.place();
    await edit(plain, [item(mouse, 1)]).expect(200);
    expect(await orders.left(mouse)).toBe(2);
    await orders.put(plain, { username: 'john', status: 'CANCELED' }).expect(200);
    expect(await orders.left(mouse)).toBe(3);
  });

  it('by many at once leaves the stock of the lines that stand, also where one cancels', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => orders.stock(20)));
    const { OrderId } = await placed([ids[0]!, 2]);
    const answers = await Promise.all([
      ...ids.map((id, at) => edit(OrderId, [item(id, at + 1), item(ids[0]!, 2)])),
      orders.put(OrderId, { username: 'john', status: 'CANCELED' }),
      orders.http.delete(`/orders/${OrderId}`),
    ]);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const { data } = (await orders.http.get(`/orders/${OrderId}?username=john`)).body as {
      data: { Status: string; Items: { ProductId: string; Quantity: number }[] };
    };
    expect(data.Status).toBe('CANCELED');
    expect(new Set(await Promise.all(ids.map(orders.left)))).toEqual(new Set([20]));
  });
});
