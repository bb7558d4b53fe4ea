/** The local API Gateway: what a function is told, and how its answer is given. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startGate, type GateStack } from './gate-stack.js';

interface ProxyEvent {
  [property: string]: unknown;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  requestContext: Record<string, unknown> & { identity: Record<string, unknown> };
}

describe('the local API gateway', () => {
  let stack: GateStack['stack'];
  let api: GateStack['api'];
  let says: GateStack['says'];

  before(async () => {
    ({ stack, api, says } = await startGate());
  });
  after(() => stack.stop());

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

  it('passes on no header of a function’s that is of one connection, such as one that promises trailers', async () => {
    const own = { Connection: 'X-Own', 'Keep-Alive': 'timeout=1', TE: 'trailers', Trailer: 'X-Sum', Upgrade: 'h2c' };
    const response = await says({
      statusCode: 200,
      headers: { ...own, 'Content-Length': '1', 'X-A': '1' },
      body: 'whole',
    });
    expect([response.status, response.text, response.headers['x-a']]).toEqual([200, 'whole', '1']);
    for (const name of ['te', 'trailer', 'upgrade']) expect(response.headers).not.toHaveProperty(name);
    expect(response.headers).not.toMatchObject({ connection: 'X-Own' });
    expect(response.headers).not.toMatchObject({ 'keep-alive': 'timeout=1' });
  });

  it('decodes a base64 body', async () => {
    const response = await says({ statusCode: 200, isBase64Encoded: true, body: Buffer.from('ü').toString('base64') });
    expect(response.text).toBe('ü');
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
});
