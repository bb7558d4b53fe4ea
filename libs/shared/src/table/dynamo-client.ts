/** The one DynamoDB client of a process. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Milliseconds that one request may take; DynamoDB's own slow tail is far below. */
const REQUEST_TIMEOUT = 3_000;
const CONNECTION_TIMEOUT = 1_000;

/**
 * A document client that keeps connections and bounds every wait. It sends each request once: what is tried again,
 * and how often, is decided in one place, `retry.ts`. Its endpoint and credentials are the SDK's own environment
 * variables, such as AWS_ENDPOINT_URL.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function createDocumentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 100 },
      httpsAgent: { keepAlive: true, maxSockets: 100 },
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
