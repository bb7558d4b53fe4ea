/** Pipes beside a LocalStack of somebody's own: a table, a queue and clients that know nothing of Tabletop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreatePipeCommand, DeletePipeCommand, DescribePipeCommand, PipesClient } from '@aws-sdk/client-pipes';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { REGION } from '../../localstack/src/account.js';
import { end, freePort, until } from '../../localstack/src/child-process.js';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';
import { isReady } from '../../localstack/src/container/wait-for-endpoint.js';

const own = process.env.LOCALSTACK_URL ?? '';
const name = `beside-${Date.now().toString(36)}`;
const PATIENCE_MS = 30_000;

describeUnless(own === '' && 'LOCALSTACK_URL names none', 'pipes beside a LocalStack', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'beside-'));
  const [tables, queues] = [new DynamoDBClient(localStackAccess(own)), new SQSClient(localStackAccess(own))];
  let url: string;
  let child: ChildProcess;
  let pipes: PipesClient;
  let queue: string;
  let stream: string;

  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ['dist/localstack/src/container/cli.js', 'beside'], {
      env: { PATH: process.env.PATH, PORT: new URL(url).port, LOCALSTACK_URL: own, DATA_DIR: dataDir },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await until('it is not ready', () => isReady(`${url}/health`), PATIENCE_MS);
  };
  const put = async (key: string): Promise<void> =>
    void (await tables.send(new PutItemCommand({ TableName: name, Item: { PK: { S: key } } })));
  /** The keys in the next `count` messages. */
  const keys = async (count: number): Promise<string[]> => {
    const found: string[] = [];
    const deadline = Date.now() + 30_000;
    while (found.length < count && Date.now() < deadline) {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = '{}' } of Messages)
        found.push((JSON.parse(Body) as { dynamodb: { Keys: { PK: { S: string } } } }).dynamodb.Keys.PK.S);
    }
    return found;
  };

  before(async () => {
    const { TableDescription } = await tables.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    stream = TableDescription?.LatestStreamArn ?? '';
    queue = (await queues.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';
    url = `http://127.0.0.1:${await freePort()}`;
    pipes = new PipesClient(localStackAccess(url));
    await start();
  });

  after(async () => {
    await end(child);
    await tables.send(new DeleteTableCommand({ TableName: name }));
    await queues.send(new DeleteQueueCommand({ QueueUrl: queue }));
    for (const client of [tables, queues, pipes]) client.destroy();
    rmSync(dataDir, { recursive: true });
  });

  it('run what CreatePipe makes, on writes that do not pass the endpoint', async () => {
    await pipes.send(
      new CreatePipeCommand({
        Name: name,
        RoleArn: 'arn:aws:iam::000000000000:role/any',
        Source: stream,
        SourceParameters: {
          DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', MaximumRetryAttempts: 3 },
          FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"wanted"}]}}}}' }] },
        },
        Target: `arn:aws:sqs:${REGION}:000000000000:${name}`,
      }),
    );
    for (const key of ['wanted-1', 'other', 'wanted-2']) await put(key);
    expect(await keys(2)).toEqual(['wanted-1', 'wanted-2']);
    expect((await pipes.send(new DescribePipeCommand({ Name: name }))).CurrentState).toBe('RUNNING');
  });

  it('go on after a kill where they stopped, with the pipes that were made', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await put('wanted-3');
    await start();
    const found: string[] = [];
    // What was delivered just before the kill may come again; what the filter drops never does.
    for (let n = 0; n < 3 && !found.includes('wanted-3'); n++) found.push(...(await keys(1)));
    expect(['wanted-1', 'wanted-2', 'wanted-3'].slice(-found.length)).toEqual(found);
  });

  it('refuse by name what there is no such thing for', async () => {
    const refused = pipes.send(
      new CreatePipeCommand({
        ...{ Name: `${name}-2`, RoleArn: 'arn:aws:iam::000000000000:role/any', Source: stream },
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST' } },
        Target: `arn:aws:logs:${REGION}:000000000000:log-group:mine`,
        TargetParameters: { CloudWatchLogsParameters: { LogStreamName: 's' } },
      }),
    );
    await expect(refused).rejects.toThrow(/log groups are not emulated here/);
  });

  it('refuse a target or an enrichment that is not there', async () => {
    const create = (more: { Target: string; Enrichment?: string }): Promise<unknown> =>
      pipes.send(
        new CreatePipeCommand({
          ...{ Name: `${name}-3`, RoleArn: 'arn:aws:iam::000000000000:role/any', Source: stream, ...more },
          SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST' } },
        }),
      );
    const arn = (service: string, id: string): string => `arn:aws:${service}:${REGION}:000000000000:${id}`;
    const nothing = arn('lambda', 'function:nothing');
    await expect(create({ Target: nothing })).rejects.toThrow(/there is no such function/);
    await expect(create({ Target: arn('sqs', name), Enrichment: nothing })).rejects.toThrow(
      /there is no such function/,
    );
    await expect(create({ Target: arn('sqs', 'nothing') })).rejects.toThrow(/there is no such queue/);
    await expect(create({ Target: arn('sns', 'nothing') })).rejects.toThrow(/there is no such topic/);
  });

  it('refuse a call for another region, and one under a name that they do not know', async () => {
    const elsewhere = new PipesClient({ ...localStackAccess(url), region: 'eu-west-1' });
    const asked = elsewhere.send(new DescribePipeCommand({ Name: name }));
    await expect(asked).rejects.toThrow(/run in us-east-1 here, and this call is for eu-west-1/);
    elsewhere.destroy();
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path: '/v1/pipes', headers: { host: 'printer:4566' } }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(403);
    expect(Buffer.concat(await answer.toArray()).toString()).toMatch(/\(Host: printer:4566\).*variable NAMES/);
  });

  it('pass every other service on to LocalStack as it comes', async () => {
    const sts = new STSClient(localStackAccess(url));
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('000000000000');
    sts.destroy();
    const versions = [own, url].map(async (each) => {
      const { version } = (await (await fetch(`${each}/_localstack/health`)).json()) as { version?: string };
      return version;
    });
    const [there, here] = await Promise.all(versions);
    expect([typeof there, here]).toEqual(['string', there]);
  });

  it('are deleted for good', async () => {
    await pipes.send(new DeletePipeCommand({ Name: name }));
    await end(child, PATIENCE_MS);
    expect(child.exitCode).toBe(0);
    await start();
    await expect(pipes.send(new DescribePipeCommand({ Name: name }))).rejects.toThrow(/does not exist/);
  });
});
