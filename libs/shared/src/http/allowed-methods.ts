/** Which methods a path takes: for OPTIONS, and for 405 in place of 404. */
import { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from '../errors.js';

/** The parts of Express's router that tell its routes. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/**
 * The methods of a path as an Allow header lists them; empty for a path that nothing is served at.
 * @throws Problem MALFORMED_REQUEST when the path is not validly percent-encoded
 */
export function allowedMethods(server: Express, path: string): string[] {
  const layers = (server.router as unknown as { stack: Layer[] }).stack;
  const methods = new Set<string>();
  try {
    for (const layer of layers)
      if (layer.route && layer.match(path))
        for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  } catch (cause) {
    throw new Problem('MALFORMED_REQUEST', { cause });
  }
  if (methods.size === 0) return [];
  if (methods.has('GET')) methods.add('HEAD');
  methods.add('OPTIONS');
  return [...methods].sort();
}

/** Answers OPTIONS with 204 and what the path takes; other methods pass. */
export const options =
  (server: Express): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    const allowed = allowedMethods(server, request.path).join(', ');
    if (allowed === '') throw new Problem('ROUTE_NOT_FOUND');
    response.setHeader('allow', allowed);
    if (response.hasHeader('access-control-allow-origin')) response.setHeader('access-control-allow-methods', allowed);
    response.status(204).end();
  };
