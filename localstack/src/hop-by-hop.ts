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
