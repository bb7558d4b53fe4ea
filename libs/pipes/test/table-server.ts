/** An emulator of DynamoDB in a process of its own, with tables that have streams. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTableCommand,
  type AttributeValue,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';

export interface StreamedTable {
  readonly name: string;
  /** As the emulator knows it. */
  readonly streamArn: string;
  /** Writes `{PK, SK, ...attributes}`. */
  put(pk: string, attributes?: Record<string, AttributeValue>): Promise<void>;
  remove(pk: string): Promise<void>;
  disableStream(): Promise<void>;
  /** Deletes it. */
  drop(): Promise<void>;
}

export interface TableServer {
  /** How it names itself as a region. */
  readonly region: 'dynoxide' | 'ddblocal' | 'us-east-1';
  readonly endpoint: string;
  readonly streams: DynamoDBStreamsClient;
  table(view?: StreamViewType): Promise<StreamedTable>;
  stop(): Promise<void>;
}

/** Runs the command that `commandFor` names for a free port, and waits until it answers. */
export async function startTableServer(
  region: TableServer['region'],
  commandFor: (port: number) => readonly [command: string, ...args: string[]],
): Promise<TableServer> {
  const port = await freePort();
  const [command, ...args] = commandFor(port);
  const child = spawn(command, args, { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, child);
  return tableServer(region, endpoint, async () => {
    child.kill();
    await once(child, 'exit');
  });
}

/** What tests do with an emulator that answers at `endpoint`. */
export function tableServer(
  region: TableServer['region'],
  endpoint: string,
  stop: () => Promise<void> = () => Promise.resolve(),
): TableServer {
  const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const tables = new DynamoDBClient(config);
  const streams = new DynamoDBStreamsClient(config);
  // Others may use the same one at the same time.
  const run = randomUUID().slice(0, 8);
  let made = 0;
  return {
    region,
    endpoint,
    streams,
    table: (view = 'NEW_AND_OLD_IMAGES') => makeTable(tables, `table-${run}-${(made += 1)}`, view),
    stop: async () => {
      tables.destroy();
      streams.destroy();
      await stop();
    },
  };
}

async function makeTable(client: DynamoDBClient, name: string, view: StreamViewType): Promise<StreamedTable> {
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: view },
    }),
  );
  const streamArn = TableDescription?.LatestStreamArn;
  if (streamArn === undefined) throw new Error(`Table ${name} was made without a stream`);
  return {
    name,
    streamArn,
    put: async (pk, attributes = {}) => {
      await client.send(new PutItemCommand({ TableName: name, Item: { PK: { S: pk }, ...attributes } }));
    },
    remove: async (pk) => {
      await client.send(new DeleteItemCommand({ TableName: name, Key: { PK: { S: pk } } }));
    },
    disableStream: async () => {
      await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification: { StreamEnabled: false } }));
    },
    drop: async () => {
      await client.send(new DeleteTableCommand({ TableName: name }));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    try {
      await fetch(endpoint);
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
