/** Opens and closes HTTP servers the same way everywhere. */
import { once } from 'node:events';
import { type Server } from 'node:http';
import { drainable } from '../../libs/shared/src/http/drain.js';
import { StartError } from './start-error.js';

export interface Listening {
  readonly port: number;
  readonly origin: string;
  /** Takes no new connection, lets running requests finish for a grace period, then cuts what is left. */
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
  { purpose, variable, graceMs }: { purpose: string; variable: string; graceMs: number },
): Promise<Listening> {
  const drain = drainable(server);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new StartError(
        `Port ${port} for ${purpose} needs rights that you do not have; choose one above 1023 with ${variable}.`,
      );
    if (code !== 'EADDRINUSE') throw error;
    throw new StartError(
      `Port ${port} for ${purpose} is taken. Stop that one, or choose a port with ${variable}, such as ${variable}=${port + 1}.`,
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`${purpose} listens on no port`);
  return { port: address.port, origin: `http://${host}:${address.port}`, stop: () => drain(graceMs) };
}
