import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  asCaller,
  expectInvalid,
  expectProblem,
  newOrder,
  newUser,
  unique,
  type Api,
  type User,
} from './stack.js';

let admin: Api;
let user: User;
let own: Api;

before(async () => {
  admin = await asCaller(ADMIN);
  user = await newUser('buyer');
  own = await asCaller(user.username);
});

describe('placing an order', () => {
  it('answers 201 with the order, its id and its total', async () => {
    for (const path of ['/orders', '/orders/']) {
      const answer = await own.post(path).send({ amount: 5.5, numItems: 2, username: user.username });
      expect(answer.status).toBe(201);
      const { orderId } = answer.body as { orderId: string };
      expect(orderId).toMatch(/^[0-9A-Za-z]{27}$/);
      expect(answer.body).toEqual({
        message: 'Order placed successfully',
        success: true,
        data: {
          PK: `CUSTOMER#${user.username}`,
          SK: `#ORDER#${orderId}`,
          OrderId: orderId,
          CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
          Status: 'PLACED',
          Amount: 5.5,
          NumberItems: 2,
        },
        orderId,
        total: 5.5,
      });
    }
  });

  it('keeps amounts to the cent', async () => {
    for (const amount of [0.01, 4.35, 1.1, 999_999_999.99, 1_000_000_000])
      expect((await newOrder(user.username, { amount, numItems: 1 })).Amount).toBe(amount);
  });

  it('for an unknown customer is a 404 and leaves no order', async () => {
    const username = unique('nobody');
    expectProblem(await admin.post('/orders').send({ username, amount: 1, numItems: 1 }), 404, 'USER_NOT_FOUND');
    expectProblem(await admin.get('/orders').query({ username }), 404, 'USER_NOT_FOUND');
  });

  it('with wrong fields is a 422 with one entry a field', async () => {
    const post = (body: object) => own.post('/orders').send(body);
    const { username } = user;
    expectInvalid(await post({}), 'amount', 'numItems', 'username');
    for (const amount of [0, -1, 0.001, 1.005, 1e9 + 0.01, '5.5', null, [1]])
      expectInvalid(await post({ username, amount, numItems: 1 }), 'amount');
    for (const numItems of [0, -1, 1.5, '2', null, 1e300])
      expectInvalid(await post({ username, amount: 1, numItems }), 'numItems');
    expectInvalid(await post({ username, amount: 1, numItems: 1, discount: 1 }), 'discount');
  });
});

describe('reading an order', () => {
  it('needs its id alone, or takes the owner under either name', async () => {
    const order = await newOrder(user.username);
    for (const query of [{}, { username: user.username }, { customer_id: user.username }]) {
      const answer = await own.get(`/orders/${order.OrderId}`).query(query).expect(200);
      expect(answer.body).toEqual({ message: 'Order fetched successfully', success: true, data: order });
    }
  });

  it('is a 404 for an unknown id, an impossible one, and another owner', async () => {
    const { OrderId } = await newOrder(user.username);
    for (const id of ['2UJuYiRSoBMgAiXg7jBp0V0UqxU', 'x', '%00', '__proto__', 'z'.repeat(27), 'a'.repeat(3_000)])
      expectProblem(await admin.get(`/orders/${id}`), 404, 'ORDER_NOT_FOUND');
    expectProblem(await admin.get(`/orders/${OrderId}`).query({ username: 'john' }), 404, 'ORDER_NOT_FOUND');
    expectInvalid(await admin.get(`/orders/${OrderId}?username=john&customer_id=jane`), 'customer_id');
  });
});

describe('editing an order', () => {
  it('changes amount and number while it is PLACED', async () => {
    const { OrderId } = await newOrder(user.username);
    const answer = await own.put(`/orders/${OrderId}`).send({ amount: 7.25, numItems: 3 }).expect(200);
    const data = { Amount: 7.25, NumberItems: 3, Status: 'PLACED', UpdatedAt: expect.stringMatching(/Z$/) as unknown };
    expect(answer.body).toMatchObject({ message: 'Order updated successfully', success: true, data });
    expect((await own.get(`/orders/${OrderId}`).query({ username: user.username })).body).toMatchObject({ data });
  });

  it('is a 422 with half of it, and a 404 for an unknown order', async () => {
    const { OrderId } = await newOrder(user.username);
    expectInvalid(await own.put(`/orders/${OrderId}`).send({ amount: 1 }), 'numItems');
    expectInvalid(await own.put(`/orders/${OrderId}`).send({ numItems: 1 }), 'amount');
    expectInvalid(await own.put(`/orders/${OrderId}`).send({}), 'status');
    const unknown = await own.put('/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU').send({ amount: 1, numItems: 1 });
    expectProblem(unknown, 404, 'ORDER_NOT_FOUND');
  });
});

describe('deleting an order', () => {
  it('cancels it', async () => {
    const order = await newOrder(user.username);
    const answer = await own.delete(`/orders/${order.OrderId}/`).expect(200);
    expect(answer.body).toMatchObject({
      message: 'Order canceled successfully',
      success: true,
      data: { OrderId: order.OrderId, Status: 'CANCELED' },
    });
    expectProblem(await own.delete(`/orders/${order.OrderId}`), 409, 'ORDER_STATE');
  });

  it('is a 404 for an unknown order', async () => {
    expectProblem(await own.delete('/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU'), 404, 'ORDER_NOT_FOUND');
  });
});
