/** Ends an HTTP server so that no request is cut off. */
import { once } from 'node:events';
import { type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';

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
  /** What is under way on each open connection. */
  const connections = new Map<Socket, Set<ServerResponse>>();
  let isEnding = false;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, new Set());
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }, outgoing) => {
    const underWay = connections.get(socket);
    underWay?.add(outgoing);
    if (isEnding) outgoing.shouldKeepAlive = false;
    outgoing.once('close', () => {
      underWay?.delete(outgoing);
      // Its head may have promised to keep the connection before the end began.
      if (isEnding && underWay?.size === 0) socket.destroySoon();
    });
  });
  return async (graceMs) => {
    isEnding = true;
    const closed = once(server, 'close');
    TcpServer.prototype.close.call(server);
    for (const [socket, underWay] of connections) {
      for (const outgoing of underWay) outgoing.shouldKeepAlive = false;
      if (underWay.size === 0) socket.destroySoon();
    }
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  };
}
