import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { sealCursor } from '../../../libs/shared/src/table/cursor.js';
import { startOrders, type OrderBody, type TestOrders } from '../../../test/fixtures/order-service.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';

let orders: TestOrders;

interface ListBody {
  message: string;
  data: { OrderId?: string; Username?: string }[];
  nextToken?: string;
}

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

describe('placing an order', () => {
  it('answers 201 with the order, its id and its total', async () => {
    const answer = await orders.http.post('/orders/').send({ amount: 5.5, numItems: 2, username: 'john' });
    expect(answer.status).toBe(201);
    const { data } = answer.body as OrderBody;
    expect(answer.body).toEqual({
      message: 'Order placed successfully',
      success: true,
      data: {
        PK: 'CUSTOMER#john',
        SK: `#ORDER#${data.OrderId}`,
        OrderId: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
        CreatedAt: new Date(orders.now).toISOString(),
        Status: 'PLACED',
        Amount: 5.5,
        NumberItems: 2,
      },
      orderId: data.OrderId,
      total: 5.5,
    });
  });

  it('for an unknown customer is a 404', async () => {
    const answer = await orders.http.post('/orders').send({ username: 'nobody', amount: 1, numItems: 1 });
    expect(codeOf(answer)).toEqual([404, 'USER_NOT_FOUND']);
  });

  it('with wrong fields is a 422 that names each', async () => {
    const valid = { username: 'john', amount: 1, numItems: 1 };
    const wrong: [fields: object, named: string[]][] = [
      [{ username: undefined, amount: undefined, numItems: undefined }, ['username', 'amount', 'numItems']],
      [{ amount: 0 }, ['amount']],
      [{ amount: -1 }, ['amount']],
      [{ amount: 1.005 }, ['amount']],
      [{ amount: 1e9 + 1 }, ['amount']],
      [{ amount: '5.5' }, ['amount']],
      [{ amount: null }, ['amount']],
      [{ numItems: 0 }, ['numItems']],
      [{ numItems: 1.5 }, ['numItems']],
      [{ numItems: 1e300 }, ['numItems']],
      [{ note: 'x' }, ['note']],
    ];
    for (const [fields, named] of wrong) {
      const answer = await orders.http.post('/orders').send({ ...valid, ...fields });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
    const huge = await orders.http.post('/orders').type('json').send('{"username":"john","amount":1e400,"numItems":1}');
    expect([huge.status, fieldsIn(huge)]).toEqual([422, ['amount']]);
  });
});

describe('reading an order', () => {
  it('needs its id alone, or takes the owner under either name', async () => {
    const id = await orders.place();
    const plain = await orders.http.get(`/orders/${id}`).expect(200);
    expect(plain.body).toMatchObject({ message: 'Order fetched successfully', success: true, data: { OrderId: id } });
    for (const query of ['?username=john', '?customer_id=john', '?username=john&customer_id=john'])
      expect((await orders.http.get(`/orders/${id}/${query}`)).body).toEqual(plain.body);
  });

  it('of another owner, or one that does not or cannot exist, is a 404', async () => {
    const id = await orders.place();
    orders.now += 60_000;
    const paths = [
      `${id}?username=jane`,
      '2UJuYiRSoBMgAiXg7jBp0V0UqxU',
      'x',
      '%00',
      'z'.repeat(27),
      '__proto__',
      'a'.repeat(5_000),
    ];
    for (const path of paths) {
      expect(codeOf(await orders.http.get(`/orders/${path}`))).toEqual([404, 'ORDER_NOT_FOUND']);
      const ofOwner = orders.http.get(`/orders/${path.split('?')[0]}?username=jane`);
      expect(codeOf(await ofOwner)).toEqual([404, 'ORDER_NOT_FOUND']);
    }
    expect((await orders.http.get(`/orders/${id}?username=john&customer_id=jane`)).status).toBe(422);
    expect((await orders.http.get(`/orders/${id}?owner=john`)).status).toBe(422);
  });
});

describe('listing orders', () => {
  it('of a customer gives the customer and its newest ten, then the rest', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 12; at += 1) ids.unshift(await orders.place('jane'));
    const first = (await orders.http.get('/orders/?username=jane').expect(200)).body as ListBody;
    expect(first.message).toBe('orders fetched successfully');
    expect(first.data[0]).toMatchObject({ Username: 'jane', PK: 'CUSTOMER#jane', SK: 'CUSTOMER#jane' });
    expect(Object.keys(first).sort()).toEqual(['data', 'message', 'nextToken']);
    const { nextToken } = first;
    const rest = (await orders.http.get('/orders').query({ userId: 'jane', nextToken }).expect(200)).body as ListBody;
    expect([...first.data.slice(1), ...rest.data].map(({ OrderId }) => OrderId)).toEqual(ids);
    expect(rest.nextToken).toBeUndefined();
  });

  it('of all gives the newest first', async () => {
    const id = await orders.place();
    const { data, nextToken } = (await orders.http.get('/orders?limit=2').expect(200)).body as ListBody;
    expect(data.map(({ OrderId }) => OrderId)[0]).toBe(id);
    expect(data).toHaveLength(2);
    expect(codeOf(await orders.http.get('/orders').query({ username: 'jane', nextToken }))).toEqual([
      400,
      'BAD_CURSOR',
    ]);
  });

  it('takes no text that is too long for a key', async () => {
    const long = 'x'.repeat(3_000);
    for (const name of ['username', 'userId', 'nextToken']) {
      const answer = await orders.http.get('/orders').query({ [name]: long });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, [name]]);
    }
    // The longest cursor that is taken at all, well-formed but made by somebody else.
    for (const [list, query] of [
      ['orders', {}],
      ['orders of jane', { username: 'jane' }],
    ] as const) {
      const nextToken = sealCursor(list, 'x'.repeat(740));
      expect(nextToken.length).toBeGreaterThan(990);
      expect((await orders.http.get('/orders').query({ ...query, nextToken })).status).toBe(200);
    }
  });

  it('is a 404 for an unknown customer and a 422 for wrong parameters', async () => {
    expect(codeOf(await orders.http.get('/orders?username=nobody'))).toEqual([404, 'USER_NOT_FOUND']);
    for (const query of [
      'username=a',
      'username=john&username=jane',
      'username=john&userId=jane',
      'limit=0',
      'limit=101',
      'page=2',
    ])
      expect((await orders.http.get(`/orders?${query}`)).status).toBe(422);
  });
});

describe('the request id', () => {
  it('is stored with the last write of an order, and not shown', async () => {
    const answer = await orders.http
      .post('/orders')
      .set('x-request-id', 'trace-me-123')
      .send({ username: 'john', amount: 1, numItems: 1 });
    const { calls } = orders.table.proxy;
    expect(JSON.stringify(calls.at(-1)?.body)).toContain('"RequestId":{"S":"trace-me-123"}');
    expect(answer.text).not.toContain('RequestId');
  });
});
