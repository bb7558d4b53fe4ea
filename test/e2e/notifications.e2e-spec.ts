import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, asCaller, inbox, newOrder, newUser, setStatus, unique, type Order, type User } from './stack.js';

let user: User;

const event = (order: Order, status: string) =>
  inbox.waitFor(({ body }) => body.eventId === `${order.OrderId}.${status}`);
/** The events of an order so far, in the order in which they came. */
const eventsOf = (order: Order): string[] =>
  inbox.all(({ body }) => body.orderId === order.OrderId).map(({ body }) => body.eventId.split('.')[1] ?? '');

before(async () => {
  user = await newUser();
});

describe('the topic of order events', () => {
  it('tells a new order with all that the contract names', async () => {
    const requestId = unique('request');
    const http = await asCaller(user.username);
    const answer = await http
      .post('/orders')
      .set('x-request-id', requestId)
      .send({ username: user.username, amount: 12.34, numItems: 3 });
    const { data: order } = answer.body as { data: Order };
    const message = await event(order, 'PLACED');
    expect(message).toEqual({
      subject: `New order ${order.OrderId}`,
      attributes: { eventType: 'order.placed', eventId: `${order.OrderId}.PLACED`, requestId },
      body: {
        type: 'order.placed',
        eventId: `${order.OrderId}.PLACED`,
        orderId: order.OrderId,
        username: user.username,
        amount: 12.34,
        numberItems: 3,
        status: 'PLACED',
        occurredAt: order.CreatedAt,
        requestId,
      },
    });
  });

  it('tells each change of status once, with the status before, under the id of its own request', async () => {
    const order = await newOrder(user.username);
    const requestId = unique('request');
    const admin = await asCaller(ADMIN);
    const answer = await admin
      .put(`/orders/${order.OrderId}`)
      .set('x-request-id', requestId)
      .send({ username: user.username, status: 'ACKNOWLEDGED' });
    const { data } = answer.body as { data: Order };
    await setStatus(order, 'SHIPPED');
    await setStatus(order, 'DELIVERED');
    await event(order, 'DELIVERED');
    const message = await event(order, 'ACKNOWLEDGED');
    expect(message.subject).toBe(`Order ${order.OrderId} is ACKNOWLEDGED`);
    expect(message.attributes).toMatchObject({ eventType: 'order.status-changed', requestId });
    expect(message.body).toMatchObject({
      type: 'order.status-changed',
      status: 'ACKNOWLEDGED',
      previousStatus: 'PLACED',
      occurredAt: data.UpdatedAt,
      requestId,
    });
    expect((await event(order, 'PLACED')).body.type).toBe('order.placed');
    expect(eventsOf(order).sort()).toEqual(['ACKNOWLEDGED', 'DELIVERED', 'PLACED', 'SHIPPED']);
  });

  it('tells a cancellation, by PUT and by DELETE', async () => {
    const [put, deleted] = [await newOrder(user.username), await newOrder(user.username)];
    await setStatus(put, 'CANCEL');
    await (await asCaller(user.username)).delete(`/orders/${deleted.OrderId}`).expect(200);
    for (const order of [put, deleted])
      expect((await event(order, 'CANCELED')).body).toMatchObject({ previousStatus: 'PLACED', status: 'CANCELED' });
  });

  it('tells nothing of edits, of refused changes, and of users', async () => {
    const order = await newOrder(user.username);
    const own = await asCaller(user.username);
    await own.put(`/orders/${order.OrderId}`).send({ amount: 9.99, numItems: 9 }).expect(200);
    await setStatus(order, 'SHIPPED');
    await own.put(`/users/${user.username}`).send({ name: 'Renamed' }).expect(200);
    const later = await newOrder(user.username);
    // Events of one customer are published in their order: what came before this one would be here.
    await event(later, 'PLACED');
    expect(eventsOf(order)).toEqual(['PLACED']);
    expect((await event(order, 'PLACED')).body).toMatchObject({ amount: 5.5, numberItems: 2 });
  });

  it('tells every one of many orders exactly once', async () => {
    const orders = await Promise.all(Array.from({ length: 40 }, () => newOrder(user.username)));
    await Promise.all(orders.map((order) => event(order, 'PLACED')));
    for (const order of orders) expect(eventsOf(order)).toEqual(['PLACED']);
  });
});
