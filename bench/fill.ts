/** Fills a table with products and orders, written as the services would store them. */
import { DynamoDBClient, TransactWriteItemsCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import {
  customerKey,
  orderKey,
  orderListKey,
  productKey,
  productListKey,
} from '../libs/shared/src/table/data-table.js';
import { shardOf } from '../libs/shared/src/table/shard.js';
import { CREDENTIALS, REGION } from '../localstack/src/account.js';
import { type LocalStack } from '../localstack/src/local-stack.js';

/** The largest transaction; it costs the backend one commit, a batch write one for each item. */
const AT_ONCE = 100;
/** Orders are of this many customers. */
const CUSTOMERS = 1_000;

/** Adds `count` products and as many orders. */
export async function fill(stack: LocalStack, count: number): Promise<void> {
  const client = new DynamoDBClient({ endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS });
  const table = stack.physicalName('table', 'data');
  const put = (Item: Item): TransactWriteItem => ({ Put: { TableName: table, Item } });
  for (let from = 0; from < count; from += AT_ONCE / 2) {
    const numbers = Array.from({ length: Math.min(AT_ONCE / 2, count - from) }, (_, n) => from + n);
    const TransactItems = numbers.flatMap((n) => [put(product(n)), put(order(n))]);
    await client.send(new TransactWriteItemsCommand({ TransactItems }));
  }
  client.destroy();
}

type Item = Record<string, { S: string } | { N: string }>;

const idOf = (n: number): string => `2${String(n).padStart(26, '0')}`;
const texts = (fields: Record<string, string>): Item =>
  Object.fromEntries(Object.entries(fields).map(([name, S]) => [name, { S }]));
const CREATED = { CreatedAt: '2026-01-01T00:00:00.000Z' };

function order(n: number): Item {
  const id = idOf(n);
  const keys = {
    PK: customerKey(`many${n % CUSTOMERS}`),
    SK: orderKey(id),
    GSI1PK: orderListKey(shardOf(id)),
    GSI1SK: id,
  };
  const fields = { ...keys, ...CREATED, Type: 'Order', OrderId: id, Status: 'PLACED', RequestId: 'bench-growth' };
  return { ...texts(fields), Amount: { N: '1' }, NumberItems: { N: '1' } };
}

function product(n: number): Item {
  const id = idOf(n);
  const keys = { PK: productKey(id), SK: productKey(id), GSI1PK: productListKey(shardOf(id)), GSI1SK: id };
  const fields = {
    ...keys,
    ...CREATED,
    Type: 'Product',
    ProductId: id,
    Name: `Product ${n}`,
    Description: '',
    WriteId: 'bench-growth',
  };
  return { ...texts(fields), Price: { N: '1.5' }, Stock: { N: '1000' }, Version: { N: '1' } };
}
