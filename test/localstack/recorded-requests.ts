/** A hundred mixed requests, good and bad, of every service: `<run>` stands for the run, `<name.id>` for an id given before. */

export interface Recorded {
  readonly method: string;
  readonly path: string;
  /** JSON, or text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Under what name the id in the answer is kept. */
  readonly remember?: string;
}

const user = (n: number): object => ({
  username: `user${n}-<run>`,
  name: `User ${n}`,
  email: `User${n}-<run>@Example.com`,
});

const get = (path: string, headers?: Recorded['headers']): Recorded => ({
  method: 'GET',
  path,
  ...(headers && { headers }),
});
const send = (method: string, path: string, body?: unknown, remember?: string): Recorded => ({
  ...{ method, path, body },
  ...(remember !== undefined && { remember }),
});

const users: readonly Recorded[] = [
  send('POST', '/add_user/', user(1)),
  send('POST', '/add_user/', user(1)),
  send('POST', '/users', user(2)),
  send('POST', '/users', { ...user(3), email: 'USER2-<run>@example.com' }),
  send('POST', '/users', { username: 'x', name: '', email: 'nobody' }),
  send('POST', '/users', {}),
  send('POST', '/users', '{"username":'),
  send('POST', '/users', '[]'),
  send('POST', '/users/', user(4)),
  get('/users/user1-<run>'),
  get('/users/user1-<run>/'),
  get('/users/nobody-<run>'),
  get('/users/%20'),
  get('/users?limit=0'),
  get('/users?limit=1000'),
  get('/users?nextToken=junk'),
  { method: 'HEAD', path: '/users/user1-<run>' },
  { method: 'OPTIONS', path: '/users/user1-<run>' },
  send('PATCH', '/users/user1-<run>', {}),
  send('DELETE', '/users'),
  send('PUT', '/users/user2-<run>', { name: 'Zoë \u{1F600}' }),
  send('PUT', '/users/user2-<run>', { email: 'user1-<run>@example.com' }),
  send('PUT', '/users/user2-<run>', { email: 'second-<run>@example.com' }),
  send('PUT', '/users/nobody-<run>', { name: 'N' }),
  send('PUT', '/users/user2-<run>', { name: 7 }),
  send('POST', '/edit-address?username=user1-<run>&new_address=1+Main%20Street'),
  send('POST', '/edit-address?username=user1-<run>&new_address=%F0%9F%8F%A0'),
  send('POST', '/edit-address?username=user1-<run>'),
  send('POST', '/edit-address?username=nobody-<run>&new_address=x'),
  send('POST', '/users/register', { ...user(5), username: 'user5-<run>' }),
  send('POST', '/users/login', { username: 'user5-<run>', password: 'x' }),
  { method: 'POST', path: '/users', body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  send('POST', '/users', `{"name":"${'x'.repeat(110_000)}"}`),
];

const orders: readonly Recorded[] = [
  send('POST', '/orders/', { username: 'user1-<run>', amount: 5.5, numItems: 2 }, 'first'),
  send('POST', '/orders', { username: 'user1-<run>', amount: 7, numItems: 1 }, 'second'),
  send('POST', '/orders', { username: 'nobody-<run>', amount: 7, numItems: 1 }),
  send('POST', '/orders', { username: 'user1-<run>', amount: 0, numItems: 1 }),
  send('POST', '/orders', { username: 'user1-<run>', amount: 1.234, numItems: 1 }),
  send('POST', '/orders', { username: 'user1-<run>', amount: '5', numItems: 1.5 }),
  send('POST', '/orders', { username: 'user1-<run>', amount: 1e12, numItems: 1 }),
  send('POST', '/orders', { username: 'user1-<run>' }),
  get('/orders?username=user1-<run>'),
  get('/orders/?username=user1-<run>&limit=1'),
  get('/orders?username=nobody-<run>'),
  get('/orders?username=user1-<run>&limit=x'),
  get('/orders?username=user1-<run>&nextToken=x'),
  get('/orders/<first.id>'),
  get('/orders/<first.id>?username=user1-<run>'),
  get('/orders/<first.id>?username=user2-<run>'),
  get('/orders/<first.id>?customer_id=user1-<run>'),
  get('/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU'),
  get('/orders/short'),
  { method: 'HEAD', path: '/orders/<first.id>' },
  send('PUT', '/orders/<first.id>', { username: 'user1-<run>', status: 'ACKNOWLEDGED' }),
  send('PUT', '/orders/<first.id>', { status: 'SHIPPED' }),
  send('PUT', '/orders/<first.id>', { status: 'PLACED' }),
  send('PUT', '/orders/<first.id>', { status: 'EATEN' }),
  send('PUT', '/orders/<first.id>', {}),
  send('PUT', '/orders/<second.id>', { amount: 9.99, numItems: 3 }),
  send('PUT', '/orders/<second.id>', { status: 'CANCEL' }),
  send('PUT', '/orders/<second.id>', { status: 'DELIVERED' }),
  send('DELETE', '/orders/<first.id>'),
  send('DELETE', '/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU'),
  send('PATCH', '/orders/<first.id>', {}),
  { method: 'OPTIONS', path: '/orders' },
  {
    ...send('POST', '/orders', { username: 'user1-<run>', amount: 3, numItems: 1 }, 'keyed'),
    headers: { 'idempotency-key': 'replay-1' },
  },
  {
    ...send('POST', '/orders', { username: 'user1-<run>', amount: 3, numItems: 1 }),
    headers: { 'idempotency-key': 'replay-1' },
  },
  {
    ...send('POST', '/orders', { username: 'user1-<run>', amount: 4, numItems: 1 }),
    headers: { 'idempotency-key': 'replay-1' },
  },
  send('DELETE', '/orders/<keyed.id>'),
  send('DELETE', '/orders/<keyed.id>'),
];

const products: readonly Recorded[] = [
  send('POST', '/products', { name: 'Mouse', price: 29.99, stock: 3 }, 'mouse'),
  send('POST', '/products', { name: 'Pad', price: 1, description: 'soft' }, 'pad'),
  send('POST', '/products', { name: '', price: -1, stock: 1.5 }),
  send('POST', '/products', { name: 'X', price: 1.005 }),
  get('/products/<mouse.id>'),
  get('/products/nothing'),
  get('/products?limit=101'),
  send('PUT', '/products/<mouse.id>', { price: 31 }),
  send('PUT', '/products/<mouse.id>', { price: 32, version: 1 }),
  send('PUT', '/products/<mouse.id>', {}),
  send('PUT', '/products/nothing', { price: 1 }),
  send('POST', '/orders', { userId: 'user1-<run>', items: [{ productId: '<mouse.id>', quantity: 2 }] }, 'bought'),
  send('POST', '/orders', { userId: 'user1-<run>', items: [{ productId: '<mouse.id>', quantity: 2 }] }),
  send('POST', '/orders', { userId: 'user1-<run>', items: [{ productId: 'nothing', quantity: 1 }] }),
  send('POST', '/orders', { userId: 'user1-<run>', items: [] }),
  get('/products/<mouse.id>'),
  send('PUT', '/orders/<bought.id>', { status: 'CANCELED' }),
  get('/products/<mouse.id>'),
  send('DELETE', '/products/<pad.id>'),
  send('DELETE', '/products/<pad.id>'),
  get('/products/<pad.id>'),
];

const purchases: readonly Recorded[] = [
  send('POST', '/product-purchase', { Price: 9.5, CustomerId: 'c1', Nested: { a: [1, null, true] } }),
  send('POST', '/product-purchase', { PK: 'x' }),
  send('POST', '/product-purchase', []),
  send('PUT', '/product-purchase/unknown-<run>', { Price: 1 }),
  send('DELETE', '/product-purchase/unknown-<run>'),
  get('/product-purchase/unknown-<run>-2'),
];

const gateway: readonly Recorded[] = [
  get('/nowhere'),
  send('POST', '/nowhere', {}),
  get('/'),
  get('/health'),
  get('/openapi.json'),
  send('DELETE', '/users/user4-<run>'),
  get('/users/user4-<run>'),
  send('POST', '/orders', { username: 'user4-<run>', amount: 1, numItems: 1 }),
];

/** In their order: later ones build on what earlier ones have made. */
export const recordedRequests = (): readonly Recorded[] => [...users, ...orders, ...products, ...purchases, ...gateway];
