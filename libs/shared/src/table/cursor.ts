/** Opaque cursors: where a list goes on, bound to the query that it belongs to. */
import { createHash } from 'node:crypto';
import { Problem } from '../errors.js';

const CHECKSUM_BYTES = 9;
const CHECKSUM_CHARACTERS = (CHECKSUM_BYTES * 4) / 3;

/** @param query names the list and what it was narrowed by, such as `orders of john` */
export const sealCursor = (query: string, position: string): string =>
  checksumOf(query, position) + Buffer.from(position).toString('base64url');

/**
 * The position in a cursor.
 * @throws Problem BAD_CURSOR for a damaged one and for one of another query
 */
export function openCursor(query: string, cursor: string): string {
  const position = Buffer.from(cursor.slice(CHECKSUM_CHARACTERS), 'base64url').toString();
  // Sealed anew it must be the same text: base64url has several spellings of one value.
  if (position === '' || sealCursor(query, position) !== cursor) throw new Problem('BAD_CURSOR');
  return position;
}

/** Not a secret: it tells mistakes, and a forged cursor reads nothing that the query does not list anyway. */
const checksumOf = (query: string, position: string): string =>
  createHash('sha256').update(`${query}\n${position}`).digest().subarray(0, CHECKSUM_BYTES).toString('base64url');
