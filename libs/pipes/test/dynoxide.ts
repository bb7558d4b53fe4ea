/** One dynoxide process for a spec file. */
import { fileURLToPath } from 'node:url';
import { startTableServer, type TableServer } from './table-server.js';

export { type StreamedTable, type TableServer as Dynoxide } from './table-server.js';

const BINARY = fileURLToPath(
  new URL('./dynoxide', import.meta.resolve('@dynoxide/linux-x64/package.json', import.meta.url)),
);

/** Starts it in memory on a free port, or on `dbPath`. */
export const startDynoxide = (dbPath?: string): Promise<TableServer> =>
  startTableServer('dynoxide', (port) => [
    BINARY,
    ...['--port', String(port)],
    ...(dbPath === undefined ? [] : ['--db-path', dbPath]),
  ]);
