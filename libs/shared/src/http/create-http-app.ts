/** Builds the HTTP application of a service: the same for its server, its Lambda function and its tests. */
import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { AuthGuard } from '../auth/auth.guard.js';
import { type ServiceConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { withDeadline } from '../table/deadline.js';
import { options } from './allowed-methods.js';
import { cors } from './cors.js';
import { jsonBody } from './json-body.js';
import { ProblemFilter } from './problem.filter.js';
import { requestContext } from './request-context.js';
import { SharedModule, type Surroundings } from './shared.module.js';
import { ValidationPipe } from './validation.js';

/** A service's own module, and the name it logs under. */
export interface ServiceModule extends Type {
  readonly serviceName: string;
}

@Module({})
class HttpApp {
  static of(service: ServiceModule, config: ServiceConfig, surroundings: Surroundings): DynamicModule {
    return { module: HttpApp, imports: [SharedModule.with(config, surroundings), service] };
  }
}

/**
 * The application, ready to handle requests but not listening.
 * @param surroundings what a test replaces, or a server adds
 */
export async function createHttpApp(
  service: ServiceModule,
  config: ServiceConfig,
  surroundings: Surroundings = {},
): Promise<NestExpressApplication> {
  const server = express();
  server.enable('case sensitive routing').disable('x-powered-by').disable('etag');
  const app = await NestFactory.create<NestExpressApplication>(
    HttpApp.of(service, config, surroundings),
    new ExpressAdapter(server),
    { logger: false, abortOnError: false, bodyParser: false },
  );
  app.use(
    requestContext(createLogger(service.serviceName, config.logLevel)),
    cors(config.corsOrigins),
    options(server),
  );
  app.use(...jsonBody());
  // Set once the body is there: an upload may be slow, and that is not the table's time.
  app.use((_request: Request, _response: Response, next: NextFunction) => withDeadline(next));
  surroundings.mount?.(server);
  app.useGlobalGuards(new AuthGuard(config));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(server));
  return app.init();
}
