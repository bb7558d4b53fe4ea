import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { drainable } from './drain.js';

/** Longer than a test may take: who waits for it fails. */
const LONG_MS = 600_000;

describe('a server that ends', () => {
  let server: Server;
  let end: (graceMs: number) => Promise<void>;
  /** Requests that wait for their answer. */
  let held: ServerResponse[];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Resolves with the answer, or with the code of the error that came instead. */
  const ask = async (): Promise<IncomingMessage | string | undefined> => {
    const outgoing = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent }).end();
    try {
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      await answer.resume().toArray();
      return answer;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  };

  beforeEach(async () => {
    held = [];
    server = createServer((_incoming, outgoing) => void held.push(outgoing));
    end = drainable(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => end(0));

  it('answers what is under way, and that answer closes its connection', async () => {
    const answer = ask();
    await once(server, 'request');
    const ended = end(LONG_MS);
    held[0]?.end();
    expect((await answer) as IncomingMessage).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
    await ended;
  });

  it('closes a connection with the answer to what still comes on it', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    held[0]?.flushHeaders();
    const ended = end(LONG_MS);
    socket.write('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    for (const outgoing of held) outgoing.end();
    expect((await socket.toArray()).join('')).toMatch(/connection: keep-alive.*connection: close/is);
    await ended;
  });

  it('does not wait for the next request of a client that has had its answer', async () => {
    const first = ask();
    await once(server, 'request');
    held[0]?.end();
    expect((await first) as IncomingMessage).toMatchObject({ headers: { connection: 'keep-alive' } });
    await end(LONG_MS);
    expect(server.listening).toBe(false);
  });

  it('closes a connection whose answer had begun when that answer ends', async () => {
    const answer = ask();
    await once(server, 'request');
    held[0]?.flushHeaders();
    const ended = end(LONG_MS);
    held[0]?.end();
    expect((await answer) as IncomingMessage).toMatchObject({ headers: { connection: 'keep-alive' } });
    await ended;
  });

  it('answers the request whose head is on its way, and closes what brings none', async () => {
    const { port } = server.address() as AddressInfo;
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const late = connect(port, '127.0.0.1').setEncoding('utf8');
    late.write('GET / HTTP/1.1\r\n');
    await once(server, 'connection');
    server.once('request', () => held[0]?.end('at last'));
    const ended = end(LONG_MS);
    late.write('Host: a\r\n\r\n');
    expect((await late.toArray()).join('')).toMatch(/connection: close.*at last/is);
    await Promise.all([silent.resume().toArray(), ended]);
  });

  it('sends an answer to its end, however slowly it is read', async () => {
    const content = Buffer.alloc(16 * 1024 * 1024);
    const outgoing = request({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent }).end();
    await once(server, 'request');
    held[0]?.end(content);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const ended = end(LONG_MS);
    expect(Buffer.concat(await answer.toArray())).toHaveLength(content.length);
    await ended;
  });

  it('cuts what is not answered within the grace period', async () => {
    const answer = ask();
    await once(server, 'request');
    await end(0);
    expect(await answer).toBe('ECONNRESET');
  });
});
