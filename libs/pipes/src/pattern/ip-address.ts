/** IP addresses as the rule engine reads them out of strings. */

/** Hex digits of the address, 8 for IPv4 and 32 for IPv6, or undefined when `text` is not an address literal. */
export function addressDigits(text: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return ipv4(text);
  return text.includes(':') && /^[0-9a-fA-F:]+$/.test(text) ? ipv6(text) : undefined;
}

/** Leading zeros are decimal too: `010.0.0.01` is 10.0.0.1. */
function ipv4(text: string): string | undefined {
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.map((part) => part.toString(16).padStart(2, '0')).join('');
}

/** RFC 4291, section 2.2; an IPv4-mapped address is taken as that IPv4 address. */
function ipv6(text: string): string | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (all.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const digits = all.map((group) => group.toLowerCase().padStart(4, '0')).join('');
  return digits.startsWith('00000000000000000000ffff') ? digits.slice(24) : digits;
}

/** First and last address of a block, as hex digits. The first is the address written, not the block's own first. */
export interface AddressRange {
  readonly bottom: string;
  readonly top: string;
}

/** @throws Error with the engine's text when `text` is not a CIDR block (RFC 4632). */
export function addressRange(text: string): AddressRange {
  const parts = text.split('/');
  const [address = '', mask = ''] = parts;
  if (parts.length !== 2) throw new Error("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(mask)) throw new Error('Malformed CIDR, mask bits must be an integer');
  const bits = Number(mask);
  if (bits < 0) throw new Error('Malformed CIDR, mask bits must not be negative');
  const bottom = addressDigits(address);
  if (bottom === undefined) throw new Error(`Nonstandard IP address: ${address}`);
  const length = bottom.length * 4;
  if (bits >= length) throw new Error(`${length === 32 ? 'IPv4' : 'IPv6'} mask bits must be < ${length}`);
  const host = (1n << BigInt(length - bits)) - 1n;
  const top = (BigInt(`0x${bottom}`) | host).toString(16).padStart(bottom.length, '0');
  return { bottom, top };
}
