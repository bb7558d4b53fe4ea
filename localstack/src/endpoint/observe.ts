/** What the journal says of a call at the AWS endpoint, and whether the call may have written to a table. */
import { type AwsCallEvent, type MessageEvent } from '../journal-event.js';
import { type AwsRequest } from './aws-request.js';
import { type AwsResponse } from './aws-response.js';

const WRITES = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
  'ExecuteTransaction',
  'BatchExecuteStatement',
]);

/** Whether stream readers have something to look for after this call. */
export const isTableWrite = ({ service, operation }: AwsRequest): boolean =>
  service === 'dynamodb' && WRITES.has(operation);

/** Polls that found nothing worth telling: an idle stack would fill the journal with them. */
export const isPoll = ({ service, operation }: AwsRequest): boolean =>
  service === 'dynamodbstreams' || (service === 'sqs' && operation === 'ReceiveMessage');

const RESOURCES = new Map<string, RegExp>(
  Object.entries({
    dynamodb: /"TableName"\s*:\s*"([^"]+)"/,
    sqs: /"QueueUrl"\s*:\s*"[^"]*\/([^"/]+)"|QueueUrl=[^&]*(?:%2F|\/)([^&%]+)/,
    sns: /TopicArn=[^&]*(?:%3A|:)([^&%]+)/,
  }),
);

/** The journal's entry of a call; the root of the caller's trace joins it to the invocation it was made in. */
export function callEvent(
  request: AwsRequest,
  response: AwsResponse,
  durationMs: number,
  fault?: string,
): AwsCallEvent {
  const { service, operation, headers } = request;
  const [, ...groups] = RESOURCES.get(service)?.exec(request.body.toString()) ?? [];
  const resource = groups.find((group) => group !== undefined);
  const traceId = rootOf(headers['x-amzn-trace-id']);
  return {
    type: 'aws-call',
    service,
    operation,
    status: response.status,
    durationMs,
    ...(resource === undefined ? {} : { resource }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** `Root=1-...` of an X-Ray trace header. */
export const rootOf = (header: string | string[] | undefined): string | undefined =>
  /Root=([0-9a-f-]+)/.exec(String(header ?? ''))?.[1];

/** The messages that an accepted Publish or SendMessage call put into a topic or queue. */
export function messageEvents(request: AwsRequest, response: AwsResponse): MessageEvent[] {
  if (response.status !== 200) return [];
  if (request.service === 'sns') return snsMessages(request, response.body.toString());
  if (request.service === 'sqs' && request.protocol === 'json') return sqsMessages(request, response.body.toString());
  return [];
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function snsMessages({ operation, body }: AwsRequest, answer: string): MessageEvent[] {
  const form = new URLSearchParams(body.toString());
  const to = (form.get('TopicArn') ?? form.get('TargetArn') ?? '').split(':').at(-1) ?? '';
  const event = (prefix: string, messageId: string): MessageEvent => {
    const subject = form.get(`${prefix}Subject`);
    const attributes: Record<string, string> = {};
    for (let n = 1; form.has(`${prefix}MessageAttributes.entry.${n}.Name`); n++) {
      const entry = `${prefix}MessageAttributes.entry.${n}.`;
      attributes[form.get(`${entry}Name`) ?? ''] = form.get(`${entry}Value.StringValue`) ?? '';
    }
    const message = form.get(`${prefix}Message`) ?? '';
    return {
      type: 'message',
      service: 'sns',
      to,
      messageId,
      body: message,
      attributes,
      ...(subject === null ? {} : { subject }),
    };
  };
  if (operation === 'Publish') return [event('', /<MessageId>([^<]+)/.exec(answer)?.[1] ?? '')];
  if (operation !== 'PublishBatch') return [];
  const accepted = [
    ...answer.matchAll(/<Id>([^<]+)<\/Id>\s*<MessageId>([^<]+)|<MessageId>([^<]+)<\/MessageId>\s*<Id>([^<]+)/g),
  ];
  const ids = new Map(
    accepted.map(([, id, messageId, messageIdFirst, idAfter]) => [id ?? idAfter, messageId ?? messageIdFirst]),
  );
  const events: MessageEvent[] = [];
  for (let n = 1; form.has(`PublishBatchRequestEntries.member.${n}.Id`); n++) {
    const prefix = `PublishBatchRequestEntries.member.${n}.`;
    const messageId = ids.get(form.get(`${prefix}Id`) ?? '');
    if (messageId !== undefined) events.push(event(prefix, messageId));
  }
  return events;
}

interface SqsEntry {
  Id?: string;
  MessageBody: string;
  MessageAttributes?: Record<string, { StringValue?: string }>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
function sqsMessages({ operation, body }: AwsRequest, answer: string): MessageEvent[] {
  if (operation !== 'SendMessage' && operation !== 'SendMessageBatch') return [];
  const sent = JSON.parse(body.toString()) as { QueueUrl: string; Entries?: SqsEntry[] } & SqsEntry;
  const to = sent.QueueUrl.split('/').at(-1) ?? '';
  const event = ({ MessageBody, MessageAttributes = {} }: SqsEntry, messageId: string): MessageEvent => ({
    type: 'message',
    service: 'sqs',
    to,
    messageId,
    body: MessageBody,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']),
    ),
  });
  const accepted = JSON.parse(answer) as { MessageId?: string; Successful?: { Id: string; MessageId: string }[] };
  if (accepted.MessageId !== undefined) return [event(sent, accepted.MessageId)];
  return (accepted.Successful ?? []).flatMap(({ Id, MessageId }) => {
    const entry = sent.Entries?.find((candidate) => candidate.Id === Id);
    return entry ? [event(entry, MessageId)] : [];
  });
}
