import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { CustomerRepository } from '../../../libs/shared/src/table/customer.repository.js';
import { DataTable } from '../../../libs/shared/src/table/data-table.js';
import { fieldsIn, startService, type TestService } from '../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { OrderModule } from './order.module.js';

let table: TestTable;
let service: TestService;
let clock = Date.parse('2026-01-01T00:00:00.000Z');

interface OrderBody {
  data: { OrderId: string; Status: string; Amount: number };
  nextToken?: string;
}
interface ListBody {
  message: string;
  data: { OrderId?: string; Username?: string }[];
  nextToken?: string;
}

const place = async (username = 'john'): Promise<string> => {
  clock += 1;
  const answer = await service.http.post('/orders').send({ username, amount: 5.5, numItems: 2 }).expect(201);
  return (answer.body as OrderBody).data.OrderId;
};
const put = (id: string, body: object) => service.http.put(`/orders/${id}`).send(body);
const codeOf = (answer: { body: unknown; status: number }) => [answer.status, (answer.body as { code?: string }).code];

before(async () => {
  table = await startTable();
  const customers = new CustomerRepository(new DataTable(table.name, table.client));
  for (const username of ['john', 'jane'])
    await customers.create({ username, name: 'Some One', email: `${username}@example.com` }, new Date(clock));
  service = await startService(OrderModule, table, { now: () => new Date(clock) });
});
after(async () => {
  await service.stop();
  await table.stop();
});

describe('placing an order', () => {
  it('answers 201 with the order, its id and its total', async () => {
    const answer = await service.http.post('/orders/').send({ amount: 5.5, numItems: 2, username: 'john' });
    expect(answer.status).toBe(201);
    const { data } = answer.body as OrderBody;
    expect(answer.body).toEqual({
      message: 'Order placed successfully',
      success: true,
      data: {
        PK: 'CUSTOMER#john',
        SK: `#ORDER#${data.OrderId}`,
        OrderId: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
        CreatedAt: new Date(clock).toISOString(),
        Status: 'PLACED',
        Amount: 5.5,
        NumberItems: 2,
      },
      orderId: data.OrderId,
      total: 5.5,
    });
  });

  it('for an unknown customer is a 404', async () => {
    const answer = await service.http.post('/orders').send({ username: 'nobody', amount: 1, numItems: 1 });
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
      const answer = await service.http.post('/orders').send({ ...valid, ...fields });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
    const huge = await service.http
      .post('/orders')
      .type('json')
      .send('{"username":"john","amount":1e400,"numItems":1}');
    expect([huge.status, fieldsIn(huge)]).toEqual([422, ['amount']]);
  });

  it('of items is a 422 that says they are not taken yet', async () => {
    const answer = await service.http
      .post('/orders')
      .send({ userId: 'john', items: [{ productId: 'p', quantity: 1 }] });
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { field: string; message: string }[] };
    expect(errors).toContainEqual({ field: 'items', message: 'is not taken yet; send username, amount and numItems' });
  });
});

describe('reading an order', () => {
  it('needs its id alone, or takes the owner under either name', async () => {
    const id = await place();
    const plain = await service.http.get(`/orders/${id}`).expect(200);
    expect(plain.body).toMatchObject({ message: 'Order fetched successfully', success: true, data: { OrderId: id } });
    for (const query of ['?username=john', '?customer_id=john', '?username=john&customer_id=john'])
      expect((await service.http.get(`/orders/${id}/${query}`)).body).toEqual(plain.body);
  });

  it('of another owner, or one that does not or cannot exist, is a 404', async () => {
    const id = await place();
    clock += 60_000;
    const paths = [
      `${id}?username=jane`,
      '2UJuYiRSoBMgAiXg7jBp0V0UqxU',
      'x',
      '%00',
      'z'.repeat(27),
      '__proto__',
      'a'.repeat(5_000),
    ];
    for (const path of paths)
      expect(codeOf(await service.http.get(`/orders/${path}`))).toEqual([404, 'ORDER_NOT_FOUND']);
    expect((await service.http.get(`/orders/${id}?username=john&customer_id=jane`)).status).toBe(422);
    expect((await service.http.get(`/orders/${id}?owner=john`)).status).toBe(422);
  });
});

describe('listing orders', () => {
  it('of a customer gives the customer and its newest ten, then the rest', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 12; at += 1) ids.unshift(await place('jane'));
    const first = (await service.http.get('/orders/?username=jane').expect(200)).body as ListBody;
    expect(first.message).toBe('orders fetched successfully');
    expect(first.data[0]).toMatchObject({ Username: 'jane', PK: 'CUSTOMER#jane', SK: 'CUSTOMER#jane' });
    expect(Object.keys(first).sort()).toEqual(['data', 'message', 'nextToken']);
    const { nextToken } = first;
    const rest = (await service.http.get('/orders').query({ userId: 'jane', nextToken }).expect(200)).body as ListBody;
    expect([...first.data.slice(1), ...rest.data].map(({ OrderId }) => OrderId)).toEqual(ids);
    expect(rest.nextToken).toBeUndefined();
  });

  it('of all gives the newest first', async () => {
    const id = await place();
    const { data, nextToken } = (await service.http.get('/orders?limit=2').expect(200)).body as ListBody;
    expect(data.map(({ OrderId }) => OrderId)[0]).toBe(id);
    expect(data).toHaveLength(2);
    expect(codeOf(await service.http.get('/orders').query({ username: 'jane', nextToken }))).toEqual([
      400,
      'BAD_CURSOR',
    ]);
  });

  it('is a 404 for an unknown customer and a 422 for wrong parameters', async () => {
    expect(codeOf(await service.http.get('/orders?username=nobody'))).toEqual([404, 'USER_NOT_FOUND']);
    for (const query of [
      'username=a',
      'username=john&username=jane',
      'username=john&userId=jane',
      'limit=0',
      'limit=101',
      'page=2',
    ])
      expect((await service.http.get(`/orders?${query}`)).status).toBe(422);
  });
});

