/** What is beside the system: the image that adds Pipes to a LocalStack of somebody's own, and the table browser. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreatePipeCommand, PipesClient } from '@aws-sdk/client-pipes';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { CREDENTIALS, queueArn, REGION } from '../../localstack/src/account.js';
import { freePort, until } from '../../localstack/src/child-process.js';
import { isReady } from '../../localstack/src/container/wait-for-endpoint.js';
import { stackUnderTest } from '../fixtures/compose.js';

const run = promisify(execFile);
const stack = stackUnderTest();
const project = stack.environment.COMPOSE_PROJECT_NAME ?? '';
const IMAGE = `${project}-pipes-image`;
const CONTAINER = `${project}-beside`;
const PATIENCE_MS = 60_000;

const docker = async (...words: string[]): Promise<string> =>
  (await run('docker', words, { env: { ...process.env, DOCKER_BUILDKIT: '1' } })).stdout;

describe('the image tabletop-pipes beside a LocalStack', () => {
  let access: { endpoint: string; region: string; credentials: typeof CREDENTIALS };

  before(async () => {
    await docker('build', '--quiet', '--target', 'tabletop-pipes', '--tag', IMAGE, '.');
    const port = await freePort();
    access = { endpoint: `http://127.0.0.1:${port}`, region: REGION, credentials: CREDENTIALS };
    // As the example of docs/compose.md does, in a network that has a LocalStack.
    const how = ['--name', CONTAINER, '--network', `${project}_system`, '--publish', `127.0.0.1:${port}:4566`];
    await docker('run', '--detach', ...how, '--env', 'LOCALSTACK_URL=http://localstack:4566', IMAGE);
    await until('it is not ready', () => isReady(`${access.endpoint}/health`), PATIENCE_MS);
  });
  after(async () => {
    await docker('rm', '--force', CONTAINER);
    await docker('image', 'rm', IMAGE);
  });

  it('brings a record of a table of one’s own to a queue', async () => {
    const [tables, queues, pipes] = [new DynamoDBClient(access), new SQSClient(access), new PipesClient(access)];
    const name = 'notes-of-somebody';
    const { TableDescription } = await tables.send(
      new CreateTableCommand({
        ...{ TableName: name, BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: name }));
    await pipes.send(
      new CreatePipeCommand({
        ...{ Name: name, RoleArn: 'arn:aws:iam::000000000000:role/any', Source: TableDescription?.LatestStreamArn },
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON' } },
        Target: queueArn(name),
      }),
    );
    await tables.send(new PutItemCommand({ TableName: name, Item: { PK: { S: 'first' } } }));
    let body = '';
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 });
    const hasCome = async (): Promise<boolean> =>
      (body = (await queues.send(receive)).Messages?.[0]?.Body ?? '') !== '';
    await until('no record has come', hasCome, PATIENCE_MS);
    expect(JSON.parse(body)).toMatchObject({ eventName: 'INSERT', dynamodb: { Keys: { PK: { S: 'first' } } } });
    await tables.send(new DeleteTableCommand({ TableName: name }));
    await queues.send(new DeleteQueueCommand({ QueueUrl }));
    for (const client of [tables, queues, pipes]) client.destroy();
  });
});

describe('docker compose --profile tools', () => {
  const compose = (...words: string[]): Promise<string> => stack.compose('--profile', 'tools', ...words);
  after(() => compose('rm', '--force', '--stop', 'tables'));

  it('adds a table browser that shows the table of the system', async () => {
    await compose('up', '--wait', 'tables');
    const page = await fetch(`http://127.0.0.1:${stack.environment.TABLES_PORT}/`);
    expect(await page.text()).toMatch(/tabletop-dev-data/);
  });
});
