import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  asCaller,
  expectInvalid,
  expectProblem,
  newOrder,
  newUser,
  pagesOf,
  unique,
  type Api,
  type Order,
  type User,
} from './stack.js';

let user: User;
let own: Api;
/** Newest first. */
const orders: Order[] = [];

before(async () => {
  user = await newUser('lister');
  own = await asCaller(user.username);
  for (let at = 0; at < 23; at += 1) orders.unshift(await newOrder(user.username, { numItems: at + 1 }));
});

describe("a customer's orders", () => {
  it('come after the customer, ten on the first page, newest first', async () => {
    for (const path of [`/orders/?username=${user.username}`, `/orders?userId=${user.username}`]) {
      const answer = await own.get(path).expect(200);
      const { message, data, nextToken } = answer.body as { message: string; data: object[]; nextToken: string };
      expect(message).toBe('orders fetched successfully');
      expect(data[0]).toMatchObject({ SK: `CUSTOMER#${user.username}`, Username: user.username, Email: user.email });
      expect(data.slice(1)).toEqual(orders.slice(0, 10));
      expect(nextToken).toMatch(/^[A-Za-z0-9_-]+$/);
    }
  });

  it('follow on the next pages without the customer, each once, and the last page has no cursor', async () => {
    for (const limit of [10, 23, 5]) {
      const pages = await pagesOf<Order>('/orders', { username: user.username, limit }, user.username);
      expect(pages.flat().slice(1)).toEqual(orders);
      expect(pages.map((page) => page.length)).toEqual(
        Array.from({ length: Math.ceil(23 / limit) }, (_, at) => Math.min(limit, 23 - at * limit) + (at === 0 ? 1 : 0)),
      );
    }
  });

  it('may be none', async () => {
    const { username } = await newUser();
    const answer = await (await asCaller(username)).get('/orders').query({ username }).expect(200);
    expect((answer.body as { data: object[] }).data).toHaveLength(1);
    expect(answer.body).not.toHaveProperty('nextToken');
  });

  it('of an unknown customer are a 404', async () => {
    expectProblem(
      await (await asCaller(ADMIN)).get('/orders').query({ username: unique('nobody') }),
      404,
      'USER_NOT_FOUND',
    );
  });

  it('have cursors that no other list takes', async () => {
    const { nextToken } = (await own.get('/orders').query({ username: user.username, limit: 1 })).body as {
      nextToken: string;
    };
    const other = await newUser();
    const admin = await asCaller(ADMIN);
    for (const query of [{ username: other.username }, {}])
      expectProblem(await admin.get('/orders').query({ ...query, nextToken }), 400, 'BAD_CURSOR');
    for (const damaged of [`${nextToken}A`, nextToken.slice(1), 'x'])
      expectProblem(await own.get('/orders').query({ username: user.username, nextToken: damaged }), 400, 'BAD_CURSOR');
  });

  it('take known parameters only, each once', async () => {
    const get = (query: string) => own.get(`/orders?${query}`);
    expectInvalid(await get('username=john&username=jane'), 'username');
    expectInvalid(await get('username=john&userId=jane'), 'userId');
    expectInvalid(await get('username=j'), 'username');
    expectInvalid(await get('limit=0'), 'limit');
    expectInvalid(await get('limit=101'), 'limit');
    expectInvalid(await get('sort=asc'), 'sort');
    expectInvalid(await get('__proto__=1'), '__proto__');
  });
});

describe('all orders', () => {
  it('are listed newest first, each once', async () => {
    const ids = (await pagesOf<Order>('/orders', { limit: 50 })).flat().map(({ OrderId }) => OrderId);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const mine = new Set(orders.map(({ OrderId }) => OrderId));
    expect(ids.filter((id) => mine.has(id))).toEqual(orders.map(({ OrderId }) => OrderId));
  });

  it('hold no customer and nothing internal', async () => {
    const { data } = (await (await asCaller(ADMIN)).get('/orders?limit=100').expect(200)).body as { data: object[] };
    const shown = ['PK', 'SK', 'OrderId', 'CreatedAt', 'UpdatedAt', 'Status', 'Amount', 'NumberItems', 'Items'];
    for (const order of data) expect(shown).toEqual(expect.arrayContaining(Object.keys(order)));
  });
});
