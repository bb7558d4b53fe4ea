/** The ids that a request carries through a service, and the one line that is logged for it. */
import { type Logger } from '@aws-lambda-powertools/logger';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { type Caller } from '../auth/caller.js';
import { requestIdFrom } from '../id.js';
import { traceIdFrom } from '../logger.js';

/** What is known of a request besides its HTTP. */
interface Locals {
  requestId?: string;
  caller?: Caller;
  /** Set when the request failed. */
  failure?: Record<string, unknown>;
}

export const localsOf = (response: Response): Locals => response.locals;

/** The request's id: the caller's own if it is well-formed. */
export const RequestId: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => requestIdOf(context.switchToHttp().getResponse<Response>()),
);

/** The id of the request that a response belongs to. */
export function requestIdOf(response: Response): string {
  const locals = localsOf(response);
  locals.requestId ??= requestIdFrom(undefined);
  return locals.requestId;
}

/** Gives each request its id, returns it, and logs one line when the answer is sent. */
export const requestContext =
  (logger: Logger): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    const requestId = requestIdFrom(request.headers['x-request-id']);
    localsOf(response).requestId = requestId;
    response.setHeader('x-request-id', requestId);
    response.once('finish', () => {
      const { failure } = localsOf(response);
      const { statusCode } = response;
      const line = {
        requestId,
        traceId: traceIdFrom(request.get('x-amzn-trace-id')),
        method: request.method,
        // The pattern, not the path: paths carry names.
        route: (request.route as { path?: string } | undefined)?.path ?? 'none',
        status: statusCode,
        durationMs: Math.round((performance.now() - started) * 100) / 100,
        ...failure,
      };
      // Somebody asks every few seconds, and is answered the same.
      if (line.route.startsWith('/health/')) logger.debug('request', line);
      else if (statusCode >= 500) logger.error('request', line);
      else logger.info('request', line);
    });
    next();
  };
