import { createServer, IncomingMessage, request, type Server } from 'node:http';
import { once } from 'node:events';
import { Socket, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../child-process.js';
import { Journal } from '../journal.js';
import { awsEndpoint } from './aws-endpoint.js';
import { Faults } from './fault.js';
import { collect, Forwarder } from './forward.js';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what is forwarded', () => {
  /** Calls that the backend has and does not answer. */
  let waiting = 0;
  /** Callers that wait for an answer. */
  let asking = 0;
  /** Each answers one of these after all. */
  const release: (() => void)[] = [];
  const backend = createServer((incoming, outgoing) => {
    const cut = (): void => void incoming.socket.destroy();
    if (incoming.url === '/half') return void outgoing.writeHead(200, { 'content-length': 9 }).write('half', cut);
    if (incoming.url === '/cookies') {
      outgoing.setHeader('set-cookie', ['a=1', 'b=2']);
      const own = ['connection', 'date'];
      const names = Object.keys(incoming.headers).filter((name) => !own.includes(name));
      return void outgoing.end(JSON.stringify(names.sort()));
    }
    if (incoming.url?.startsWith('/never') !== true) return void outgoing.end('answered');
    waiting += 1;
    outgoing.once('close', () => (waiting -= 1));
    release.push(() => void outgoing.end());
  });
  const waits = (count: number): Promise<unknown> =>
    until(`not ${count} at the backend`, () => Promise.resolve(waiting === count), 5_000);
  const forwarder = new Forwarder();
  const hasty = new Forwarder(100);
  const journal = new Journal();
  let front: Server;
  let url: string;

  before(async () => {
    const origin = await listening(backend);
    front = createServer(
      awsEndpoint({
        ...{ knows: () => false, journal, faults: new Faults(), onTableWrite: () => undefined },
        services: { '*': (request) => (request.url === '/never/late' ? hasty : forwarder).send(origin, request) },
      }),
    );
    front.on('request', (_incoming, outgoing) => {
      asking += 1;
      outgoing.once('close', () => (asking -= 1));
    });
    url = await listening(front);
  });
  after(() => {
    forwarder.close();
    hasty.close();
    for (const server of [front, backend]) server.close();
  });

  /** Asks, and leaves once the backend has the call. */
  const askAndLeave = async (operation: string): Promise<void> => {
    const leaving = new AbortController();
    const headers = { 'x-amz-target': `AmazonSQS.${operation}` };
    const call = fetch(`${url}/never`, { method: 'POST', headers, signal: leaving.signal });
    await waits(1);
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/);
    await until('the caller is still there', () => Promise.resolve(asking === 0), 5_000);
  };

  it('ends at the backend with a caller who polls, and nobody is told of a failure', async () => {
    const { next } = journal;
    await askAndLeave('ReceiveMessage');
    await waits(0);
    for (let n = 0; n < 3; n++) expect(await (await fetch(url, { method: 'POST' })).text()).toBe('answered');
    const told = journal.entries(({ seq }) => seq >= next);
    expect(told.map((entry) => 'status' in entry && entry.status)).toEqual([200, 200, 200]);
  });

  it('goes to its end without its caller when it may have done something, and is told of', async () => {
    const { next } = journal;
    await askAndLeave('DeleteQueue');
    release.at(-1)?.();
    const told = await journal.waitFor(({ seq }) => seq >= next);
    expect(told).toMatchObject({ type: 'aws-call', operation: 'DeleteQueue', status: 200 });
  });

  it('takes over each end-to-end header, and none that is of one connection', async () => {
    const { hostname, port } = new URL(url);
    const headers = { upgrade: 'h2c', expect: '100-continue', 'x-amz-meta-a': 'é', te: 'trailers', trailer: 'x-sum' };
    const asked = request({ hostname, port, path: '/cookies', method: 'POST', headers });
    asked.end('x');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe(JSON.stringify(['x-amz-meta-a', 'host', 'content-length'].sort()));
    expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'] });
    const head = await fetch(`${url}/cookies`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('refuses what is no request, and asks no backend', async () => {
    const { hostname, port } = new URL(url);
    const asked = request({ hostname, port, path: '*', method: 'OPTIONS' }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(400);
  });

  it('is a 503 that clients retry when the answer is cut off or takes too long', async () => {
    for (const path of ['/half', '/never/late']) {
      const { status, headers } = await fetch(`${url}${path}`, { method: 'POST', body: 'x' });
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1']);
    }
    await waits(0);
  });
});

describe('the body of a message', () => {
  it('is not waited for when its sender has gone already', async () => {
    const message = new IncomingMessage(new Socket());
    message.destroy();
    await once(message, 'close');
    await expect(collect(message)).rejects.toThrow(/cut off/);
  });
});
