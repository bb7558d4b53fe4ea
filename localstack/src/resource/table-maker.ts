/** A declared table at the local endpoint; what matters on AWS only (encryption, recovery) is left out. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { nameOf, type Table } from '../../../libs/topology/src/model.js';
import { StartError } from '../start-error.js';
import { type Maker } from './local-system.js';

export const makeTable: Maker<Table, 'clients' | 'physicalName' | 'wayToEmpty'> = async (
  table,
  { clients, physicalName, wayToEmpty },
) => {
  const name = physicalName(table);
  const existing = await describeTable(clients.tables, name);
  if (existing === undefined) await createTable(clients.tables, name, table);
  else refuseDifferences(table, existing, wayToEmpty);
  const expiryChanged = await applyExpiry(clients.tables, name, table);
  if (existing === undefined) return 'created';
  return expiryChanged ? 'updated' : 'found';
};

/** The table's description, or undefined when there is none. */
export async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function createTable(client: DynamoDBClient, name: string, table: Table): Promise<void> {
  const attributes = [table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...new Set(attributes)].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keySchema(table),
      ...(table.indexes.length > 0 && {
        GlobalSecondaryIndexes: table.indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index),
          Projection: { ProjectionType: 'ALL' },
        })),
      }),
      ...(table.streamView && { StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamView } }),
    }),
  );
}

const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }): KeySchemaElement[] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
];

/** Keys, indexes and the stream's view cannot be changed under data that is there. */
function refuseDifferences(table: Table, existing: TableDescription, wayToEmpty: string): void {
  const refuse = (what: string): never => {
    throw new StartError(`${nameOf(table)}: ${what} differs from that of the data there is; ${wayToEmpty}.`);
  };
  if (!sameKeys(existing.KeySchema, table)) refuse('the key');
  const kept = existing.GlobalSecondaryIndexes ?? [];
  for (const index of table.indexes) {
    const other = kept.find(({ IndexName }) => IndexName === index.name);
    if (other === undefined || !sameKeys(other.KeySchema, index)) refuse(`index ${index.name}`);
  }
  const undeclared = kept.find(({ IndexName }) => !table.indexes.some(({ name }) => name === IndexName));
  if (undeclared) refuse(`index ${undeclared.IndexName}`);
  const view =
    existing.StreamSpecification?.StreamEnabled === true ? existing.StreamSpecification.StreamViewType : undefined;
  if (view !== table.streamView) refuse('the stream');
}

const sameKeys = (
  actual: KeySchemaElement[] | undefined,
  declared: { partitionKey: string; sortKey: string },
): boolean =>
  JSON.stringify((actual ?? []).map(({ AttributeName, KeyType }) => ({ AttributeName, KeyType }))) ===
  JSON.stringify(keySchema(declared));

/** Turns the expiry attribute on, off or over; whether anything had to change. */
async function applyExpiry(client: DynamoDBClient, name: string, { expiry }: Table): Promise<boolean> {
  const { TimeToLiveDescription: current } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  const active = current?.TimeToLiveStatus === 'ENABLED' ? current.AttributeName : undefined;
  if (active === expiry) return false;
  const turn = (AttributeName: string, Enabled: boolean): Promise<unknown> =>
    client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: { AttributeName, Enabled } }));
  if (active !== undefined) await turn(active, false);
  if (expiry !== undefined) await turn(expiry, true);
  return true;
}
