/** Runs a service as a server of its own. */
import { once } from 'node:events';
import { ConfigError, readServerConfig, type ServerConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { createHttpApp, type ServiceModule } from './create-http-app.js';
import { drainable } from './drain.js';
import { type OpenApiDocument } from './openapi-document.js';
import { pages } from './pages.js';

/** Milliseconds for running requests to end once the server is told to stop. */
const DRAIN = 8_000;
/** Milliseconds. Whoever is in front keeps idle connections; the one that closes first must not be this server. */
const KEEP_ALIVE = 75_000;

/**
 * Listens on PORT of HOST, the loopback address unless told otherwise, until SIGTERM or SIGINT; then it takes no new connection, lets running requests
 * end, and exits. What keeps it from starting is said in words, without a stack, and the process ends with code 1.
 */
export async function serve(service: ServiceModule, document: OpenApiDocument): Promise<void> {
  try {
    await start(service, readServerConfig(), document);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    process.stderr.write(`${service.serviceName} does not start. ${reason}\n`);
    process.exitCode = 1;
  }
}

async function start(service: ServiceModule, config: ServerConfig, document: OpenApiDocument): Promise<void> {
  const logger = createLogger(service.serviceName, config.logLevel);
  const app = await createHttpApp(service, config, { mount: pages(document) });
  const server = app.getHttpServer();
  server.keepAliveTimeout = KEEP_ALIVE;
  const drain = drainable(server);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const address = server.address();
  logger.info('listening', { port: typeof address === 'object' ? address?.port : address });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      logger.info('stopping', { signal });
      void drain(DRAIN).finally(() => process.exit(0));
    });
}

/** What a person can do something about. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') return `Port ${String(port)} is taken by another program; choose another with PORT.`;
  if (code === 'EACCES')
    return `Port ${String(port)} needs rights that this user lacks; choose one above 1023 with PORT.`;
  return undefined;
}
