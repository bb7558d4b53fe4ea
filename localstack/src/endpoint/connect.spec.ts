import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../child-process.js';
import { type AddressesOf, connectTo, ContainerAgent } from './connect.js';
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

  describe('while its name is looked up once more', () => {
    /** The peer's ends of the connections, the newest last. */
    const taken: Socket[] = [];
    const peer = createTcpServer((socket) => void taken.push(socket.resume()));
    let address: { host: string; port: number };

    before(async () => {
      await once(peer.listen(0, '127.0.0.1'), 'listening');
      address = { host: NAME, port: (peer.address() as AddressInfo).port };
    });
    after(() => peer.close());

    /** The second answer comes from `again`. */
    const twice = (again: () => Promise<readonly string[]>): AddressesOf => {
      let asked = 0;
      return () => ((asked += 1) === 1 ? Promise.resolve(['127.0.0.1']) : again());
    };
    const isTaken = (count: number): Promise<unknown> =>
      until('nobody takes it', () => Promise.resolve(taken.length >= count), 5_000);

    it('fails whoever asked for it when its peer ends it', async () => {
      const again = async (): Promise<string[]> => {
        await isTaken(1);
        taken[0]?.resetAndDestroy();
        // It is heard of before what comes after it.
        const later = connect(address.port, '127.0.0.1');
        await once(later, 'connect');
        later.destroy();
        return ['127.0.0.1'];
      };
      await expect(connectTo(address, twice(again))).rejects.toMatchObject({ code: 'ECONNRESET' });
    });

    it('is ended when nobody knows the name any more', async () => {
      const gone = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      const count = taken.length + 1;
      await expect(
        connectTo(
          address,
          twice(() => Promise.reject(gone)),
        ),
      ).rejects.toBe(gone);
      await isTaken(count);
      await until('it is left open', () => Promise.resolve(taken.at(-1)?.closed === true), 5_000);
    });
  });
});
