/** Reads request bodies: JSON in UTF-8 up to 100 kB, nothing else. */
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from '../errors.js';
import { InexactNumberError, parseExactly } from './exact-json.js';

const LARGEST_BODY = 100 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The handlers that leave the parsed body in `request.body`; that of a request without a body is undefined. */
export const jsonBody = (): RequestHandler[] => [express.raw({ type: () => true, limit: LARGEST_BODY }), parse];

function parse(request: Request, _response: Response, next: NextFunction): void {
  const raw: unknown = request.body;
  if (!Buffer.isBuffer(raw) || raw.length === 0) {
    request.body = undefined;
    next();
    return;
  }
  if (!request.is('application/json')) {
    next(new Problem('UNSUPPORTED_MEDIA_TYPE'));
    return;
  }
  try {
    request.body = parseExactly(utf8.decode(raw));
  } catch (cause) {
    next(cause instanceof InexactNumberError ? inexact(cause) : new Problem('MALFORMED_JSON', { cause }));
    return;
  }
  next();
}

const inexact = ({ field }: InexactNumberError): Problem => {
  const message = 'is a number with more digits than are kept (15 always are); send it as text';
  return new Problem('VALIDATION_FAILED', { errors: [{ field, message }] });
};
