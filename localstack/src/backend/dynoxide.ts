/** dynoxide: DynamoDB and its streams as one static binary from npm, for Linux on x64. */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from '../child-process.js';
import { indexStreamRecords } from './stream-index.js';
import { run, type TableBackend, type TableBackendOptions } from './table-backend.js';

/** The path of the binary, or undefined where npm installed none. */
export function findDynoxide(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
    const binary = join(dirname(manifest), 'dynoxide');
    return existsSync(binary) ? binary : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Starts dynoxide on a free port with its data in `folder`. */
export async function startDynoxide(command: string, options: TableBackendOptions): Promise<TableBackend> {
  mkdirSync(options.folder, { recursive: true });
  const port = await freePort();
  const database = join(options.folder, 'dynoxide.db');
  const args = ['--host', '127.0.0.1', '--port', String(port), '--db-path', database];
  const backend = await run(
    { name: 'dynoxide', region: 'dynoxide', answersBeforeCommit: false, port, command, args, patienceMs: 5_000 },
    options,
  );
  indexStreamRecords(database);
  return backend;
}
