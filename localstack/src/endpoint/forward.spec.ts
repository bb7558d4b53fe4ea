import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../child-process.js';
import { Journal } from '../journal.js';
import { awsEndpoint } from './aws-endpoint.js';
import { Faults } from './fault.js';
import { Forwarder } from './forward.js';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('what is forwarded', () => {
  /** Calls that the backend has, and answers never. */
  let waiting = 0;
  const backend = createServer((incoming, outgoing) => {
    const cut = (): void => void incoming.socket.destroy();
    if (incoming.url === '/half') return void outgoing.writeHead(200, { 'content-length': 9 }).write('half', cut);
    if (incoming.url?.startsWith('/never') !== true) return void outgoing.end('answered');
    waiting += 1;
    outgoing.once('close', () => (waiting -= 1));
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
    url = await listening(front);
  });
  after(() => {
    forwarder.close();
    hasty.close();
    for (const server of [front, backend]) server.close();
  });

  it('ends at the backend with the caller, and nobody is told of a failure', async () => {
    const leaving = new AbortController();
    const call = fetch(`${url}/never`, { method: 'POST', signal: leaving.signal });
    await waits(1);
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/);
    await waits(0);
    for (let n = 0; n < 3; n++) expect(await (await fetch(url, { method: 'POST' })).text()).toBe('answered');
    expect(journal.entries().map(({ type, ...rest }) => ('status' in rest ? rest.status : type))).toEqual([
      ...[200, 200, 200],
    ]);
  });

  it('is a 503 that clients retry when the answer is cut off or takes too long', async () => {
    for (const path of ['/half', '/never/late']) {
      const { status, headers } = await fetch(`${url}${path}`, { method: 'POST', body: 'x' });
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1']);
    }
    await waits(0);
  });
});
