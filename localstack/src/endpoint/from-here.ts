/** Who may call what the stack serves on this machine. */
import { type IncomingHttpHeaders } from 'node:http';

/**
 * A page that a developer happens to visit can post to any loopback port without a preflight; and a name of its own that
 * resolves to 127.0.0.1 makes it same-origin. Neither gets in. A name without a dot is that of a container beside this
 * one: nobody can register such a name.
 */
export function isFromHere({ origin, host = '' }: IncomingHttpHeaders, ownHost: string): boolean {
  const isLocal = (name: string): boolean => name === ownHost || LOCAL.test(name);
  const hostName = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : '');
  return isLocal(hostName(`http://${host}`)) && (origin === undefined || isLocal(hostName(origin)));
}

const LOCAL = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\]|[a-z][a-z0-9-]*)$/i;
