import { type IncomingHttpHeaders } from 'node:http';

/**
 * Headers of one connection, not of what it carries: whoever passes a request or an answer on leaves them out.
 * `proxy-connection` is in no standard, but clients say it. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What goes on with a message: all but what is of one connection, and what is said anew. */
export function endToEnd(
  headers: IncomingHttpHeaders,
  saidAnew: readonly string[] = [],
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !HOP_BY_HOP.has(name) && !saidAnew.includes(name)) kept[name] = value;
  return kept;
}
