/**
 * DynamoDB Local (seen with 3.3.1, by itself and under LocalStack 4.14.0) answers a transaction when it has handed the
 * COMMIT to the thread of its database, and not when that has run it: whoever kills it in between loses what was
 * acknowledged. Every other write is waited for (`SQLiteDBAccess.commitTransaction` of its jar, beside its neighbours).
 */
import { type IncomingHttpHeaders } from 'node:http';
import { type AwsRequest } from './aws-request.js';
import { type AwsResponse, unavailable } from './aws-response.js';

const TRANSACTIONS = new Set(['TransactWriteItems', 'ExecuteTransaction']);

/** By these the database is chosen: there is one for each account and region. */
const SIGNATURE = ['authorization', 'x-amz-date', 'x-amz-security-token'];

/**
 * The answer to a transaction, once its COMMIT was run. The database's thread does one thing after the other, so that the
 * answer to a later question says so; a cheap one to the same database will do. One that is refused says nothing, and the
 * transaction's answer stands.
 * @param send to the backend that gave `response`
 * @returns a 503 when the backend fails on the question: SDKs try again under the same token, which does nothing twice
 */
export async function committed(
  request: AwsRequest,
  response: AwsResponse,
  send: (question: AwsRequest) => Promise<AwsResponse>,
): Promise<AwsResponse> {
  const { service, operation, headers } = request;
  if (service !== 'dynamodb' || !TRANSACTIONS.has(operation) || response.status !== 200) return response;
  const { status } = await send({
    ...{ service, operation: 'ListTables', protocol: 'json', method: 'POST', url: '/' },
    headers: questionHeaders(headers),
    body: Buffer.from('{"Limit":1}'),
  });
  if (status < 500) return response;
  return unavailable(
    request,
    'The tables went away before it was known whether the transaction is written; try again.',
  );
}

function questionHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const signature = SIGNATURE.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  return {
    ...(Object.fromEntries(signature) as IncomingHttpHeaders),
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
  };
}
