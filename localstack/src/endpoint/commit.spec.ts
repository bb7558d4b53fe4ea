import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  DynamoDBClient,
  ExecuteTransactionCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { until } from '../child-process.js';
import { toLocalStack } from '../container/endpoint-services.js';
import { Journal } from '../journal.js';
import { awsEndpoint } from './aws-endpoint.js';
import { Faults } from './fault.js';
import { Forwarder } from './forward.js';

async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The real one, slowed down, is in test/local/commit.spec.ts. */
describe('a transaction at a backend that answers before it has committed', () => {
  /** What the backend was asked. */
  let asked: { operation: string; signedFor: string; body: string }[];
  /** What it answers other than 200, by operation; 0 cuts the connection. */
  let refusals: Record<string, number>;
  /** The question about the commit is answered once this has settled. */
  let commit: PromiseWithResolvers<void>;

  const backend = createServer((incoming, outgoing) => {
    void text(incoming).then(async (body) => {
      const { authorization = '', 'x-amz-target': target } = incoming.headers;
      const operation = String(target).split('.')[1] ?? '';
      asked.push({ operation, signedFor: /Credential=(\S+)\//.exec(authorization)?.[1] ?? '', body });
      if (operation === 'ListTables') await commit.promise;
      const status = refusals[operation] ?? 200;
      if (status === 0) return void incoming.socket.destroy();
      const answer = status < 400 ? {} : { __type: 'TransactionCanceledException', message: 'refused' };
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    });
  });
  const forwarder = new Forwarder();
  let front: Server;
  let client: DynamoDBClient;

  const Item = { pk: { S: 'a' } };
  const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'data', Item } }] });
  const put = new PutItemCommand({ TableName: 'data', Item });
  const operations = (): string[] => asked.map(({ operation }) => operation);

  before(async () => {
    const services = { dynamodb: toLocalStack({ forwarder, upstream: await listening(backend) }) };
    const rest = { journal: new Journal(), faults: new Faults(), onTableWrite: () => undefined };
    front = createServer(awsEndpoint({ knows: () => false, services, ...rest }));
    client = new DynamoDBClient({
      ...{ endpoint: await listening(front), region: 'eu-west-3', maxAttempts: 1 },
      credentials: { accessKeyId: 'somebody', secretAccessKey: 'x' },
    });
  });

  beforeEach(() => {
    [asked, refusals, commit] = [[], {}, Promise.withResolvers()];
  });

  after(() => {
    client.destroy();
    forwarder.close();
    front.close();
    backend.close();
  });

  it('is answered when a later question to the same database is', async () => {
    let isAnswered = false;
    const answer = client.send(transaction).finally(() => (isAnswered = true));
    await until('the commit is not asked for', () => Promise.resolve(asked.length === 2), 5_000);
    // Whatever has gone out before this answer has come.
    await client.send(put);
    expect(isAnswered).toBe(false);
    commit.resolve();
    await answer;
    expect(operations()).toEqual(['TransactWriteItems', 'ListTables', 'PutItem']);
    expect(asked[1]).toMatchObject({ signedFor: asked[0]?.signedFor, body: '{"Limit":1}' });
    expect(asked[1]?.signedFor).toMatch(/^somebody\/\d{8}\/eu-west-3\/dynamodb$/);
  });

  for (const [how, status] of [
    ['fails on the question', 500],
    ['is gone at the question', 0],
  ] as const)
    it(`is answered 503, which clients try again, when the backend ${how}`, async () => {
      refusals = { ListTables: status };
      commit.resolve();
      await expect(client.send(transaction)).rejects.toMatchObject({
        name: 'ServiceUnavailable',
        message: 'The tables went away before it was known whether the transaction is written; try again.',
      });
    });

  it('is answered all the same when the caller may not ask the question', async () => {
    refusals = { ListTables: 400 };
    commit.resolve();
    await client.send(transaction);
    expect(operations()).toEqual(['TransactWriteItems', 'ListTables']);
  });

  it('is asked about in PartiQL, too', async () => {
    commit.resolve();
    const Statement = `INSERT INTO "data" VALUE {'pk': 'a'}`;
    await client.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement }] }));
    expect(operations()).toEqual(['ExecuteTransaction', 'ListTables']);
  });

  it('is not asked about when it was refused, nor is any other write', async () => {
    refusals = { TransactWriteItems: 400 };
    await expect(client.send(transaction)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    await client.send(put);
    expect(operations()).toEqual(['TransactWriteItems', 'PutItem']);
  });
});
