import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type AddressesOf, ContainerAgent } from './connect.js';
import { Forwarder } from './forward.js';

const NAME = 'purchase-service';

describe('a connection to a container', () => {
  let servers: Server[] = [];
  let port = 0;
  let forwarder: Forwarder | undefined;

  const listening = async (address: string): Promise<number> => {
    const server = createServer((_incoming, outgoing) => outgoing.end(address)).listen(port, address);
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  /** The name moves from one to the other while the first connection is being made. */
  const moving = (): AddressesOf => {
    const addresses = ['127.0.0.1'];
    return () => Promise.resolve([addresses.shift() ?? '127.0.0.2']);
  };

  /** Whose it is. */
  const answerOf = async (forwarding: Forwarder): Promise<string> => {
    const request = { method: 'POST', url: '/', headers: {}, body: Buffer.from('{}'), service: 'lambda' };
    return String((await forwarding.send(`http://${NAME}:${port}`, request as never)).body);
  };

  before(async () => {
    port = await listening('127.0.0.1');
    await listening('127.0.0.2');
  });
  afterEach(() => forwarder?.close());
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    servers = [];
  });

  it('leads to where the name has moved meanwhile', async () => {
    forwarder = new Forwarder(1_000, moving());
    expect([await answerOf(forwarder), await answerOf(forwarder)]).toEqual(['127.0.0.2', '127.0.0.2']);
  });

  it('tries each address that the name has', async () => {
    forwarder = new Forwarder(1_000, () => Promise.resolve(['127.0.0.3', '127.0.0.2']));
    expect(await answerOf(forwarder)).toBe('127.0.0.2');
  });

  it('is given up when the name moves each time', async () => {
    let at = 0;
    const agent = new ContainerAgent({}, () => Promise.resolve([`127.0.0.${(at++ % 2) + 1}`]));
    const outcome = new Promise<string | undefined>((resolve) => {
      const asked = get({ host: NAME, port, agent }, () => resolve('an answer'));
      asked.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    });
    expect(await outcome).toBe('EHOSTUNREACH');
  });
});
