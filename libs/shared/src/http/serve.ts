/** Runs a service as a server of its own. */
import { once } from 'node:events';
import { readServerConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { createHttpApp, type ServiceModule } from './create-http-app.js';
import { type OpenApiDocument } from './openapi-document.js';
import { pages } from './pages.js';

/** Milliseconds for running requests to end once the server is told to stop. */
const DRAIN = 10_000;

/**
 * Listens on PORT on the loopback address until SIGTERM or SIGINT; then it takes no new connection, lets running requests
 * end, and exits.
 * @throws ConfigError when the environment is not usable
 */
export async function serve(service: ServiceModule, document: OpenApiDocument): Promise<void> {
  const config = readServerConfig();
  const logger = createLogger(service.serviceName, config.logLevel);
  const app = await createHttpApp(service, config, { mount: pages(document) });
  const server = app.getHttpServer();
  server.listen(config.port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  logger.info('listening', { port: typeof address === 'object' ? address?.port : address });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      logger.info('stopping', { signal });
      setTimeout(() => server.closeAllConnections(), DRAIN).unref();
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
}
