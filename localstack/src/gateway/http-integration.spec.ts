import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import supertest from 'supertest';
import { httpFunction } from '../../../libs/topology/src/construct.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { Journal } from '../journal.js';
import { startApiGateway, type ApiGateway } from './api-gateway.js';
import { HttpIntegration } from './http-integration.js';

const TIMEOUT_MS = 300;
const api = restApi('api', { routes: { 'ANY /echo/{proxy+}': httpFunction('echo', { entry: 'echo' }) } });

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Tells what it was asked; `/echo/hang` never answers, `/echo/cut` ends the connection. */
function echo(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming;
  if (url === '/echo/hang') return;
  if (url === '/echo/cut') return void incoming.socket.destroy();
  void incoming.toArray().then((chunks: Buffer[]) => {
    outgoing.writeHead(url === '/health/ready' ? 200 : 201, {
      'content-type': 'application/json',
      'set-cookie': ['a=1', 'b=2'],
    });
    outgoing.end(
      method === 'HEAD' ? undefined : JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }),
    );
  });
}

describe('an API in front of servers', () => {
  const journal = new Journal();
  const server = createServer(echo);
  let integration: HttpIntegration;
  let tokens = true;
  let gateway: ApiGateway;
  const http = (): ReturnType<typeof supertest> => supertest(`${gateway.origin}/dev`);

  before(async () => {
    const port = await listening(server);
    integration = new HttpIntegration(() => `http://127.0.0.1:${port}`, TIMEOUT_MS);
    gateway = await startApiGateway({
      ...{ api, integration, name: 'api', stage: 'dev', host: '127.0.0.1', port: 0 },
      ...{
        corsOrigins: 'https://shop.example, https://till.example',
        needs: { tokens: () => Promise.resolve(tokens) },
      },
      ...{ journal, authorizer: undefined, documentOf: () => undefined },
    });
  });

  after(async () => {
    await gateway.stop();
    integration.close();
    server.closeAllConnections();
    server.close();
  });

  it('passes method, path below the stage, query, body and headers on, and the answer back', async () => {
    const answer = await http().put('/echo/a%20b?q=1+2&q=%C3%A9').set('x-own', 'yes').send({ a: 1 }).expect(201);
    expect(answer.body).toMatchObject({
      method: 'PUT',
      url: '/echo/a%20b?q=1%202&q=%C3%A9',
      body: '{"a":1}',
      headers: { 'x-own': 'yes', 'x-forwarded-proto': 'http', 'x-forwarded-for': '127.0.0.1' },
    });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('gives a request an id where the caller has none, and keeps the one of a caller that has', async () => {
    const without = (await http().get('/echo/x')).body as { headers: Record<string, string> };
    expect(without.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    const own = (await http().get('/echo/x').set('x-request-id', 'caller-0001')).body as typeof without;
    expect(own.headers['x-request-id']).toBe('caller-0001');
  });

  it('answers HEAD without a body', async () => {
    const answer = await http().head('/echo/x').expect(201);
    expect(answer.text).toBeUndefined();
  });

  it('is a 504 when the server takes too long, a 502 when it hangs up or is away', async () => {
    expect((await http().get('/echo/hang')).body).toMatchObject({ status: 504 });
    expect((await http().post('/echo/cut')).body).toMatchObject({ status: 502 });
  });

  it('is healthy when the server says that it is ready', async () => {
    expect((await http().get('/health').expect(200)).body).toEqual({
      ...{ status: 'ok', functions: { echo: true }, needs: { tokens: true } },
    });
    const target = httpFunction('gone', { entry: 'gone' });
    const nobody = new HttpIntegration(() => 'http://127.0.0.1:9', TIMEOUT_MS);
    expect(await nobody.isAlive(target)).toBe(false);
    nobody.close();
  });

  it('asks whoever has the server’s name, also when that moves while the connection is made', async () => {
    const { port } = server.address() as AddressInfo;
    const moved = createServer((_incoming, outgoing) => outgoing.end('{"moved":true}')).listen(port, '127.0.0.2');
    await once(moved, 'listening');
    // The first one has its old address, which another container has by then.
    const addresses = ['127.0.0.1'];
    const addressesOf = (): Promise<string[]> => Promise.resolve([addresses.shift() ?? '127.0.0.2']);
    const byName = new HttpIntegration(() => `http://echo:${port}`, TIMEOUT_MS, addressesOf);
    const before = await startApiGateway({
      ...{ api, integration: byName, name: 'api', stage: 'dev', host: '127.0.0.1', port: 0, journal },
      ...{ corsOrigins: '*', authorizer: undefined, documentOf: () => undefined },
    });
    try {
      for (const method of ['post', 'get'] as const)
        expect((await supertest(`${before.origin}/dev`)[method]('/echo/x').expect(200)).text).toBe('{"moved":true}');
    } finally {
      await before.stop();
      byName.close();
      moved.closeAllConnections();
      moved.close();
    }
  });

  it('is not healthy without what requests need beside its servers, and names it', async () => {
    tokens = false;
    expect((await http().get('/health').expect(503)).body).toEqual({
      ...{ status: 'unavailable', functions: { echo: true }, needs: { tokens: false } },
    });
    tokens = true;
  });

  it('lets the pages of those origins read its own pages that may call the services', async () => {
    const read = async (path: string, origin: string, method: 'get' | 'options' = 'get'): Promise<unknown[]> => {
      const { headers } = await http()[method](path).set('origin', origin);
      return [headers['access-control-allow-origin'], headers.vary, headers['access-control-allow-headers']];
    };
    for (const path of ['/', '/health', '/openapi.json', '/docs']) {
      expect(await read(path, 'https://till.example')).toEqual(['https://till.example', 'Origin', undefined]);
      expect(await read(path, 'https://other.example')).toEqual([undefined, 'Origin', undefined]);
      expect(await read(path, 'https://till.example', 'options')).toEqual(['https://till.example', 'Origin', '*']);
      expect(await read(path, 'https://other.example', 'options')).toEqual([undefined, 'Origin', undefined]);
    }
  });

  it('tells the journal which requests its own pages answered', async () => {
    const pageOf = async (path: string): Promise<unknown> => {
      const sent = http().get(path);
      const { headers } = await sent;
      const id = String(headers['x-request-id'] ?? headers['x-amzn-requestid']);
      const entry = await journal.waitFor({ type: 'request', requestId: id });
      return entry.type === 'request' && entry.page;
    };
    expect(await pageOf('/health')).toBe(true);
    expect(await pageOf('/nowhere')).toBeUndefined();
    expect(await pageOf('/echo/x')).toBeUndefined();
  });
});
