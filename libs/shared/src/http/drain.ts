/** Ends an HTTP server so that no request is cut off. */
import { once } from 'node:events';
import { type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Milliseconds. A connection that has just been made is likely to bring its first request within this time. */
const FRESH = 1_000;

interface Connection {
  readonly underWay: Set<ServerResponse>;
  /** No request has come on it yet. */
  isFresh: boolean;
}

/**
 * Prepares a server for its end; to be called before it listens.
 *
 * Node's own `close` goes on serving a connection for as long as requests keep coming on it, so that a busy client is served
 * until somebody cuts it off in mid-request, and takes a connection for idle while the end of an answer is still to be sent.
 * Here each answer that is given once the end has begun closes its connection when all of it is sent:
 * https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 *
 * @returns ends the server: takes no new connection, lets the requests under way finish for `graceMs` milliseconds, then cuts
 *   what is left; resolves when the last connection is closed
 */
export function drainable(server: Server): (graceMs: number) => Promise<void> {
  const connections = new Map<Socket, Connection>();
  let isEnding = false;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { underWay: new Set(), isFresh: true });
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, outgoing) => {
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.isFresh = false;
    connection.underWay.add(outgoing);
    if (isEnding) outgoing.shouldKeepAlive = false;
    outgoing.once('close', () => {
      connection.underWay.delete(outgoing);
      // Its head may have promised to keep the connection before the end began.
      if (isEnding && connection.underWay.size === 0) socket.destroySoon();
    });
  });
  const closeIdle = (fresh: boolean): void => {
    for (const [socket, { underWay, isFresh }] of connections)
      if (underWay.size === 0 && isFresh === fresh) socket.destroySoon();
  };
  return async (graceMs) => {
    isEnding = true;
    for (const { underWay } of connections.values()) for (const outgoing of underWay) outgoing.shouldKeepAlive = false;
    const closed = once(server, 'close');
    // `close` would call it, and knows less of what is idle.
    server.closeIdleConnections = () => closeIdle(false);
    server.close();
    const timers = [
      setTimeout(() => closeIdle(true), Math.min(FRESH, graceMs)),
      setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy();
      }, graceMs),
    ];
    await closed;
    timers.forEach(clearTimeout);
  };
}
