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
    if (incoming.url !== '/never') return void outgoing.end('answered');
    waiting += 1;
    outgoing.once('close', () => (waiting -= 1));
  });
  const waits = (count: number): Promise<unknown> =>
    until(`not ${count} at the backend`, () => Promise.resolve(waiting === count), 5_000);
  const forwarder = new Forwarder();
  const journal = new Journal();
  let front: Server;
  let url: string;

  before(async () => {
    const origin = await listening(backend);
    front = createServer(
      awsEndpoint({
        ...{ knows: () => false, journal, faults: new Faults(), onTableWrite: () => undefined },
        services: { '*': (request) => forwarder.send(origin, request) },
      }),
    );
    url = await listening(front);
  });
  after(() => {
    forwarder.close();
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
});
