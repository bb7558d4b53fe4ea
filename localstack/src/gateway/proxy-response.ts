/**
 * What a function behind a proxy integration may answer; anything else is a 502.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
import { type OutgoingHttpHeaders } from 'node:http';
import { HOP_BY_HOP } from '../hop-by-hop.js';

/** The largest answer of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LARGEST_ANSWER = 6 * 1024 * 1024;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** The gateway counts the body itself. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length']);

export interface HttpAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

type Scalar = string | number | boolean;

/** The HTTP answer that a function's result means, or undefined when the result is malformed or too large. */
export function httpAnswer(result: unknown): HttpAnswer | undefined {
  if (!isObject(result)) return undefined;
  const { statusCode, headers = {}, multiValueHeaders = {}, body = '', isBase64Encoded = false } = result;
  const status = typeof statusCode === 'string' ? Number(statusCode) : statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof isBase64Encoded !== 'boolean') return undefined;
  const text = body ?? '';
  if (typeof text !== 'string' || isTooLarge(text)) return undefined;
  const merged = mergeHeaders(headers ?? {}, multiValueHeaders ?? {});
  if (merged === undefined) return undefined;
  return { status, headers: merged, body: isBase64Encoded ? Buffer.from(text, 'base64') : text };
}

function mergeHeaders(single: unknown, multiple: unknown): OutgoingHttpHeaders | undefined {
  if (!isObject(single) || !isObject(multiple)) return undefined;
  const merged = Object.create(null) as Record<string, string[]>;
  const add = (name: string, value: unknown): boolean => {
    if (!HEADER_NAME.test(name) || !isScalar(value) || /[^\t\u0020-\u007e\u0080-\u00ff]/.test(String(value)))
      return false;
    if (!NOT_PASSED_ON.has(name.toLowerCase())) (merged[name.toLowerCase()] ??= []).push(String(value));
    return true;
  };
  for (const [name, values] of Object.entries(multiple))
    if (!Array.isArray(values) || !values.every((value) => add(name, value))) return undefined;
  for (const [name, value] of Object.entries(single)) {
    // A header in both maps counts once, as the list says it.
    if (Object.keys(multiple).some((other) => other.toLowerCase() === name.toLowerCase())) continue;
    if (!add(name, value)) return undefined;
  }
  return Object.fromEntries(
    Object.entries(merged).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

/** UTF-8 takes at most three bytes a UTF-16 unit, so short texts need no count. */
const isTooLarge = (text: string): boolean =>
  text.length * 3 > LARGEST_ANSWER && Buffer.byteLength(text) > LARGEST_ANSWER;
