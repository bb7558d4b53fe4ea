/** The API of EventBridge Pipes on the local endpoint, by the SDK's client. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as Pipes from '@aws-sdk/client-pipes';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { handlerFunction } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from './folder.js';

const HANDLERS: Record<string, string> = {
  worker: `export const handler = async (events) => {
    for (const { dynamodb } of events) console.log('got ' + dynamodb.Keys.id.S);
    if (events.some(({ dynamodb }) => dynamodb.Keys.id.S.startsWith('poison'))) throw new Error('poisoned');
  };`,
  flaky: `let calls = 0; export const handler = async () => { calls += 1; if (calls === 1) throw new Error('not yet'); console.log('call ' + calls); };`,
  enricher: `export const handler = async (events) => events.map((event) => ({ ...event, extra: 'enriched' }));`,
};
const topology = system('byhand', {
  also: Object.keys(HANDLERS).map((name) => handlerFunction(name, { entry: name, timeout: 2, memory: 128 })),
});
const ROLE = 'arn:aws:iam::000000000000:role/pipes';
const arnOf = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const WORKER = arnOf('lambda', 'function:byhand-dev-worker');

describe('the Pipes API', () => {
  const root = temporaryFolder(
    Object.fromEntries(Object.entries(HANDLERS).map(([name, text]) => [`${name}/lambda.mjs`, text])),
  );
  const dataDir = temporaryFolder({});
  let stack: LocalStack;
  let pipes: Pipes.PipesClient;
  let tables: DynamoDBClient;
  let queues: SQSClient;
  let stream: string;

  const start = async (): Promise<void> => {
    stack = await startLocalStack({ topology, root, dataDir });
    const client = {
      endpoint: stack.awsUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    };
    pipes = new Pipes.PipesClient(client);
    tables = new DynamoDBClient(client);
    queues = new SQSClient(client);
  };
  const stop = async (): Promise<void> => {
    for (const client of [pipes, tables, queues]) client.destroy();
    await stack.stop();
  };

  before(async () => {
    await start();
    await tables.send(
      new CreateTableCommand({
        TableName: 'things',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: 'things' }));
    stream = Table?.LatestStreamArn ?? '';
  });
  after(stop);

  const put = (id: string): Promise<unknown> =>
    tables.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }));
  const create = (Name: string, more: Partial<Pipes.CreatePipeCommandInput> = {}): Promise<Pipes.CreatePipeResponse> =>
    pipes.send(
      new Pipes.CreatePipeCommand({
        Name,
        RoleArn: ROLE,
        Source: stream,
        Target: WORKER,
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST', BatchSize: 1 } },
        ...more,
      }),
    );
  const describePipe = (Name: string): Promise<Pipes.DescribePipeResponse> =>
    pipes.send(new Pipes.DescribePipeCommand({ Name }));
  /** Asks until the pipe has come to rest, as tools do. */
  const settled = async (name: string): Promise<Pipes.DescribePipeResponse> => {
    for (;;) {
      const described = await describePipe(name);
      if (!/ING$/.test(described.CurrentState ?? '') || described.CurrentState === 'RUNNING') return described;
    }
  };
  const removed = async (name: string): Promise<void> => {
    await pipes.send(new Pipes.DeletePipeCommand({ Name: name }));
    while ((await describePipe(name).catch((error: Error) => error.name)) !== 'NotFoundException');
  };
  const got =
    (id: string) =>
    (entry: JournalEntry): boolean =>
      entry.type === 'log' && entry.line === `got ${id}`;
  const failure = (sent: Promise<unknown>): Promise<{ name: string; message: string; status: number | undefined }> =>
    sent.then(
      () => Promise.reject(new Error('It was accepted.')),
      (error: Pipes.PipesServiceException) => ({
        name: error.name,
        message: error.message,
        status: error.$metadata.httpStatusCode,
      }),
    );

  it('creates a pipe that is CREATING, then RUNNING, and delivers', async () => {
    const created = await create('flow', { Description: 'by hand', Tags: { team: 'blue' } });
    expect(created).toMatchObject({
      Arn: arnOf('pipes', 'pipe/flow'),
      Name: 'flow',
      DesiredState: 'RUNNING',
      CurrentState: 'CREATING',
    });
    expect(created.CreationTime).toBeInstanceOf(Date);
    expect((await settled('flow')).CurrentState).toBe('RUNNING');
    await put('first');
    await stack.journal.waitFor(got('first'));
  });

  it('describes a pipe with every default filled in', async () => {
    expect(await describePipe('flow')).toMatchObject({
      Description: 'by hand',
      Source: stream,
      Target: WORKER,
      RoleArn: ROLE,
      Tags: { team: 'blue' },
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          BatchSize: 1,
          MaximumBatchingWindowInSeconds: 0,
          MaximumRecordAgeInSeconds: -1,
          MaximumRetryAttempts: -1,
          ParallelizationFactor: 1,
        },
      },
    });
  });

  it('stops a pipe, which then delivers nothing, and starts it where it left off', async () => {
    const stopping = await pipes.send(new Pipes.StopPipeCommand({ Name: 'flow' }));
    expect(stopping).toMatchObject({ DesiredState: 'STOPPED', CurrentState: 'STOPPING' });
    expect((await settled('flow')).CurrentState).toBe('STOPPED');
    await put('meanwhile');
    await stack.journal.expectNone(got('meanwhile'), 200, 0);
    expect(await pipes.send(new Pipes.StartPipeCommand({ Name: 'flow' }))).toMatchObject({ CurrentState: 'STARTING' });
    await stack.journal.waitFor(got('meanwhile'));
  });

  it('changes a pipe’s filter', async () => {
    await settled('flow');
    const Pattern = JSON.stringify({ dynamodb: { Keys: { id: { S: [{ prefix: 'wanted' }] } } } });
    const update = { Name: 'flow', RoleArn: ROLE, SourceParameters: { FilterCriteria: { Filters: [{ Pattern }] } } };
    expect(await pipes.send(new Pipes.UpdatePipeCommand(update))).toMatchObject({ CurrentState: 'UPDATING' });
    expect(await settled('flow')).toMatchObject({
      CurrentState: 'RUNNING',
      Description: 'by hand',
      SourceParameters: { FilterCriteria: { Filters: [{ Pattern }] }, DynamoDBStreamParameters: { BatchSize: 1 } },
    });
    await put('other');
    await put('wanted-1');
    await stack.journal.waitFor(got('wanted-1'));
    expect(stack.journal.entries(got('other'))).toEqual([]);
  });

  it('tags a pipe and takes tags off', async () => {
    const resourceArn = arnOf('pipes', 'pipe/flow');
    await pipes.send(new Pipes.TagResourceCommand({ resourceArn, tags: { cost: 'low', team: 'red' } }));
    await pipes.send(new Pipes.UntagResourceCommand({ resourceArn, tagKeys: ['cost'] }));
    expect((await pipes.send(new Pipes.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ team: 'red' });
  });

  it('takes many changes of a pipe at once', async () => {
    const resourceArn = arnOf('pipes', 'pipe/flow');
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    await Promise.all(
      keys.map((key) => pipes.send(new Pipes.TagResourceCommand({ resourceArn, tags: { [key]: 'x' } }))),
    );
    await Promise.all(keys.map((key) => pipes.send(new Pipes.UntagResourceCommand({ resourceArn, tagKeys: [key] }))));
    expect((await pipes.send(new Pipes.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ team: 'red' });
  });

  it('reads an empty template and an empty enrichment back as none', async () => {
    await create('plain', { Enrichment: '', TargetParameters: { InputTemplate: '' } });
    const described = await settled('plain');
    expect([described.Enrichment, described.TargetParameters]).toEqual([undefined, {}]);
    await removed('plain');
  });

  it('keeps pipes, tags and how far they came over a restart', async () => {
    await stop();
    await start();
    expect(await settled('flow')).toMatchObject({ CurrentState: 'RUNNING', Tags: { team: 'red' } });
    await put('wanted-2');
    await stack.journal.waitFor(got('wanted-2'));
    expect(stack.journal.entries(got('wanted-1'))).toEqual([]);
  });

  it('delivers to a queue, enriched and through a template', async () => {
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'inbox' }));
    await create('toqueue', {
      Enrichment: arnOf('lambda', 'function:byhand-dev-enricher'),
      Target: arnOf('sqs', 'inbox'),
      TargetParameters: { InputTemplate: '{"id": <$.dynamodb.Keys.id.S>, "extra": <$.extra>}' },
    });
    await settled('toqueue');
    await put('wanted-queue');
    const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toEqual({ id: 'wanted-queue', extra: 'enriched' });
    await removed('toqueue');
  });

  it('gives a batch up to the dead-letter queue', async () => {
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'dead' }));
    await create('dying', {
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          MaximumRetryAttempts: 0,
          DeadLetterConfig: { Arn: arnOf('sqs', 'dead') },
        },
      },
    });
    await settled('dying');
    await put('poison');
    const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({
      context: { partnerResourceArn: arnOf('pipes', 'pipe/dying'), condition: 'RetryAttemptsExhausted' },
    });
    await removed('dying');
  });

  it('keeps the records of what it gave up, and delivers them again on the word of the command line', async () => {
    await queues.send(new CreateQueueCommand({ QueueName: 'kept' }));
    await create('flaky', {
      Target: arnOf('lambda', 'function:byhand-dev-flaky'),
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          MaximumRetryAttempts: 0,
          DeadLetterConfig: { Arn: arnOf('sqs', 'kept') },
        },
      },
    });
    await settled('flaky');
    await put('redriven');
    await stack.journal.waitFor((entry) => entry.type === 'dead-letter' && entry.pipe === 'flaky');
    const kept = await fetch(`${stack.awsUrl}/_tabletop/pipes/flaky/dead-letters`);
    expect(await kept.json()).toMatchObject([{ records: [{ dynamodb: { Keys: { id: { S: 'redriven' } } } }] }]);
    const program = fileURLToPath(new URL('../../localstack/src/redrive-cli.js', import.meta.url));
    const redrive = (pipe: string): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [program, '--pipe', pipe], { env: { AWS_ENDPOINT_URL: stack.awsUrl } });
    expect((await redrive('flaky')).stdout).toBe('1 of 1 records delivered.\n');
    await stack.journal.waitFor((entry) => entry.type === 'log' && entry.line === 'call 2');
    expect((await redrive('flaky')).stdout).toBe('0 of 0 records delivered.\n');
    await expect(redrive('nobody')).rejects.toThrow(/Pipe nobody does not exist/);
    await removed('flaky');
  });

  it('writes an execution log at the level that is asked for', async () => {
    const logGroup = arnOf('logs', 'log-group:/pipes/logged');
    await create('logged', {
      LogConfiguration: { Level: 'INFO', CloudwatchLogsLogDestination: { LogGroupArn: logGroup } },
    });
    await settled('logged');
    await put('wanted-log');
    const inGroup = (entry: JournalEntry): boolean => entry.type === 'log' && entry.function === '/pipes/logged';
    const lines = await stack.journal.waitForCount(4, inGroup);
    expect(lines.map((entry) => entry.type === 'log' && (JSON.parse(entry.line) as object))).toMatchObject(
      ['EXECUTION_STARTED', 'TARGET_STAGE_ENTERED', 'TARGET_STAGE_SUCCEEDED', 'EXECUTION_SUCCEEDED'].map(
        (messageType) => ({ messageType, resourceArn: arnOf('pipes', 'pipe/logged'), logLevel: 'INFO' }),
      ),
    );
    await removed('logged');
  });

  it('lists pipes in pages and by what they are', async () => {
    for (const name of ['list-c', 'list-a', 'list-b']) {
      await create(name, { DesiredState: 'STOPPED' });
      await settled(name);
    }
    const first = await pipes.send(new Pipes.ListPipesCommand({ NamePrefix: 'list-', Limit: 2 }));
    expect(first.Pipes?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b']);
    const { NextToken } = first;
    const second = await pipes.send(new Pipes.ListPipesCommand({ NamePrefix: 'list-', Limit: 2, NextToken }));
    expect(second).toMatchObject({ Pipes: [{ Name: 'list-c', Target: WORKER, Source: stream }] });
    expect(second.NextToken).toBeUndefined();
    const stopped = await pipes.send(new Pipes.ListPipesCommand({ DesiredState: 'STOPPED' }));
    expect(stopped.Pipes?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b', 'list-c']);
    for (const name of ['list-a', 'list-b', 'list-c']) await removed(name);
  });

  it('fails a pipe whose stream is not there, with the reason, and does not start it then', async () => {
    await create('lost', { Source: stream.replace('things', 'nothings') });
    expect(await settled('lost')).toMatchObject({
      CurrentState: 'CREATE_FAILED',
      StateReason: expect.stringMatching(/stream not found/i) as unknown,
    });
    expect(await failure(pipes.send(new Pipes.StartPipeCommand({ Name: 'lost' })))).toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('CREATE_FAILED') as unknown,
      status: 409,
    });
    await removed('lost');
  });

  const dynamo = { StartingPosition: 'LATEST' } as const;
  const refused: readonly (readonly [string, Partial<Pipes.CreatePipeCommandInput>, RegExp])[] = [
    [
      'a batch over SNS’s limit',
      { Target: arnOf('sns', 't'), SourceParameters: { DynamoDBStreamParameters: { ...dynamo, BatchSize: 11 } } },
      /BatchSize: 11 .*10/,
    ],
    [
      'a pattern that is none',
      {
        SourceParameters: { DynamoDBStreamParameters: dynamo, FilterCriteria: { Filters: [{ Pattern: '{"a": 1}' }] } },
      },
      /FilterCriteria.*"a" must be an object or an array/,
    ],
    [
      'a function that is not there',
      { Target: arnOf('lambda', 'function:nobody') },
      /Target: .*nobody.* no such function/,
    ],
    ['a target that is not emulated', { Target: arnOf('states', 'stateMachine:s') }, /Target: .*Step Functions/],
    ['an event bus', { Target: arnOf('events', 'event-bus/default') }, /Target: .*event buses are not emulated/],
    [
      'parameters of another source',
      { SourceParameters: { SqsQueueParameters: { BatchSize: 1 }, DynamoDBStreamParameters: dynamo } },
      /SourceParameters\.SqsQueueParameters: .*not emulated/,
    ],
    ['a source that is no DynamoDB stream', { Source: arnOf('sqs', 'inbox') }, /Source: .*ARN of a DynamoDB stream/],
    ['a role that is none', { RoleArn: 'admin' }, /RoleArn: "admin" .*ARN of a role/],
    ['a wrong name', { Name: 'with%20space' }, /Name: .*1 to 64 characters/],
    [
      'a dead-letter queue that is not there',
      {
        SourceParameters: {
          DynamoDBStreamParameters: { ...dynamo, DeadLetterConfig: { Arn: arnOf('sqs', 'nothing') } },
        },
      },
      /DeadLetterConfig\.Arn: .*nothing.* no such queue/,
    ],
    ['a topic that is not there', { Target: arnOf('sns', 'nothing') }, /Target: .*nothing.* no such topic/],
    [
      'parameters of another target',
      { TargetParameters: { SqsQueueParameters: { MessageGroupId: 'g' } } },
      /TargetParameters\.SqsQueueParameters: .*does not belong/,
    ],
    [
      'a FIFO queue for dead letters',
      {
        SourceParameters: {
          DynamoDBStreamParameters: { ...dynamo, DeadLetterConfig: { Arn: arnOf('sqs', 'dead.fifo') } },
        },
      },
      /DeadLetterConfig\.Arn.*FIFO/,
    ],
  ];
  for (const [what, more, message] of refused)
    it(`refuses ${what} with field, value and rule`, async () => {
      expect(await failure(create('refused', more))).toEqual({
        name: 'ValidationException',
        message: expect.stringMatching(message) as unknown,
        status: 400,
      });
    });

  it('refuses a second pipe of one name, and an unknown one', async () => {
    expect(await failure(create('flow'))).toMatchObject({ name: 'ConflictException', status: 409 });
    expect(await failure(describePipe('nobody'))).toMatchObject({ name: 'NotFoundException', status: 404 });
  });

  it('forgets a deleted pipe for good', async () => {
    await removed('flow');
    await stop();
    await start();
    expect(await failure(describePipe('flow'))).toMatchObject({ name: 'NotFoundException' });
  });
});
