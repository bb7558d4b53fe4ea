/** The local API Gateway: what a function is told, what it may answer, and what the gateway says by itself. */
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:net';
import { expect } from 'expect';
import request from 'supertest';
import { httpFunction } from '../../libs/topology/src/construct.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from './folder.js';

const FILES = {
  'echo/lambda.mjs': `export const handler = async (event) => ({
    statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });`,
  // Answers with whatever the request asks it to answer.
  'says/lambda.mjs': `export const handler = async (event) => JSON.parse(event.body);`,
  'large/lambda.mjs': `export const handler = async (event) => ({ statusCode: 200, body: 'x'.repeat(Number(event.queryStringParameters.size)) });`,
  'slow/lambda.mjs': `export const handler = () => new Promise(() => {});`,
};

const to = (name: string, timeout = 5): ReturnType<typeof httpFunction> =>
  httpFunction(name, { entry: name, timeout, memory: 256 });
const echo = to('echo');

const topology = system('gate', {
  api: restApi('api', {
    routes: {
      'ANY /echo': echo,
      'ANY /echo/{proxy+}': echo,
      'GET /echo/fixed/{id}': echo,
      'POST /says': to('says'),
      'GET /large': to('large'),
      'GET /slow': to('slow', 1),
    },
  }),
});

interface ProxyEvent {
  [property: string]: unknown;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  requestContext: Record<string, unknown> & { identity: Record<string, unknown> };
}

