/** The purchase writer as a Lambda function: consumer of the queue of purchases. */
import { type SQSBatchResponse, type SQSEvent } from 'aws-lambda';
import { readWriterConfig } from '../../../libs/shared/src/config.js';
import { createLogger } from '../../../libs/shared/src/logger.js';
import { DataTable } from '../../../libs/shared/src/table/data-table.js';
import { createDocumentClient } from '../../../libs/shared/src/table/dynamo-client.js';
import { PurchaseRepository } from '../../../libs/shared/src/table/purchase.repository.js';
import { PurchaseWriter } from './purchase-writer.js';

const config = readWriterConfig();
const writer = new PurchaseWriter(
  new PurchaseRepository(new DataTable(config.tableName, createDocumentClient())),
  createLogger('purchase-writer', config.logLevel),
);

export const handler = ({ Records }: SQSEvent): Promise<SQSBatchResponse> => writer.handle(Records);
