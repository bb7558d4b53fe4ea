/** Who may call what the stack serves on this machine. */
import { type IncomingHttpHeaders } from 'node:http';

/** Whether a host name, without its port, leads to this server for those who may call it. */
export type KnowsHost = (hostName: string) => boolean;

/**
 * A page that a developer happens to visit can post to any loopback port without a preflight, or have an image fetched
 * from it; and a name of its own that resolves to 127.0.0.1 makes it same-origin. None of it gets in.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export const isFromHere = (headers: IncomingHttpHeaders, knows: KnowsHost): boolean =>
  strangeHeader(headers, knows) === undefined;

/** The header by which a request is from elsewhere, with its value, such as `Host: printer:4566`; undefined when none is. */
export function strangeHeader(headers: IncomingHttpHeaders, knows: KnowsHost): string | undefined {
  const { origin, host = '' } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return 'Sec-Fetch-Site: cross-site';
  const isLocal = (name: string): boolean => LOOPBACK.test(name) || knows(name);
  const hostName = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : '');
  if (!isLocal(hostName(`http://${host}`))) return `Host: ${host}`;
  return origin === undefined || isLocal(hostName(origin)) ? undefined : `Origin: ${origin}`;
}

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/i;
