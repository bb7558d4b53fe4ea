/** Opens and closes HTTP servers the same way everywhere. */
import { once } from 'node:events';
import { type Server } from 'node:http';
import { StartError } from './start-error.js';

export interface Listening {
  readonly port: number;
  readonly origin: string;
  /** Takes no new connection, lets running requests finish for a second, then cuts what is left. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  port: number;
  host: string;
}

/**
 * Listens on a port, 0 for any free one.
 * @throws StartError when the port is taken, naming the variable to change
 */
export async function listen(
  server: Server,
  { port, host }: ListenOptions,
  { purpose, variable }: { purpose: string; variable: string },
): Promise<Listening> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new StartError(
      `Port ${port} for ${purpose} is taken by another program. Stop that one, or choose a port with ${variable}, such as ${variable}=${port + 1}.`,
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${purpose} listens on no port`);
  return { port: address.port, origin: `http://${host}:${address.port}`, stop: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), 1_000);
  await closed;
  clearTimeout(timer);
}
