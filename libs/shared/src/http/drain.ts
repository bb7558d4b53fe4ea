/** Ends an HTTP server so that no request is cut off. */
import { once } from 'node:events';
import { type Server, type ServerResponse } from 'node:http';

/**
 * Prepares a server for its end; to be called before it listens.
 *
 * Node's own `close` goes on serving a connection for as long as requests keep coming on it, so a busy client would be served
 * until the grace period ends, and then be cut off in mid-request. Here each answer that is given once the end has begun
 * closes its connection: https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 *
 * @returns ends the server: takes no new connection, lets the requests under way finish for `graceMs` milliseconds, then cuts
 *   what is left; resolves when the last connection is closed
 */
export function drainable(server: Server): (graceMs: number) => Promise<void> {
  const underWay = new Set<ServerResponse>();
  let isEnding = false;
  server.prependListener('request', (_incoming, outgoing) => {
    if (isEnding) outgoing.shouldKeepAlive = false;
    underWay.add(outgoing);
    outgoing.once('close', () => {
      underWay.delete(outgoing);
      // Its head may have promised to keep the connection before the end began.
      if (isEnding) server.closeIdleConnections();
    });
  });
  return async (graceMs) => {
    isEnding = true;
    for (const outgoing of underWay) outgoing.shouldKeepAlive = false;
    const closed = once(server, 'close');
    // Idle connections end with it: https://nodejs.org/api/http.html#serverclosecallback
    server.close();
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  };
}
