import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startOrders, type OrderBody, type TestOrders } from '../../../test/fixtures/order-service.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';

let orders: TestOrders;

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

describe('changing an order', () => {
  it('goes through its states, with and without the owner', async () => {
    const id = await orders.place();
    orders.now += 1;
    const first = await orders.put(id, { username: 'john', status: 'ACKNOWLEDGED' }).expect(200);
    expect(first.body).toMatchObject({
      message: 'Order updated successfully',
      success: true,
      data: { Status: 'ACKNOWLEDGED', UpdatedAt: new Date(orders.now).toISOString() },
    });
    await orders.put(id, { status: 'SHIPPED' }).expect(200);
    await orders.put(id, { status: 'DELIVERED' }).expect(200);
    const over = await orders.put(id, { status: 'CANCELED' });
    expect(codeOf(over)).toEqual([409, 'ORDER_STATE']);
    expect((over.body as { detail: string }).detail).toMatch(/DELIVERED/);
  });

  it('costs one request with the owner and a look-up without', async () => {
    const [one, other] = [await orders.place(), await orders.place()];
    expect(await orders.table.proxy.during(() => orders.put(one, { username: 'john', status: 'CANCELED' }))).toEqual([
      'UpdateItem',
    ]);
    expect(await orders.table.proxy.during(() => orders.put(other, { status: 'CANCELED' }))).toEqual([
      'Query',
      'UpdateItem',
    ]);
  });

  it('takes CANCEL for CANCELED, and cancels at any age while PLACED', async () => {
    const id = await orders.place();
    orders.now += 3_600_000;
    expect((await orders.put(id, { username: 'john', status: 'CANCEL' }).expect(200)).body).toMatchObject({
      data: { Status: 'CANCELED' },
    });
  });

  it('edits amount and number while PLACED only', async () => {
    const id = await orders.place();
    const edited = await orders.put(id, { amount: 7.25, numItems: 3 }).expect(200);
    expect(edited.body).toMatchObject({ data: { Amount: 7.25, NumberItems: 3, Status: 'PLACED' } });
    await orders.put(id, { status: 'ACKNOWLEDGED', amount: 8, numItems: 4 }).expect(200);
    expect(codeOf(await orders.put(id, { amount: 9, numItems: 5 }))).toEqual([409, 'ORDER_STATE']);
    const stored = await orders.http.get(`/orders/${id}`);
    expect((stored.body as OrderBody).data).toMatchObject({ Amount: 8, NumberItems: 4, Status: 'ACKNOWLEDGED' });
  });

  it('back to PLACED is refused and names the state', async () => {
    const id = await orders.place();
    const answer = await orders.put(id, { username: 'john', status: 'PLACED' });
    expect(codeOf(answer)).toEqual([409, 'ORDER_STATE']);
    expect((answer.body as { detail: string }).detail).toMatch(/is PLACED/);
  });

  it('that two race for is won by one; the other is told the state', async () => {
    const id = await orders.place();
    const answers = await Promise.all([
      orders.put(id, { username: 'john', status: 'ACKNOWLEDGED' }),
      orders.put(id, { username: 'john', status: 'CANCELED' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers.find(({ status }) => status === 200)!.body as OrderBody;
    const lost = answers.find(({ status }) => status === 409)!.body as { detail: string };
    expect(lost.detail).toContain(`is ${won.data.Status}`);
  });

  it('of an id that is none is a 404 without a request to the table, whoever is named', async () => {
    const sent = await orders.table.proxy.during(async () => {
      for (const id of ['x', '%00', 'z'.repeat(27), '__proto__', 'x'.repeat(3_000)]) {
        for (const owner of [{}, { username: 'john' }])
          expect(codeOf(await orders.put(id, { ...owner, status: 'CANCELED' }))).toEqual([404, 'ORDER_NOT_FOUND']);
        expect(codeOf(await orders.http.delete(`/orders/${id}`))).toEqual([404, 'ORDER_NOT_FOUND']);
      }
    });
    expect(sent).toEqual([]);
  });

  it('is a 404 for another owner and a 422 for wrong fields', async () => {
    const id = await orders.place();
    expect(codeOf(await orders.put(id, { username: 'jane', status: 'CANCELED' }))).toEqual([404, 'ORDER_NOT_FOUND']);
    expect(codeOf(await orders.put('2UJuYiRSoBMgAiXg7jBp0V0UqxU', { status: 'CANCELED' }))).toEqual([
      404,
      'ORDER_NOT_FOUND',
    ]);
    const wrong: [body: object, named: string[]][] = [
      [{}, ['status']],
      [{ username: 'john' }, ['status']],
      [{ username: 'x'.repeat(3_000), status: 'CANCELED' }, ['username']],
      [{ status: 'LOST' }, ['status']],
      [{ status: 'placed' }, ['status']],
      [{ amount: 1 }, ['numItems']],
      [{ numItems: 1 }, ['amount']],
      [{ status: 'CANCELED', items: [] }, ['items']],
    ];
    for (const [body, named] of wrong) {
      const answer = await orders.put(id, body);
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
  });
});

describe('deleting an order', () => {
  it('cancels it within ten minutes', async () => {
    const id = await orders.place();
    orders.now += 599_999;
    const answer = await orders.http.delete(`/orders/${id}`).expect(200);
    expect(answer.body).toMatchObject({
      message: 'Order canceled successfully',
      success: true,
      data: { Status: 'CANCELED' },
    });
    expect(codeOf(await orders.http.delete(`/orders/${id}`))).toEqual([409, 'ORDER_STATE']);
  });

  it('is refused after ten minutes, and for an unknown order', async () => {
    const id = await orders.place();
    orders.now += 600_000;
    expect(codeOf(await orders.http.delete(`/orders/${id}`))).toEqual([409, 'CANCEL_WINDOW_OVER']);
    expect(codeOf(await orders.http.delete('/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU'))).toEqual([404, 'ORDER_NOT_FOUND']);
  });
});

describe('a table that hangs', () => {
  it('is a 503 that says when to come back, before the function would be ended', async () => {
    const id = await orders.place();
    // The look-up takes 3 s of the call; each of the two ways on would take it beyond its time.
    orders.table.proxy.fail('Query', 'hanging');
    orders.table.proxy.fail('UpdateItem', 'hanging', 2);
    const started = performance.now();
    const answer = await orders.put(id, { status: 'CANCELED' });
    expect(performance.now() - started).toBeLessThan(8_700);
    expect(codeOf(answer)).toEqual([503, 'TABLE_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('1');
  });
});
