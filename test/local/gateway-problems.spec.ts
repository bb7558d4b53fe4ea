/** The local API Gateway: what it says by itself, of bad answers, bad requests, limits, and on its own pages. */
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import request from 'supertest';
import { startGate, type GateStack } from './gate-stack.js';

describe('the local API gateway', () => {
  let stack: GateStack['stack'];
  let api: GateStack['api'];
  let says: GateStack['says'];
  let another: GateStack['another'];

  before(async () => {
    ({ stack, api, says, another } = await startGate());
  });
  after(() => stack.stop());

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
    const impatient = await another({ integrationTimeoutMs: 200, maxInstances: 1 });
    const { status, body } = (await request(impatient.apiUrl!).get('/slow')) as { status: number; body: object };
    await impatient.stop();
    expect({ status, body }).toMatchObject({ status: 504, body: { code: 'FUNCTION_TIMEOUT' } });
    const small = await another({ maxInstances: 1 });
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
