import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, api, asCaller, expectInvalid, expectProblem, newUser, unique, userFields, type Api } from './stack.js';

let http: Api;

before(async () => {
  http = await asCaller(ADMIN);
});

const ROUTES: [path: string, allow: string][] = [
  ['/add_user', 'OPTIONS, POST'],
  ['/edit-address', 'OPTIONS, POST'],
  ['/users', 'GET, HEAD, OPTIONS, POST'],
  ['/users/john', 'DELETE, GET, HEAD, OPTIONS, PUT'],
  ['/orders', 'GET, HEAD, OPTIONS, POST'],
  ['/orders/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
  ['/products', 'GET, HEAD, OPTIONS, POST'],
  ['/products/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
];

describe('a body', () => {
  const post = (path: string, body: string, type = 'application/json') =>
    http.post(path).set('content-type', type).send(body);

  it('that is not JSON is a 400', async () => {
    for (const path of ['/add_user', '/users', '/orders', '/products'])
      for (const body of ['{', '{"a":}', "{'a':1}", 'hello'])
        expectProblem(await post(path, body), 400, 'MALFORMED_JSON');
  });

  it('of another content type is a 415, unless it is empty', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])
      expectProblem(await post('/orders', '{"username":"john"}', type), 415, 'UNSUPPORTED_MEDIA_TYPE');
    expectInvalid(await post('/orders', '', 'text/plain'), 'body');
  });

  it('over 100 kB is a 413', async () => {
    const body = JSON.stringify({ ...userFields(), name: 'x'.repeat(110_000) });
    for (const path of ['/add_user', '/orders']) expectProblem(await post(path, body), 413, 'BODY_TOO_LARGE');
    expectInvalid(await post('/users', JSON.stringify({ ...userFields(), name: 'x'.repeat(90_000) })), 'name');
  });

  it('of another shape than an object is a 422', async () => {
    for (const body of ['[]', '1', '"text"', 'null', 'true', '[{"username":"john"}]'])
      expect((await post('/orders', body)).status).toBe(422);
  });

  it('with fields that JavaScript would take to heart is a 422', async () => {
    const valid = JSON.stringify(userFields()).slice(1);
    expectInvalid(await post('/users', `{"__proto__":{"admin":true},${valid}`), '__proto__');
    expectInvalid(await post('/users', `{"constructor":{"prototype":{}},${valid}`), 'constructor');
  });

  it('with NUL characters, broken Unicode or the wrong types is a 422', async () => {
    const user = userFields();
    for (const username of ['nul\0', 'a\ud800', ['john'], { S: 'john' }, 7, true])
      expectInvalid(await http.post('/users').send({ ...user, username }), 'username');
    for (const name of ['nul\0', 'a\udc00', 'line\nbreak', [], {}])
      expectInvalid(await http.post('/users').send({ ...user, name }), 'name');
    expectProblem(await http.get(`/users/${user.username}`), 404, 'USER_NOT_FOUND');
  });
});

