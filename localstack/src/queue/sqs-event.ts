/**
 * The event that Lambda makes of a queue's messages, and what a handler's answer says of each.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
import { type Message, type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { type SQSEvent, type SQSMessageAttributes, type SQSRecord } from 'aws-lambda';
import { REGION } from '../account.js';

/** @param queueArn where the messages come from */
export const sqsEvent = (messages: readonly Message[], queueArn: string): SQSEvent => ({
  Records: messages.map((message) => record(message, queueArn)),
});

const record = (message: Message, eventSourceARN: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes as unknown as SQSRecord['attributes'],
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attribute(value)]),
  ) as SQSMessageAttributes,
  md5OfBody: message.MD5OfBody ?? '',
  ...(message.MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion: REGION,
});

const attribute = ({ DataType, StringValue, BinaryValue }: MessageAttributeValue): object => ({
  dataType: DataType,
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
});

/**
 * The ids of the messages that failed. An answer that is not understood fails all of them, as on AWS.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * @param value the handler's answer
 */
export function failedIds(value: unknown, ids: readonly string[]): readonly string[] {
  if (value === null || typeof value !== 'object' || !('batchItemFailures' in value)) return [];
  const { batchItemFailures: failures } = value;
  if (failures === null || failures === undefined) return [];
  if (!Array.isArray(failures)) return ids;
  const failed = failures.map((failure: unknown) =>
    typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure ? failure.itemIdentifier : undefined,
  );
  return failed.every((id): id is string => typeof id === 'string' && ids.includes(id)) ? failed : ids;
}
