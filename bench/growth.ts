/** Requests to DynamoDB for each call, with 10 and with 100,000 orders in the table. */
import { DynamoDBClient, TransactWriteItemsCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { customerKey, orderKey, orderListKey } from '../libs/shared/src/table/data-table.js';
import { shardOf } from '../libs/shared/src/table/shard.js';
import { topology } from '../libs/topology/src/topology.js';
import { CREDENTIALS, REGION } from '../localstack/src/account.js';
import { startLocalStack, type LocalStack } from '../localstack/src/local-stack.js';
import { countRequests } from '../test/fixtures/request-count.js';
import { heading, report } from './measure.js';

const MANY = 100_000;
/** The largest transaction; it costs the backend one commit, a batch write one for each item. */
const AT_ONCE = 100;

/** @throws Error when a call takes other requests to a large table than to a small one */
export async function benchGrowth(): Promise<void> {
  heading('Requests to DynamoDB for each call');
  // Without stream and pipe: nobody waits for the notification of orders that are only there to be many, and the
  // backend's writes grow slower with each stream record that it keeps (docs/limits.md).
  const resources = topology.resources
    .filter(({ kind }) => kind !== 'pipe')
    .map((resource) => (resource.kind === 'table' ? { ...resource, streamView: undefined } : resource));
  const quiet = { ...topology, resources };
  const stack = await startLocalStack({ topology: quiet, root: 'dist', bundles: 'dist/functions' });
  const few = await countRequests(stack);
  await fill(stack, MANY);
  const many = await countRequests(stack);
  const different = Object.keys(few).filter((call) => many[call] !== few[call]);
  for (const [call, operations] of Object.entries(few))
    report(`${call}: ${operations}`, many[call] === operations ? 'same' : (many[call] ?? ''), `at ${MANY} orders`);
  await stack.stop();
  if (different.length > 0) throw new Error(`${different.join(', ')}: the requests grow with the table`);
}

/** Orders of other customers, written as the service would store them. */
async function fill(stack: LocalStack, count: number): Promise<void> {
  const client = new DynamoDBClient({ endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS });
  const table = stack.physicalName('table', 'data');
  const put = (n: number): TransactWriteItem => {
    const id = `2${String(n).padStart(26, '0')}`;
    const keys = {
      PK: customerKey(`many${n % 1000}`),
      SK: orderKey(id),
      GSI1PK: orderListKey(shardOf(id)),
      GSI1SK: id,
    };
    const texts = {
      ...keys,
      Type: 'Order',
      OrderId: id,
      Status: 'PLACED',
      CreatedAt: '2026-01-01T00:00:00.000Z',
      RequestId: 'bench-growth',
    };
    const Item = Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }]));
    return { Put: { TableName: table, Item: { ...Item, Amount: { N: '1' }, NumberItems: { N: '1' } } } };
  };
  const transactions = Array.from({ length: count / AT_ONCE }, (_, at) =>
    Array.from({ length: AT_ONCE }, (__, n) => put(at * AT_ONCE + n)),
  );
  const write = async (): Promise<void> => {
    for (let TransactItems = transactions.pop(); TransactItems; TransactItems = transactions.pop())
      await client.send(new TransactWriteItemsCommand({ TransactItems }));
  };
  await Promise.all(Array.from({ length: 2 }, write));
  client.destroy();
}
