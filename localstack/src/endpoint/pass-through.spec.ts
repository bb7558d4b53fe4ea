import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../child-process.js';
import { PassThrough } from './pass-through.js';

const LARGE = 64 * 1024 * 1024;

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what nobody looks into', () => {
  /** Tells how much it was sent, and sends as much as it is asked for. */
  const backend = createServer((incoming, outgoing) => {
    if (incoming.url === '/never') {
      waiting += 1;
      return void outgoing.once('close', () => (waiting -= 1));
    }
    if (incoming.url === '/own') {
      outgoing.writeHead(200, { trailer: 'x-sum', 'keep-alive': 'timeout=1', 'x-te': incoming.headers.te ?? 'none' });
      return void outgoing.end('whole');
    }
    if (incoming.url === '/early') return void incoming.pipe(outgoing.writeHead(200));
    void sizeOf(incoming).then((size) => {
      outgoing.writeHead(201, { 'x-size': size, 'x-host': incoming.headers.host });
      Readable.from(blocks(Number(incoming.headers['x-want'] ?? 0))).pipe(outgoing);
    });
  });
  /** Calls that the backend has, and answers never. */
  let waiting = 0;
  const waits = (count: number): Promise<unknown> =>
    until(`not ${count} at the backend`, () => Promise.resolve(waiting === count), 5_000);
  let passThrough: PassThrough;
  const front = createServer((incoming, outgoing) => passThrough.send(incoming, outgoing));
  let url: string;

  before(async () => {
    passThrough = new PassThrough(await listening(backend));
    url = await listening(front);
  });

  after(() => {
    passThrough.close();
    for (const server of [front, backend]) server.close();
  });

  it('goes to the backend and back whatever its size', async () => {
    const response = await fetch(url, {
      ...{ method: 'PUT', headers: { 'x-want': String(LARGE) }, duplex: 'half' },
      body: Readable.toWeb(Readable.from(blocks(LARGE))) as ReadableStream,
    });
    let size = 0;
    for await (const chunk of response.body ?? []) size += (chunk as Uint8Array).length;
    expect([response.status, response.headers.get('x-size'), size]).toEqual([201, String(LARGE), LARGE]);
  });

  it('goes piece by piece: an answer may begin before the request has ended', async () => {
    const outgoing = request(`${url}/early`, { method: 'POST' });
    outgoing.write('first');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(first.toString()).toBe('first');
    outgoing.end();
    answer.resume();
    await once(answer, 'end');
  });

  it('leaves out what is of one connection, either way', async () => {
    const asked = request(`${url}/own`, { headers: { te: 'trailers' } }).end();
    const [{ headers }] = (await once(asked, 'response')) as [IncomingMessage];
    expect(headers).toMatchObject({ 'x-te': 'none', 'transfer-encoding': 'chunked' });
    expect(headers).not.toHaveProperty('trailer');
    expect(headers).not.toMatchObject({ 'keep-alive': 'timeout=1' });
  });

  it('goes on in pieces where its length is not told, also by a method that seldom has a body', async () => {
    const asked = request(url, { method: 'DELETE', headers: { 'transfer-encoding': 'chunked' } });
    asked.end('whole');
    const [{ headers }] = (await once(asked, 'response')) as [IncomingMessage];
    expect(headers['x-size']).toBe('5');
  });

  it('keeps the host that the caller has named', async () => {
    expect((await fetch(url)).headers.get('x-host')).toBe(new URL(url).host);
  });

  it('ends at the backend with the caller, also before an answer', async () => {
    const leaving = new AbortController();
    const call = fetch(`${url}/never`, { signal: leaving.signal });
    await waits(1);
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/);
    await waits(0);
  });

  it('gets its 503 when the backend it waits for is said to be gone, and the next call goes on', async () => {
    const call = fetch(`${url}/never`);
    await waits(1);
    passThrough.drop();
    expect((await call).status).toBe(503);
    await waits(0);
    expect((await fetch(url)).status).toBe(201);
  });

  it('goes to whoever has the backend’s name, also when that moves while the connection is made', async () => {
    const { port } = backend.address() as AddressInfo;
    const moved = createServer((_incoming, outgoing) => outgoing.end('moved')).listen(port, '127.0.0.2');
    await once(moved, 'listening');
    // The first is its old address, which another container has by then.
    const addresses = ['127.0.0.1'];
    const kept = passThrough;
    passThrough = new PassThrough(`http://backend:${port}`, () => Promise.resolve([addresses.shift() ?? '127.0.0.2']));
    try {
      expect(await (await fetch(url)).text()).toBe('moved');
    } finally {
      passThrough.close();
      passThrough = kept;
      moved.closeAllConnections();
      moved.close();
    }
  });

  it('is a 503 that clients retry when the backend is away', async () => {
    const away = createServer();
    const gone = await listening(away);
    away.close();
    passThrough = new PassThrough(gone);
    const response = await fetch(url, { headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).toMatch(/kinesis does not answer/);
  });
});

function* blocks(size: number): Generator<Buffer> {
  const block = Buffer.alloc(64 * 1024);
  for (let left = size; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

async function sizeOf(message: IncomingMessage): Promise<number> {
  let size = 0;
  for await (const chunk of message) size += (chunk as Buffer).length;
  return size;
}
