/** Turns whatever was thrown into a problem document; only here is an error answered. */
import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type Express, type Request, type Response } from 'express';
import { Problem, type ErrorCode } from '../errors.js';
import { describeError } from '../logger.js';
import { isTransient } from '../table/retry.js';
import { allowedMethods } from './allowed-methods.js';
import { localsOf, requestIdOf } from './request-context.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly server: Express) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const problem = this.problemOf(thrown, http.getRequest<Request>());
    const { code, status, headers } = problem;
    const unexpected = thrown instanceof Problem ? thrown.cause : thrown;
    localsOf(response).failure = { code, ...(status >= 500 && unexpected !== undefined && describeError(unexpected)) };
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(status).set(headers).type('application/problem+json');
    response.send(JSON.stringify(problem.toDocument(requestIdOf(response))));
  }

  private problemOf(thrown: unknown, request: Request): Problem {
    if (thrown instanceof Problem) return thrown;
    if (thrown instanceof NotFoundException) return this.unknownRoute(request);
    if (isTransient(thrown)) return new Problem('TABLE_UNAVAILABLE', { cause: thrown });
    const code = codeOfStatus(statusIn(thrown));
    return new Problem(code, { cause: thrown });
  }

  /** Nest says "not found" for a path without a route, and for a route without the method. */
  private unknownRoute(request: Request): Problem {
    const allow = allowedMethods(this.server, request.path).join(', ');
    return allow === '' ? new Problem('ROUTE_NOT_FOUND') : new Problem('METHOD_NOT_ALLOWED', { headers: { allow } });
  }
}

/** The status that Express's and Nest's own errors carry. */
function statusIn(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || '$metadata' in thrown) return undefined;
  const { status, getStatus } = thrown as { status?: unknown; getStatus?: () => number };
  return typeof getStatus === 'function' ? getStatus.call(thrown) : typeof status === 'number' ? status : undefined;
}

function codeOfStatus(status: number | undefined): ErrorCode {
  if (status === 413) return 'BODY_TOO_LARGE';
  if (status === 415) return 'UNSUPPORTED_MEDIA_TYPE';
  return status !== undefined && status >= 400 && status < 500 ? 'MALFORMED_REQUEST' : 'INTERNAL';
}