describe('the local API gateway', () => {
  let stack: LocalStack;
  let root: string;
  let bundles: string;
  let api: ReturnType<typeof request>;

  before(async () => {
    root = temporaryFolder(FILES);
    bundles = temporaryFolder();
    stack = await startLocalStack({ topology, root, bundles });
    api = request(stack.apiUrl!);
  });
  after(() => stack.stop());

  const says = (answer: unknown): request.Test => api.post('/says').send(answer as object);

  it('tells a function everything about a request in the shape of REST proxy events', async () => {
    const response = await api
      .post('/echo/a%20b/c?x=1&x=2&__proto__=y')
      .set('X-Custom', 'one')
      .set('User-Agent', 'me')
      .send('{"a":1}')
      .type('json');
    const event = response.body as ProxyEvent;
    expect(event).toMatchObject({
      resource: '/echo/{proxy+}',
      path: '/echo/a%20b/c',
      httpMethod: 'POST',
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      pathParameters: { proxy: 'a%20b/c' },
      stageVariables: null,
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        stage: 'dev',
        path: '/dev/echo/a%20b/c',
        resourcePath: '/echo/{proxy+}',
        httpMethod: 'POST',
        protocol: 'HTTP/1.1',
        requestId: response.headers['x-amzn-requestid'],
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/) as unknown,
        identity: { sourceIp: '127.0.0.1', userAgent: 'me', cognitoIdentityId: null },
      },
    });
    expect(Object.keys(event.multiValueQueryStringParameters as object)).toContain('__proto__');
    expect(event.headers['X-Custom']).toBe('one');
    expect(event.multiValueHeaders['X-Custom']).toEqual(['one']);
    expect(event.headers['X-Forwarded-Proto']).toBe('http');
    expect(event.headers['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it('says null where AWS says null', async () => {
    const { body } = (await api.get('/echo')) as { body: unknown };
    expect(body).toMatchObject({
      body: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
    });
  });

  for (const name of ['constructor', 'toString', 'valueOf'])
    it(`takes a header named ${name} for a header, in requests and answers`, async () => {
      const response = await api.get('/echo').set(name, 'x');
      expect((JSON.parse(response.text) as ProxyEvent).headers).toHaveProperty([name], 'x');
      const answer = `{"statusCode":200,"headers":{"${name}":"y"},"body":"made"}`;
      expect((await api.post('/says').type('json').send(answer)).text).toBe('made');
    });

  it('passes bytes that are no text as base64', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const { body } = (await api.post('/echo').type('application/octet-stream').send(bytes)) as { body: unknown };
    expect(body).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
  });

  it('prefers fixed segments to parameters, and those to greedy ones', async () => {
    expect((await api.get('/echo/fixed/7')).body).toMatchObject({
      resource: '/echo/fixed/{id}',
      pathParameters: { id: '7' },
    });
    expect((await api.post('/echo/fixed/7')).body).toMatchObject({ resource: '/echo/{proxy+}' });
  });

  it('answers a path with and without a slash at its end', async () => {
    expect((await api.get('/echo/')).body).toMatchObject({ resource: '/echo', path: '/echo/' });
  });

  it('gives status, headers and body of a function, repeated headers repeated', async () => {
    const response = await says({
      statusCode: 201,
      headers: { 'X-A': '1' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: 'made',
    });
    expect(response.status).toBe(201);
    expect(response.text).toBe('made');
    expect(response.headers).toMatchObject({ 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] });
  });

  it('decodes a base64 body', async () => {
    const response = await says({ statusCode: 200, isBase64Encoded: true, body: Buffer.from('ü').toString('base64') });
    expect(response.text).toBe('ü');
  });

  const malformed: unknown[] = [
    null,
    'text',
    [],
    {},
    { statusCode: 'ok' },
    { statusCode: 99 },
    { statusCode: 200, body: { not: 'text' } },
    { statusCode: 200, headers: 'none' },
    { statusCode: 200, headers: { 'bad name': 'x' } },
    { statusCode: 200, headers: { 'x-split': 'a\r\nb: c' } },
    { statusCode: 200, multiValueHeaders: { a: 'b' } },
  ];
  for (const answer of malformed)
    it(`answers 502 when a function gives ${JSON.stringify(answer)}`, async () => {
      const response = await api.post('/says').type('json').send(JSON.stringify(answer));
      expect(response.status).toBe(502);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.body).toMatchObject({
        status: 502,
        code: 'BAD_FUNCTION_RESPONSE',
        requestId: response.headers['x-request-id'],
      });
    });

  it('answers 502 to an answer over 6 MB and passes one below', async () => {
    const limit = 6 * 1024 * 1024;
    expect((await api.get(`/large?size=${limit - 1024}`)).status).toBe(200);
    expect((await api.get(`/large?size=${limit + 1}`)).status).toBe(502);
  });

  it('answers 413 to a body over 10 MB and passes one below', async () => {
    const limit = 10 * 1024 * 1024;
    expect(
      (
        await api
          .post('/says')
          .type('text')
          .send('x'.repeat(limit + 1))
      ).body,
    ).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    const large = JSON.stringify({ statusCode: 200, body: 'ok', unused: 'x'.repeat(limit - 1024) });
    expect((await api.post('/says').type('json').send(large)).text).toBe('ok');
  });

  it('answers 502 when the function runs into its own timeout', async () => {
    expect((await api.get('/slow')).body).toMatchObject({ status: 502, code: 'BAD_FUNCTION_RESPONSE' });
  });

  it('answers 504 when the function takes longer than the API waits, 429 when none is free', async () => {
    const impatient = await startLocalStack({
      topology,
      root,
      bundles,
      integrationTimeoutMs: 200,
      maxInstances: 1,
    });
    const { status, body } = (await request(impatient.apiUrl!).get('/slow')) as { status: number; body: object };
    await impatient.stop();
    expect({ status, body }).toMatchObject({ status: 504, body: { code: 'FUNCTION_TIMEOUT' } });
    const small = await startLocalStack({ topology, root, bundles, maxInstances: 1 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => request(small.apiUrl!).get('/slow')));
    await small.stop();
    const throttled = answers.find((answer) => answer.status === 429);
    expect(throttled?.body).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(throttled?.headers['retry-after']).toBe('1');
  });

  it('answers a head over 16 KiB and what is no HTTP with a problem', async () => {
    expect((await api.get('/echo').set('x-large', 'x'.repeat(20_000))).status).toBe(431);
    const { hostname, port } = new URL(stack.apiUrl!);
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
      socket.once('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json/s);
  });

  it('answers OPTIONS on its own pages, and 405 to what would change them', async () => {
    for (const path of ['/', '/health', '/openapi.json', '/docs', '/health/']) {
      expect((await api.options(path)).status).toBe(204);
      const { status, headers } = await api.delete(path);
      expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD, OPTIONS' });
    }
  });

  it('answers an unknown route with a 404 problem that carries the caller’s request id', async () => {
    const response = await api.get('/nowhere').set('x-request-id', 'caller-chose-this');
    expect(response.body).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND', requestId: 'caller-chose-this' });
    expect((await api.delete('/slow')).status).toBe(404);
    expect((await request(stack.apiUrl!.replace('/dev', '')).get('/other/echo')).status).toBe(404);
  });

  it('lists its routes, is healthy and shows its pages', async () => {
    expect((await api.get('/')).body).toMatchObject({
      services: expect.arrayContaining([{ name: 'slow', routes: ['GET /slow'] }]) as unknown,
    });
    expect((await api.get('/health')).body).toMatchObject({ status: 'ok', functions: { echo: true } });
    expect((await api.get('/docs')).text).toContain('swagger-ui-bundle.js');
    expect((await api.get('/docs/swagger-ui.css')).status).toBe(200);
    expect((await api.get('/docs/..%2f..%2fpackage.json')).status).toBe(404);
  });

  it('answers HEAD without a body', async () => {
    const response = await api.head('/echo');
    expect(response.status).toBe(200);
    expect(response.text).toBeUndefined();
  });

  it('tells the length of what it answers', async () => {
    const { headers, text } = await api.get('/echo');
    expect(headers).toMatchObject({ 'content-length': String(Buffer.byteLength(text)) });
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect((await api.options('/docs')).headers).not.toHaveProperty('content-length');
  });

  it('keeps answering after a client hung up in the middle of a body', async () => {
    const { hostname, port } = new URL(stack.apiUrl!);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /dev/says HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', () => socket.destroy());
      }).once('close', () => resolve());
    });
    expect((await says({ statusCode: 200, body: 'still here' })).text).toBe('still here');
  });
});
