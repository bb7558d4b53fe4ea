/** The system under test, whatever runs it: its HTTP API, and the queue that its order events come to. */
import { randomBytes } from 'node:crypto';
import { expect } from 'expect';
import type supertest from 'supertest';
import { ADMIN, api, asCaller, IS_SLOW, PASSWORD, SIGNS_IN, variable } from './caller.js';
import { Inbox } from './inbox.js';

export { ADMIN, api, asCaller, IS_SLOW, PASSWORD, type Api } from './caller.js';

/** The queue that is subscribed to the order events; one reader for all files. */
export const inbox = new Inbox(() => variable('INBOX_QUEUE_URL'), IS_SLOW ? 60_000 : 10_000);

/** A name that no other test and no earlier run has used. */
export const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;

export interface User {
  username: string;
  name: string;
  email: string;
}

/** Fields of a user that is not registered yet. */
export function userFields(prefix = 'user'): User {
  const username = unique(prefix);
  return { username, name: 'Some One', email: `${username}@Example.com` };
}

/** Registers a user; where people sign in, one that can. */
export async function newUser(prefix?: string): Promise<User> {
  const user = userFields(prefix);
  if (SIGNS_IN)
    await api()
      .post('/users/register')
      .send({ ...user, password: PASSWORD })
      .expect(201);
  else await api().post('/users').send(user).expect(201);
  return user;
}

export interface Order {
  PK: string;
  SK: string;
  OrderId: string;
  CreatedAt: string;
  UpdatedAt?: string;
  Status: string;
  Amount: number;
  NumberItems: number;
  Items?: { ProductId: string; Name: string; Quantity: number; UnitPrice: number; LineTotal: number }[];
}

/** Places an order for a user and gives it. */
export async function newOrder(username: string, fields: object = {}): Promise<Order> {
  const body = { username, amount: 5.5, numItems: 2, ...fields };
  const answer = await (await asCaller(username)).post('/orders').send(body).expect(201);
  return (answer.body as { data: Order }).data;
}

/** Moves an order, and gives the answer. */
export async function setStatus(order: Order, status: string): Promise<supertest.Response> {
  const username = order.PK.slice('CUSTOMER#'.length);
  return (await asCaller(ADMIN)).put(`/orders/${order.OrderId}`).send({ username, status });
}

export interface Product {
  PK: string;
  SK: string;
  ProductId: string;
  Name: string;
  Description: string;
  Price: number;
  Stock: number;
  Version: number;
  CreatedAt: string;
  UpdatedAt?: string;
}

/** Adds a product and gives it. */
export async function newProduct(fields: object = {}): Promise<Product> {
  const body = { name: 'Mouse', price: 29.99, stock: 20, ...fields };
  const answer = await (await asCaller(ADMIN)).post('/products').send(body).expect(201);
  return productOf((answer.body as { productId: string }).productId);
}

/** A product as it is shown. */
export async function productOf(productId: string): Promise<Product> {
  const answer = await (await asCaller(ADMIN)).get(`/products/${productId}`).expect(200);
  return (answer.body as { data: Product }).data;
}

/** A problem document, complete. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: { field: string; message: string }[];
}

/** Checks that an answer is a whole problem document of this status and code, and gives it. */
export function expectProblem(answer: supertest.Response, status: number, code: string): Problem {
  const problem = answer.body as Problem;
  expect([answer.status, problem.code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({
    type: expect.any(String) as unknown,
    title: expect.any(String) as unknown,
    status,
    detail: expect.stringMatching(/\.$/) as unknown,
    requestId: answer.headers['x-request-id'],
  });
  return problem;
}

/** Checks for a 422 that names these fields and no other. */
export function expectInvalid(answer: supertest.Response, ...fields: string[]): void {
  const { errors } = expectProblem(answer, 422, 'VALIDATION_FAILED');
  expect((errors ?? []).map(({ field }) => field).sort()).toEqual([...fields].sort());
}

/** Reads a list to its end, page by page. */
export async function pagesOf<Item>(path: string, query: object, caller = ADMIN): Promise<Item[][]> {
  const http = await asCaller(caller);
  const pages: Item[][] = [];
  let nextToken: string | undefined;
  do {
    const answer = await http.get(path).query({ ...query, ...(nextToken !== undefined && { nextToken }) });
    expect(answer.status).toBe(200);
    const page = answer.body as { data: Item[]; nextToken?: string };
    pages.push(page.data);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return pages;
}
