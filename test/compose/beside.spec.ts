/** What is beside the system: the image that adds Pipes to a LocalStack of somebody's own, and the table browser. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreatePipeCommand, PipesClient } from '@aws-sdk/client-pipes';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queueArn } from '../../localstack/src/account.js';
import { freePort, until } from '../../localstack/src/child-process.js';
import { FREE_IMAGE } from '../../localstack/src/container/localstack-image.js';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';
import { isReady } from '../../localstack/src/container/wait-for-endpoint.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { docker } from '../fixtures/docker.js';

const run = promisify(execFile);
const stack = stackUnderTest();
const PATIENCE_MS = 60_000;

/** The example of docs/compose.md, on a port of our own, with a LocalStack as somebody may have it. */
function example(port: number): string {
  const docs = readFileSync('docs/compose.md', 'utf8');
  const [, yaml = ''] = /## Pipes beside a LocalStack.*?```yaml\n(.*?)```/s.exec(docs) ?? [];
  return `${yaml.replace('127.0.0.1:4567:', `127.0.0.1:${port}:`)}  localstack:\n    image: ${FREE_IMAGE}\n`;
}

describe('the image tabletop-pipes beside a LocalStack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  const project = `${stack.environment.COMPOSE_PROJECT_NAME}-beside`;
  const compose = (...words: string[]): Promise<string> =>
    docker(['compose', '--project-name', project, '--file', join(folder, 'compose.yml'), ...words]);
  let access: ReturnType<typeof localStackAccess>;

  before(async () => {
    await docker(['build', '--quiet', '--target', 'tabletop-pipes', '--tag', 'tabletop-pipes', '.']);
    const port = await freePort();
    access = localStackAccess(`http://127.0.0.1:${port}`, PATIENCE_MS);
    writeFileSync(join(folder, 'compose.yml'), example(port));
    await compose('up', '--detach');
    await until('it is not ready', () => isReady(`${access.endpoint}/health`), PATIENCE_MS);
  });
  after(async () => {
    await compose('down', '--volumes');
    rmSync(folder, { recursive: true });
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
    let body = '';
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 });
    // A plain LocalStack loses what is written in a table's first moments.
    const hasCome = async (): Promise<boolean> => {
      await tables.send(new PutItemCommand({ TableName: name, Item: { PK: { S: randomUUID() } } }));
      return (body = (await queues.send(receive)).Messages?.[0]?.Body ?? '') !== '';
    };
    await until('no record has come', hasCome, PATIENCE_MS);
    expect(JSON.parse(body)).toMatchObject({
      ...{ eventSource: 'aws:dynamodb', eventName: 'INSERT' },
      dynamodb: { Keys: { PK: { S: expect.any(String) as unknown } } },
    });
    for (const client of [tables, queues, pipes]) client.destroy();
  });
});

describe('docker-compose.override.example.yml', () => {
  const files = ['--file', 'docker-compose.yml', '--file', 'docker-compose.override.example.yml'];
  const alone = ['up', '--detach', '--no-build', '--no-deps', 'order-service'];
  after(async () => {
    await stack.compose(...alone);
    await stack.recover('--no-build');
  });

  it('runs a service from the build of this machine, with a debugger that an editor can attach to', async () => {
    await run(process.execPath, ['build/image.ts'], { timeout: PATIENCE_MS });
    await stack.compose(...files, ...alone);
    const inspector = 'http://127.0.0.1:9229/json/list';
    await until('no debugger answers', () => isReady(inspector), PATIENCE_MS);
    expect(await (await fetch(inspector)).json()).toMatchObject([
      { type: 'node', title: expect.any(String) as unknown },
    ]);
    await until('it takes no orders', () => isReady(`${stack.apiUrl}/health`), PATIENCE_MS);
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
