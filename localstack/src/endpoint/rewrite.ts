/** Backends speak of regions and hosts of their own; callers hear of ours only. */
import { ACCOUNT, REGION } from '../account.js';
import { type AwsResponse } from './aws-response.js';

/** DynamoDB operations whose requests or answers carry ARNs or regions; the hot ones are passed untouched. */
const WITHOUT_ARNS = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
  'TransactGetItems',
  'TransactWriteItems',
]);

/** An answer with another body: the backend's checksum is that of the body it wrote. */
function withBody(response: AwsResponse, body: Buffer): AwsResponse {
  const { 'x-amz-crc32': _, ...headers } = response.headers;
  return { ...response, headers, body };
}

const replaceAll = (body: Buffer | string, from: string | RegExp, to: string): Buffer =>
  Buffer.from(body.toString().replaceAll(from, to));

/** Names the region that the table backend knows. */
export function toTableBackend(operation: string, body: Buffer, region: string): Buffer {
  if (WITHOUT_ARNS.has(operation)) return body;
  return replaceAll(body, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:`, `arn:aws:dynamodb:${region}:${ACCOUNT}:`);
}

/**
 * Names our region. DynamoDB Local's `awsRegion` stays: by it the pipes know that its record times are cut to the minute.
 */
export function fromTableBackend(operation: string, response: AwsResponse, region: string): AwsResponse {
  if (WITHOUT_ARNS.has(operation)) return response;
  const body = replaceAll(response.body, new RegExp(`arn:aws:(dynamodb|kms):${region}:`, 'g'), `arn:aws:$1:${REGION}:`);
  if (region === 'ddblocal') return withBody(response, body);
  return withBody(response, replaceAll(body, `"awsRegion":"${region}"`, `"awsRegion":"${REGION}"`));
}

/**
 * fauxqs 2.4.1 forgets a message whose visibility timeout is set to 0 (its database refuses the change half way); with a
 * second it only comes back later.
 */
export function toMessageBackend(operation: string, body: Buffer): Buffer {
  if (!operation.startsWith('ChangeMessageVisibility')) return body;
  return replaceAll(body, /"VisibilityTimeout"\s*:\s*0(?=\s*[,}])/g, '"VisibilityTimeout":1');
}

/**
 * `http://sqs.us-east-1.127.0.0.1:41234/` names a host that no client can resolve; it becomes the endpoint itself. The
 * backend keeps the URL that a queue was made under, so that after a restart its port is that of an earlier start.
 */
export function fromMessageBackend(response: AwsResponse, backendOrigin: string, ownOrigin: string): AwsResponse {
  const { host, hostname } = new URL(backendOrigin);
  if (!response.body.includes(hostname)) return response;
  const [current, any] = [host, hostname].map((name) => name.replaceAll('.', '\\.'));
  const queueHost = new RegExp(`http://(?:sqs\\.[a-z0-9-]+\\.${any}:\\d+|${current})(?=/)`, 'g');
  return withBody(response, replaceAll(response.body, queueHost, ownOrigin));
}
