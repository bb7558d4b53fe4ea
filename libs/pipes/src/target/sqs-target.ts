/** An SQS queue as target: one message a record, in one SendMessageBatch. */
import { failedByRejection } from '../aws-rejection.js';
import { must } from '../refusal.js';
import { MAX_BATCH_BYTES, type PipeTarget } from '../target.js';
import { dynamicParameter } from './dynamic-parameter.js';
import { failuresIn, prepareEntries, resultOfEntries, type BatchResult } from './entry-results.js';

interface MessageEntry {
  Id: string;
  MessageBody: string;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export interface SendMessageBatchInput {
  QueueUrl: string;
  Entries: MessageEntry[];
}

export interface SqsTargetOptions {
  readonly arn: string;
  readonly queueUrl: string;
  /** Calls SendMessageBatch; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
  readonly sendMessageBatch: (input: SendMessageBatchInput, signal: AbortSignal) => Promise<BatchResult>;
  /** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetSqsQueueParameters.html */
  readonly parameters?: {
    /** Text or path, at most 100 characters; a FIFO queue needs it. */
    readonly messageGroupId?: string;
    /** Text or path, at most 100 characters. */
    readonly messageDeduplicationId?: string;
  };
}

/** All messages of one request together. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** @throws PipeValidationError for parameters that AWS refuses. */
export function sqsTarget({ arn, queueUrl, sendMessageBatch, parameters = {} }: SqsTargetOptions): PipeTarget {
  const at = (name: string): string => `TargetParameters.SqsQueueParameters.${name}`;
  const { messageGroupId, messageDeduplicationId } = parameters;
  const needsGroup = arn.endsWith('.fifo') && messageGroupId === undefined;
  must(!needsGroup, at('MessageGroupId'), messageGroupId, 'a FIFO queue needs it');
  const group = messageGroupId === undefined ? undefined : dynamicParameter(at('MessageGroupId'), messageGroupId, 100);
  const deduplication =
    messageDeduplicationId === undefined
      ? undefined
      : dynamicParameter(at('MessageDeduplicationId'), messageDeduplicationId, 100);
  return {
    arn,
    kind: 'sqs',
    maxBatchSize: 10,
    maxPayloadBytes: MAX_BATCH_BYTES,
    needsJson: false,
    async invoke(batch, { signal }) {
      const { entries, failures } = prepareEntries(batch, ({ text, event }, position): MessageEntry => ({
        Id: String(position),
        MessageBody: text,
        ...(group && { MessageGroupId: group(event) }),
        ...(deduplication && { MessageDeduplicationId: deduplication(event) }),
      })); // prettier-ignore
      if (entries.length === 0) return resultOfEntries(batch.length, failures, 'sqs', {});
      const request = { QueueUrl: queueUrl, Entries: entries.map(({ entry }) => entry) };
      const bytes = entries.reduce((sum, { entry }) => sum + Buffer.byteLength(entry.MessageBody), 0);
      if (bytes > MAX_REQUEST_BYTES) {
        const message = `The messages have ${bytes} bytes, a SendMessageBatch takes at most ${MAX_REQUEST_BYTES}`;
        const error = { httpStatusCode: 400, message, details: 'BatchRequestTooLong', awsService: 'sqs' };
        return { outcome: 'failed', fault: 'customer', error, request };
      }
      try {
        const response = await sendMessageBatch(request, signal);
        const all = [...failures, ...failuresIn(entries, response)];
        return resultOfEntries(batch.length, all, 'sqs', { request, response });
      } catch (error) {
        return { ...failedByRejection(error, 'sqs'), request };
      }
    },
  };
}