describe('changing an order', () => {
  it('goes through its states, with and without the owner', async () => {
    const id = await place();
    clock += 1;
    const first = await put(id, { username: 'john', status: 'ACKNOWLEDGED' }).expect(200);
    expect(first.body).toMatchObject({
      message: 'Order updated successfully',
      success: true,
      data: { Status: 'ACKNOWLEDGED', UpdatedAt: new Date(clock).toISOString() },
    });
    await put(id, { status: 'SHIPPED' }).expect(200);
    await put(id, { status: 'DELIVERED' }).expect(200);
    const over = await put(id, { status: 'CANCELED' });
    expect(codeOf(over)).toEqual([409, 'ORDER_STATE']);
    expect((over.body as { detail: string }).detail).toMatch(/DELIVERED/);
  });

  it('costs one request with the owner and a look-up without', async () => {
    const [one, other] = [await place(), await place()];
    expect(await table.proxy.during(() => put(one, { username: 'john', status: 'CANCELED' }))).toEqual(['UpdateItem']);
    expect(await table.proxy.during(() => put(other, { status: 'CANCELED' }))).toEqual(['Query', 'UpdateItem']);
  });

  it('takes CANCEL for CANCELED, and cancels at any age while PLACED', async () => {
    const id = await place();
    clock += 3_600_000;
    expect((await put(id, { username: 'john', status: 'CANCEL' }).expect(200)).body).toMatchObject({
      data: { Status: 'CANCELED' },
    });
  });

  it('edits amount and number while PLACED only', async () => {
    const id = await place();
    const edited = await put(id, { amount: 7.25, numItems: 3 }).expect(200);
    expect(edited.body).toMatchObject({ data: { Amount: 7.25, NumberItems: 3, Status: 'PLACED' } });
    await put(id, { status: 'ACKNOWLEDGED', amount: 8, numItems: 4 }).expect(200);
    expect(codeOf(await put(id, { amount: 9, numItems: 5 }))).toEqual([409, 'ORDER_STATE']);
    const stored = await service.http.get(`/orders/${id}`);
    expect((stored.body as OrderBody).data).toMatchObject({ Amount: 8, NumberItems: 4, Status: 'ACKNOWLEDGED' });
  });

  it('back to PLACED is refused and names the state', async () => {
    const id = await place();
    const answer = await put(id, { username: 'john', status: 'PLACED' });
    expect(codeOf(answer)).toEqual([409, 'ORDER_STATE']);
    expect((answer.body as { detail: string }).detail).toMatch(/is PLACED/);
  });

  it('that two race for is won by one; the other is told the state', async () => {
    const id = await place();
    const answers = await Promise.all([
      put(id, { username: 'john', status: 'ACKNOWLEDGED' }),
      put(id, { username: 'john', status: 'CANCELED' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers.find(({ status }) => status === 200)!.body as OrderBody;
    const lost = answers.find(({ status }) => status === 409)!.body as { detail: string };
    expect(lost.detail).toContain(`is ${won.data.Status}`);
  });

  it('is a 404 for another owner and a 422 for wrong fields', async () => {
    const id = await place();
    expect(codeOf(await put(id, { username: 'jane', status: 'CANCELED' }))).toEqual([404, 'ORDER_NOT_FOUND']);
    expect(codeOf(await put('2UJuYiRSoBMgAiXg7jBp0V0UqxU', { status: 'CANCELED' }))).toEqual([404, 'ORDER_NOT_FOUND']);
    const wrong: [body: object, named: string[]][] = [
      [{}, ['status']],
      [{ username: 'john' }, ['status']],
      [{ status: 'LOST' }, ['status']],
      [{ status: 'placed' }, ['status']],
      [{ amount: 1 }, ['numItems']],
      [{ numItems: 1 }, ['amount']],
      [{ status: 'CANCELED', items: [] }, ['items']],
    ];
    for (const [body, named] of wrong) {
      const answer = await put(id, body);
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
  });
});

describe('deleting an order', () => {
  it('cancels it within ten minutes', async () => {
    const id = await place();
    clock += 599_999;
    const answer = await service.http.delete(`/orders/${id}`).expect(200);
    expect(answer.body).toMatchObject({
      message: 'Order canceled successfully',
      success: true,
      data: { Status: 'CANCELED' },
    });
    expect(codeOf(await service.http.delete(`/orders/${id}`))).toEqual([409, 'ORDER_STATE']);
  });

  it('is refused after ten minutes, and for an unknown order', async () => {
    const id = await place();
    clock += 600_000;
    expect(codeOf(await service.http.delete(`/orders/${id}`))).toEqual([409, 'CANCEL_WINDOW_OVER']);
    expect(codeOf(await service.http.delete('/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU'))).toEqual([404, 'ORDER_NOT_FOUND']);
  });
});

describe('the request id', () => {
  it('is stored with the last write of an order, and not shown', async () => {
    const answer = await service.http
      .post('/orders')
      .set('x-request-id', 'trace-me-123')
      .send({ username: 'john', amount: 1, numItems: 1 });
    const { calls } = table.proxy;
    expect(JSON.stringify(calls.at(-1)?.body)).toContain('"RequestId":{"S":"trace-me-123"}');
    expect(answer.text).not.toContain('RequestId');
  });
});
