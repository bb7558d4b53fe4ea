/** A function's bundle as the zip that Lambda takes: the same bytes from the same code, in any folder at any time. */
import { createHash } from 'node:crypto';
import { zipSync, type Zippable } from 'fflate';

/** @param files by name; their order does not matter */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The earliest that a zip can tell; local, as zips tell times, so that no time zone changes it.
  const mtime = new Date(1980, 0, 1);
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const zippable: Zippable = Object.fromEntries(
    // Made on Unix, readable by everybody: Lambda runs code as a user of its own.
    entries.map(([name, bytes]) => [name, [bytes, { mtime, level: 9, os: 3, attrs: 0o100644 << 16 }]]),
  );
  return zipSync(zippable);
}

/** As Lambda tells a package's hash: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');
