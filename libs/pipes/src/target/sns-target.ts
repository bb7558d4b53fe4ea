/** An SNS topic as target: one message a record, in one PublishBatch; no subject, no attributes (Pipes has no such parameters). */
import { failedByRejection } from '../aws-rejection.js';
import { MAX_BATCH_BYTES, type PipeTarget } from '../target.js';
import { failuresIn, prepareEntries, resultOfEntries, type BatchResult } from './entry-results.js';

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export interface PublishBatchInput {
  TopicArn: string;
  PublishBatchRequestEntries: { Id: string; Message: string }[];
}

export interface SnsTargetOptions {
  /** A standard topic: FIFO topics are refused, as AWS does. */
  readonly arn: string;
  /** Calls PublishBatch; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
  readonly publishBatch: (input: PublishBatchInput, signal: AbortSignal) => Promise<BatchResult>;
}

/** All messages of one request together. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const MAX_REQUEST_BYTES = 256 * 1024;

export function snsTarget({ arn, publishBatch }: SnsTargetOptions): PipeTarget {
  return {
    arn,
    kind: 'sns',
    maxBatchSize: 10,
    maxPayloadBytes: MAX_BATCH_BYTES,
    needsJson: false,
    async invoke(batch, { signal }) {
      const { entries } = prepareEntries(batch, ({ text }, position) => ({ Id: String(position), Message: text }));
      const request = { TopicArn: arn, PublishBatchRequestEntries: entries.map(({ entry }) => entry) };
      const bytes = batch.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      if (bytes > MAX_REQUEST_BYTES) {
        // SNS would answer the same each time: the records can only be given up.
        const message = `The messages have ${bytes} bytes, a PublishBatch takes at most ${MAX_REQUEST_BYTES}`;
        const error = { httpStatusCode: 400, message, details: 'BatchRequestTooLong', awsService: 'sns' };
        return { outcome: 'failed', fault: 'customer', error, request };
      }
      try {
        const response = await publishBatch(request, signal);
        return resultOfEntries(batch.length, failuresIn(entries, response), 'sns', { request, response });
      } catch (error) {
        return { ...failedByRejection(error, 'sns'), request };
      }
    },
  };
}
