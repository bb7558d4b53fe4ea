/** "Who may do what" of the contract, cell by cell, through the gateway of a stack in jwt mode. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startSignedIn, type SignedInStack } from '../fixtures/signed-in.js';
import { type Answer } from '../fixtures/tabletop.js';
import { badHeaders, idClaims, signed } from '../fixtures/token.js';

const UNKNOWN_ORDER = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';

describe('who may do what', () => {
  let stack: SignedInStack;
  let headers: { nobody: undefined; other: string; owner: string; admin: string };
  let productId: string;
  let made = 0;

  before(async () => {
    stack = await startSignedIn();
    headers = {
      nobody: undefined,
      owner: await stack.register('john'),
      other: await stack.register('jane'),
      admin: stack.admin,
    };
    const product = await stack.ask('POST', '/products', {
      as: stack.admin,
      body: { name: 'Mouse', price: 1, stock: 500 },
    });
    productId = String(product.body.productId);
  });
  after(() => stack.stop());

  const order = async (): Promise<string> => {
    const body = { username: 'john', amount: 1, numItems: 1 };
    const { status, body: answer } = await stack.ask('POST', '/orders', { as: headers.owner, body });
    expect(status).toBe(201);
    return String(answer.orderId);
  };
  const newName = (): string => `made${(made += 1)}`;
  const fields = (username = newName()) => ({ username, name: 'Some One', email: `${username}@example.com` });

  type Ask = (as: string | undefined) => Promise<Answer>;
  const to =
    (method: string, path: string | (() => string | Promise<string>), body?: () => object): Ask =>
    async (as) =>
      stack.ask(method, typeof path === 'string' ? path : await path(), { as, ...(body && { body: body() }) });
  const change = (body: object): Ask =>
    to(
      'PUT',
      async () => `/orders/${await order()}`,
      () => body,
    );
  /** Acknowledged by an admin first. */
  const changeLater =
    (body: object): Ask =>
    async (as) => {
      const id = await order();
      await stack.ask('PUT', `/orders/${id}`, { as: stack.admin, body: { status: 'ACKNOWLEDGED' } });
      return stack.ask('PUT', `/orders/${id}`, { as, body });
    };

  // Who is nobody has no token, the owner is john, the other jane.
  const TABLE: [what: string, ask: Ask, nobody: number, other: number, owner: number, admin: number][] = [
    [
      'POST /users/register',
      to('POST', '/users/register', () => ({ ...fields(), password: 'Secret-123' })),
      201,
      201,
      201,
      201,
    ],
    [
      'POST /users/login',
      to('POST', '/users/login', () => ({ username: 'john', password: 'Secret-123' })),
      200,
      200,
      200,
      200,
    ],
    ['GET /health', to('GET', '/health'), 200, 200, 200, 200],
    ['GET /', to('GET', '/'), 200, 200, 200, 200],
    ['GET /docs', to('GET', '/docs'), 200, 200, 200, 200],
    ['GET /openapi.json', to('GET', '/openapi.json'), 200, 200, 200, 200],
    ['OPTIONS /users', to('OPTIONS', '/users'), 204, 204, 204, 204],
    ['OPTIONS /orders/x', to('OPTIONS', '/orders/x'), 204, 204, 204, 204],
    ['OPTIONS /products', to('OPTIONS', '/products'), 204, 204, 204, 204],
    ['OPTIONS /product-purchase', to('OPTIONS', '/product-purchase'), 204, 204, 204, 204],

    ['POST /users', to('POST', '/users', fields), 401, 403, 403, 201],
    ['POST /add_user', to('POST', '/add_user', fields), 401, 403, 403, 200],
    ['GET /users', to('GET', '/users'), 401, 403, 403, 200],
    ['POST /products', to('POST', '/products', () => ({ name: 'Cable', price: 1 })), 401, 403, 403, 201],
    [
      'PUT /products/{id}',
      to(
        'PUT',
        () => `/products/${productId}`,
        () => ({ stock: 500 }),
      ),
      401,
      403,
      403,
      200,
    ],
    [
      'DELETE /products/{id}',
      async (as) => {
        const { body } = await stack.ask('POST', '/products', { as: stack.admin, body: { name: 'Gone', price: 1 } });
        return stack.ask('DELETE', `/products/${String(body.productId)}`, { as });
      },
      ...([401, 403, 403, 200] as const),
    ],
    ['PUT /orders/{id} ACKNOWLEDGED', change({ status: 'ACKNOWLEDGED' }), 401, 403, 403, 200],
    ['PUT /orders/{id} ACKNOWLEDGED, named', change({ username: 'john', status: 'ACKNOWLEDGED' }), 401, 403, 403, 200],
    [
      'PUT /orders/{id} ACKNOWLEDGED with an edit',
      change({ status: 'ACKNOWLEDGED', amount: 2, numItems: 1 }),
      401,
      403,
      403,
      200,
    ],
    ['PUT /orders/{id} SHIPPED', changeLater({ status: 'SHIPPED' }), 401, 403, 403, 200],
    ['PUT /orders/{id} PLACED', change({ status: 'PLACED' }), 401, 403, 403, 409],
    ['PUT /orders/{id} DELIVERED', change({ status: 'DELIVERED' }), 401, 403, 403, 409],

    ['GET /users/{u}', to('GET', '/users/john'), 401, 403, 200, 200],
    ['HEAD /users/{u}', to('HEAD', '/users/john'), 401, 403, 200, 200],
    ['PUT /users/{u}', to('PUT', '/users/john', () => ({ name: 'John' })), 401, 403, 200, 200],
    ['POST /edit-address', to('POST', '/edit-address?username=john&new_address=x'), 401, 403, 200, 200],
    ['POST /orders', to('POST', '/orders', () => ({ username: 'john', amount: 1, numItems: 1 })), 401, 403, 201, 201],
    [
      'POST /orders as userId',
      to('POST', '/orders', () => ({ userId: 'john', items: [{ productId, quantity: 1 }] })),
      401,
      403,
      201,
      201,
    ],
    ['GET /orders?username=', to('GET', '/orders?username=john'), 401, 403, 200, 200],
    ['GET /orders?userId=', to('GET', '/orders?userId=john'), 401, 403, 200, 200],
    ['GET /orders', to('GET', '/orders'), 401, 200, 200, 200],
    ['GET /orders/{id}', to('GET', async () => `/orders/${await order()}`), 401, 404, 200, 200],
    ['GET /orders/{id}?username=', to('GET', async () => `/orders/${await order()}?username=john`), 401, 403, 200, 200],
    [
      'GET /orders/{id}?customer_id=',
      to('GET', async () => `/orders/${await order()}?customer_id=john`),
      401,
      403,
      200,
      200,
    ],
    ['PUT /orders/{id} CANCELED', change({ status: 'CANCELED' }), 401, 404, 200, 200],
    ['PUT /orders/{id} CANCEL, named', change({ username: 'john', status: 'CANCEL' }), 401, 403, 200, 200],
    ['PUT /orders/{id}, an edit', change({ amount: 2, numItems: 2 }), 401, 404, 200, 200],
    ['PUT /orders/{id}, an edit when no longer PLACED', changeLater({ amount: 2, numItems: 2 }), 401, 404, 409, 409],
    ['PUT /orders/{id} CANCELED when no longer PLACED', changeLater({ status: 'CANCELED' }), 401, 404, 409, 409],
    ['DELETE /orders/{id}', to('DELETE', async () => `/orders/${await order()}`), 401, 404, 200, 200],

    ['GET /products', to('GET', '/products'), 401, 200, 200, 200],
    ['GET /products/{id}', to('GET', () => `/products/${productId}`), 401, 200, 200, 200],
    ['POST /product-purchase', to('POST', '/product-purchase', () => ({ a: 1 })), 401, 200, 200, 200],
    ['GET /product-purchase', to('GET', '/product-purchase'), 401, 200, 200, 200],
    [
      'PUT /product-purchase/{id}',
      to('PUT', '/product-purchase/97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee', () => ({ a: 1 })),
      401,
      200,
      200,
      200,
    ],
    [
      'DELETE /product-purchase/{id}',
      to('DELETE', '/product-purchase/97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee'),
      401,
      200,
      200,
      200,
    ],
  ];

  for (const [what, ask, ...statuses] of TABLE)
    it(`${what}: ${statuses.join(', ')} for nobody, another user, the owner, an admin`, async () => {
      const callers = ['nobody', 'other', 'owner', 'admin'] as const;
      for (const [at, caller] of callers.entries()) {
        const answer = await ask(headers[caller]);
        expect([caller, answer.status]).toEqual([caller, statuses[at]]);
        const code = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN' }[answer.status];
        if (code !== undefined && !what.startsWith('HEAD'))
          expect(answer.body).toMatchObject({ code, requestId: answer.headers.get('x-request-id') });
        if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    });

  it('DELETE /users/{u}: 401, 403, 200 for nobody, another user, the owner; and 200 for an admin', async () => {
    const [first, second] = [newName(), newName()];
    const own = await stack.register(first);
    await stack.register(second);
    const remove = async (username: string, as: string | undefined): Promise<number> =>
      (await stack.ask('DELETE', `/users/${username}`, { as })).status;
    const statuses = [await remove(first, undefined), await remove(first, headers.other), await remove(first, own)];
    expect([...statuses, await remove(second, stack.admin)]).toEqual([401, 403, 200, 200]);
  });

  it('says nothing of who exists: another user’s name is a 403, another’s order a 404, whether it is there or not', async () => {
    const as = headers.other;
    const said = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await stack.ask(method, path, {
        as,
        ...(body && { body }),
        headers: { 'x-request-id': 'the-same-id' },
      });
      return [answer.status, answer.body];
    };
    for (const [method, path, body] of [
      ['GET', '/users/NAME', undefined],
      ['PUT', '/users/NAME', { name: 'A' }],
      ['DELETE', '/users/NAME', undefined],
      ['POST', '/edit-address?username=NAME&new_address=x', undefined],
      ['GET', '/orders?username=NAME', undefined],
    ] as const)
      expect(await said(method, path.replace('NAME', 'nobody-there'), body)).toEqual(
        await said(method, path.replace('NAME', 'john'), body),
      );
    const id = await order();
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { status: 'CANCELED' }],
      ['PUT', { amount: 2, numItems: 2 }],
      ['DELETE', undefined],
    ] as const)
      expect(await said(method, `/orders/${UNKNOWN_ORDER}`, body)).toEqual(await said(method, `/orders/${id}`, body));
  });

  it('lists a caller’s own orders where no name is given, and all to an admin', async () => {
    const id = await order();
    const listed = async (as: string): Promise<unknown[]> => {
      const { body } = await stack.ask('GET', '/orders?limit=100', { as });
      return body.data as { OrderId?: string; Username?: string }[];
    };
    expect(await listed(headers.other)).toEqual([expect.objectContaining({ Username: 'jane' })]);
    expect((await listed(headers.owner)).slice(0, 2)).toEqual([
      expect.objectContaining({ Username: 'john' }),
      expect.objectContaining({ OrderId: id }),
    ]);
    expect((await listed(stack.admin))[0]).toMatchObject({ OrderId: id });
  });

  it('binds a key to whom the token names, not to whom the body does', async () => {
    const body = { username: 'john', amount: 3, numItems: 1, orderId: 'shared' };
    const [own, again, admins] = [
      await stack.ask('POST', '/orders', { as: headers.owner, body }),
      await stack.ask('POST', '/orders', { as: headers.owner, body }),
      await stack.ask('POST', '/orders', { as: stack.admin, body }),
    ];
    expect([own.status, again.status, admins.status]).toEqual([201, 201, 201]);
    expect(again.body.orderId).toBe(own.body.orderId);
    expect(admins.body.orderId).not.toBe(own.body.orderId);
  });

  it('goes on with the keys that were read when the pool is down, and is a 503 for a token of another key', async () => {
    stack.faults.order({ service: 'cognito-idp', fault: 'Unavailable', times: 1_000 });
    expect((await stack.ask('GET', '/users/john', { as: headers.owner })).status).toBe(200);
    const key = await stack.key();
    const unknown = `Bearer ${await signed({ ...key, kid: 'another' }, idClaims(stack.tokens, 'john'))}`;
    const login = { username: 'john', password: 'Secret-123' };
    for (const answer of [
      await stack.ask('GET', '/users/john', { as: unknown }),
      await stack.ask('POST', '/users/login', { body: login }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    stack.faults.clear();
    expect((await stack.ask('POST', '/users/login', { body: login })).status).toBe(200);
  });

  it('lets in no bad token, and tells pages of other origins nothing', async () => {
    for (const [what, as] of await badHeaders(stack.tokens, await stack.key(), 'john'))
      for (const [method, path] of [
        ['GET', '/users/john'],
        ['GET', '/users/nobody-there'],
        ['GET', '/orders'],
        ['POST', '/products'],
        ['GET', '/product-purchase'],
      ] as const) {
        const answer = await stack.ask(method, path, { as, headers: { origin: 'https://page.example' } });
        expect([what, answer.status, answer.body.code]).toEqual([what, 401, 'UNAUTHORIZED']);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
  });

  it('leaves no password and no token in the journal, where the logs are too', () => {
    const text = JSON.stringify(stack.journal.entries(() => true));
    expect(text).toContain('users/login');
    for (const secret of ['Secret-123', headers.owner.slice('Bearer '.length), stack.admin.slice('Bearer '.length)])
      expect(text).not.toContain(secret);
  });
});
