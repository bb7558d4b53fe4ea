/** Cross-origin access for browsers. https://fetch.spec.whatwg.org/#http-cors-protocol */
import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';

const EXPOSED = 'x-request-id, x-next-token, location';
const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, if-match, x-request-id';
/** Seconds for which a browser remembers a preflight's answer. */
const PREFLIGHT_AGE = '600';

/** @param origins `*`, or those whose pages may call; none means no page of another origin */
export const cors =
  (origins: readonly string[]): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers;
    const any = origins.includes('*');
    if (!any && origins.length > 0) response.vary('Origin');
    if (any || (origin !== undefined && origins.includes(origin))) {
      response.setHeader('access-control-allow-origin', any ? '*' : String(origin));
      response.setHeader('access-control-expose-headers', EXPOSED);
      if (request.method === 'OPTIONS') {
        response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
        response.setHeader('access-control-max-age', PREFLIGHT_AGE);
      }
    }
    next();
  };