describe('a path', () => {
  it('that nothing is served at is a 404', async () => {
    // API Gateway takes a token on a route that it does not know for a signature of AWS's: docs/limits.md.
    for (const path of ['/nowhere', '/add_user/x', '/edit-address/x'])
      expectProblem(await api().get(path), 404, 'ROUTE_NOT_FOUND');
    for (const path of ['/orders/a/b', '/users/a/b/c']) expectProblem(await http.get(path), 404, 'ROUTE_NOT_FOUND');
  });

  it('does not take every method: 405 with those it takes', async () => {
    for (const [path, allow] of ROUTES) {
      for (const at of [path, `${path}/`]) {
        const answer = await http.patch(at).send({});
        expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expect(answer.headers.allow).toBe(allow);
      }
    }
  });

  it('that is not validly encoded is a client error', async () => {
    for (const path of ['/users/%zz', '/orders/%ff', '/users/%c0%80', '/orders/%']) {
      const { status } = await http.get(path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
  });

  it('that holds anything at all is never a failure of ours', async () => {
    for (const part of [
      '%00',
      '..%2F..',
      '__proto__',
      'constructor',
      "'",
      '%22%7B',
      '%F0%9F%98%80',
      '%20',
      'x'.repeat(4_000),
    ])
      for (const path of [`/users/${part}`, `/orders/${part}`, `/orders/${part}?username=john`, `/products/${part}`]) {
        const { status } = await http.get(path);
        expect([path.slice(0, 30), status]).toEqual([path.slice(0, 30), 404]);
      }
  });

  it('that is no id of an order is a 404 for every method, whoever is named', async () => {
    const { username } = await newUser();
    for (const id of ['x', '%00', '__proto__', 'x'.repeat(3_000)]) {
      const path = `/orders/${id}`;
      expectProblem(await http.get(path).query({ username }), 404, 'ORDER_NOT_FOUND');
      for (const owner of [{}, { username }])
        expectProblem(await http.put(path).send({ ...owner, status: 'CANCELED' }), 404, 'ORDER_NOT_FOUND');
      expectProblem(await http.delete(path), 404, 'ORDER_NOT_FOUND');
    }
  });
});

describe('a text that is too long for a key of the table', () => {
  const long = 'x'.repeat(3_000);

  it('is named in a 422, in a query and in a body', async () => {
    for (const [path, field] of [
      ['/orders', 'username'],
      ['/orders', 'userId'],
      ['/orders', 'nextToken'],
      ['/users', 'nextToken'],
      ['/products', 'nextToken'],
      ['/orders/x', 'customer_id'],
    ] as const)
      expectInvalid(await http.get(path).query({ [field]: long }), field);
    expectInvalid(await http.post('/edit-address').query({ username: long, new_address: 'x' }), 'username');
    expectInvalid(await http.put('/orders/x').send({ username: long, status: 'CANCELED' }), 'username');
    expectInvalid(await http.post('/orders').send({ username: long, amount: 1, numItems: 1 }), 'username');
    expectInvalid(await http.post('/users').send({ ...userFields(), username: long }), 'username');
    expectInvalid(await http.post('/users').send({ ...userFields(), email: `${long}@example.com` }), 'email');
  });
});

describe('OPTIONS', () => {
  it('answers 204 with the methods, for anybody and any origin', async () => {
    for (const [path, allow] of ROUTES) {
      const answer = await api()
        .options(path)
        .set('origin', 'https://page.example')
        .set('access-control-request-method', 'POST');
      expect([path, answer.status, answer.headers.allow]).toEqual([path, 204, allow]);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(answer.headers['access-control-allow-methods']).toBe(allow);
      expect(answer.headers['access-control-allow-headers']).toContain('content-type');
      expect(answer.text).toBe('');
    }
  });
});

describe('HEAD', () => {
  it('answers as GET does, without a body', async () => {
    const { username } = await newUser();
    const found = await http.head(`/users/${username}`);
    expect([found.status, found.text]).toEqual([200, undefined]);
    expect(found.headers['content-type']).toMatch(/^application\/json/);
    expect((await http.head(`/users/${unique('nobody')}`)).status).toBe(404);
  });
});

describe('headers of an answer', () => {
  it('hold the id of the request: the one that was sent if it is well-formed, else a new one', async () => {
    const sent = unique('request');
    expect((await http.get('/users?limit=1').set('x-request-id', sent)).headers['x-request-id']).toBe(sent);
    for (const bad of ['short', 'x'.repeat(65), 'with space', 'under_score']) {
      const answer = await http.get('/orders/x').set('x-request-id', bad);
      expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9-]{8,64}$/);
      expectProblem(answer, 404, 'ORDER_NOT_FOUND');
    }
    const first = (await http.get('/users?limit=1')).headers['x-request-id'];
    expect((await http.get('/users?limit=1')).headers['x-request-id']).not.toBe(first);
  });

  it('are shown to pages of other origins', async () => {
    for (const path of ['/users?limit=1', '/users/nobody-here']) {
      const { headers } = await http.get(path).set('origin', 'https://page.example');
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toBe('x-request-id, x-next-token, location');
    }
  });

  it('do not name what serves them', async () => {
    expect((await http.get('/users?limit=1')).headers).not.toHaveProperty('x-powered-by');
  });
});

describe('a failure', () => {
  it('tells no stack, no name of a table and nothing of AWS', async () => {
    const answers = [
      await http.post('/users').send({}),
      await http.get('/orders/x'),
      await http.get('/users?nextToken=x'),
      await http.post('/orders').set('content-type', 'application/json').send('{'),
    ];
    for (const { text } of answers)
      expect(text).not.toMatch(/ at .*:\d+|node_modules|Exception|tabletop|arn:|DynamoDB/i);
  });
});
