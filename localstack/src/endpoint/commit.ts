/**
 * DynamoDB Local 3.3.1, by itself and inside LocalStack, answers a transaction when it has handed the COMMIT to the thread
 * of its database, and not when that has written it: whoever kills it in between loses what was acknowledged. Every other
 * write is waited for (`SQLiteDBAccess.commitTransaction` of its jar, beside its neighbours).
 */
import { type AwsRequest } from './aws-request.js';
import { type AwsResponse, unavailable } from './aws-response.js';

const TRANSACTIONS = new Set(['TransactWriteItems', 'ExecuteTransaction']);

/**
 * The answer to a transaction, once the transaction is written. The database's thread does one thing after the other, so
 * the answer to a later question says that the COMMIT is done; any cheap one does that goes to the same database, which is
 * chosen by the credentials and the region of the signature.
 * @param send to the backend that gave `response`
 * @returns a 503 when that is not to be learned; transactions carry a token, so that clients may well try again
 */
export async function committed(
  request: AwsRequest,
  response: AwsResponse,
  send: (question: AwsRequest) => Promise<AwsResponse>,
): Promise<AwsResponse> {
  const { service, operation, headers } = request;
  if (service !== 'dynamodb' || !TRANSACTIONS.has(operation) || response.status !== 200) return response;
  const { status } = await send({
    ...request,
    operation: 'ListTables',
    headers: { ...headers, 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: Buffer.from('{"Limit":1}'),
  });
  if (status === 200) return response;
  return unavailable(request, 'The tables went away before the transaction was seen to be written; try again.');
}
