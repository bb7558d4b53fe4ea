/** The notifier as a Lambda function: target of a pipe from the table's stream. */
import { SNSClient } from '@aws-sdk/client-sns';
import { type Context } from 'aws-lambda';
import { readNotifierConfig } from '../../../libs/shared/src/config.js';
import { createLogger } from '../../../libs/shared/src/logger.js';
import { DataTable } from '../../../libs/shared/src/table/data-table.js';
import { createDocumentClient } from '../../../libs/shared/src/table/dynamo-client.js';
import { IdempotencyRepository } from '../../../libs/shared/src/table/idempotency.repository.js';
import { Notifier, type BatchResult } from './notifier.js';

const config = readNotifierConfig();

const notifier = new Notifier({
  claims: new IdempotencyRepository(new DataTable(config.tableName, createDocumentClient())),
  topic: {
    client: new SNSClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    }),
    arn: config.topicArn,
  },
  logger: createLogger('notifier', config.logLevel),
});

/** Takes the bare array of records that a pipe sends, and the `Records` envelope of an event source mapping. */
export async function handler(
  event: readonly unknown[] | { Records: readonly unknown[] },
  context: Context,
): Promise<BatchResult> {
  const records = 'Records' in event ? event.Records : event;
  return notifier.handle(records, { now: () => new Date(), remaining: () => context.getRemainingTimeInMillis() });
}
