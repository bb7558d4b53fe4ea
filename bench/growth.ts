/** Requests to DynamoDB for each call, with 10 and with 100,000 orders in the table. */
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { topology } from '../libs/topology/src/topology.js';
import { CREDENTIALS, REGION } from '../localstack/src/account.js';
import { startLocalStack, type LocalStack } from '../localstack/src/local-stack.js';
import { countRequests } from '../test/fixtures/request-count.js';
import { heading, report } from './measure.js';

const MANY = 100_000;

export async function benchGrowth(): Promise<void> {
  heading('Requests to DynamoDB for each call');
  // Without the pipe: nobody waits for the notification of orders that are only there to be many.
  const quiet = { ...topology, resources: topology.resources.filter(({ kind }) => kind !== 'pipe') };
  const stack = await startLocalStack({ topology: quiet, root: 'dist', bundles: 'dist/functions' });
  const few = await countRequests(stack);
  await fill(stack, MANY);
  const many = await countRequests(stack);
  for (const [call, operations] of Object.entries(few))
    report(`${call}: ${operations}`, many[call] === operations ? 'same' : (many[call] ?? ''), `at ${MANY} orders`);
  await stack.stop();
}

/** Orders of other customers, written as the service would store them. */
async function fill(stack: LocalStack, count: number): Promise<void> {
  const client = new DynamoDBClient({ endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS });
  const table = stack.physicalName('table', 'data');
  const put = (n: number): WriteRequest => {
    const id = `2${String(n).padStart(26, '0')}`;
    const keys = { PK: `CUSTOMER#many${n % 1000}`, SK: `#ORDER#${id}`, GSI1PK: `ORDERS#${n % 8}`, GSI1SK: id };
    const texts = {
      ...keys,
      Type: 'ORDER',
      OrderId: id,
      Status: 'PLACED',
      CreatedAt: '2026-01-01T00:00:00.000Z',
      RequestId: 'bench-growth',
    };
    const Item = Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }]));
    return { PutRequest: { Item: { ...Item, Amount: { N: '1' }, NumberItems: { N: '1' } } } };
  };
  const batches = Array.from({ length: count / 25 }, (_, batch) =>
    Array.from({ length: 25 }, (_, n) => put(batch * 25 + n)),
  );
  const write = async (): Promise<void> => {
    for (let batch = batches.pop(); batch; batch = batches.pop())
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: batch } }));
  };
  await Promise.all(Array.from({ length: 8 }, write));
  client.destroy();
}
