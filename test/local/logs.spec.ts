/** The log groups of a running stack, as SDK and command line read them. */
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'expect';
import { handlerFunction } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { aws, withoutCli } from './command-line-tool.js';
import { temporaryFolder } from '../fixtures/folder.js';

const HANDLER = `export const handler = async ({ lines = [], fail, sleepMs }) => {
  for (const line of lines) console.log(line);
  if (sleepMs) await new Promise((resolve) => setTimeout(resolve, sleepMs));
  if (fail) throw new RangeError(fail);
  return process.env.AWS_LAMBDA_LOG_STREAM_NAME;
};`;
const talker = handlerFunction('talker', { entry: 'talker', timeout: 2, memory: 128 });
const topology = system('said', { also: [talker] });
const logGroupName = '/aws/lambda/said-dev-talker';

describe('the log of a function', () => {
  let stack: LocalStack;
  let logs: CloudWatchLogsClient;
  let lambda: LambdaClient;
  let metrics: CloudWatchClient;

  before(async () => {
    stack = await startLocalStack({ topology, root: temporaryFolder({ 'talker/lambda.mjs': HANDLER }) });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const settings = { endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    logs = new CloudWatchLogsClient(settings);
    lambda = new LambdaClient(settings);
    metrics = new CloudWatchClient(settings);
  });
  after(async () => {
    logs.destroy();
    lambda.destroy();
    metrics.destroy();
    await stack.stop();
  });

  const invoke = async (event: object): Promise<unknown> => {
    const Payload = Buffer.from(JSON.stringify(event));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'said-dev-talker', Payload }));
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as unknown;
  };
  const found = async (filterPattern: string): Promise<(string | undefined)[]> => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
    return events.map(({ message }) => message);
  };

  it('is there before its first line, with the declared retention', async () => {
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/said' }));
    expect(logGroups).toMatchObject([
      {
        logGroupName,
        arn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*`,
        retentionInDays: 30,
      },
    ]);
  });

  it('has a stream for each instance, named as the function is told', async () => {
    const streams = new Set(
      await Promise.all(['a', 'b'].map((line) => invoke({ lines: [`instance ${line}`], sleepMs: 1_500 }))),
    );
    expect(streams.size).toBe(2);
    const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    expect(new Set(logStreams.map(({ logStreamName }) => logStreamName))).toEqual(streams);
    for (const logStreamName of streams) {
      expect(logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
      const { events } = await logs.send(
        new GetLogEventsCommand({ logGroupName, logStreamName: String(logStreamName), startFromHead: true }),
      );
      expect(events).toMatchObject([{ message: expect.stringMatching(/^instance [ab]$/) as unknown }]);
    }
  });

  it('is searched by pattern, page by page', async () => {
    const lines = Array.from({ length: 7 }, (_, n) => JSON.stringify({ level: n % 2 ? 'ERROR' : 'INFO', n }));
    await invoke({ lines });
    expect(await found('{ $.level = "ERROR" && $.n > 1 }')).toEqual([lines[3], lines[5]]);
    const pages: number[] = [];
    const search = { logGroupName, filterPattern: '{ $.n >= 0 }', limit: 3 };
    for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, search)) pages.push(events.length);
    expect(pages).toEqual([3, 3, 1]);
  });

  it('tells what Lambda itself writes when an invocation fails or takes too long', async () => {
    await invoke({ fail: 'out of range' });
    expect(await found('"Invoke Error"')).toEqual([
      expect.stringMatching(
        /^\S+Z\t[0-9a-f-]{36}\tERROR\tInvoke Error \t\{"errorType":"RangeError","errorMessage":"out of range"\}$/,
      ),
    ]);
    await invoke({ sleepMs: 5_000 });
    expect(await found('"timed out"')).toEqual([
      expect.stringMatching(/^\S+Z [0-9a-f-]{36} Task timed out after 2\.00 seconds$/),
    ]);
  });

  it('takes groups, streams and events of others, and keeps a retention', async () => {
    const own = { logGroupName: 'own', logStreamName: 'stream' };
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'own' }));
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: 'own' }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await logs.send(new CreateLogStreamCommand(own));
    const logEvents = ['one', 'two'].map((message, n) => ({ message, timestamp: 1_000 + n }));
    await logs.send(new PutLogEventsCommand({ ...own, logEvents }));
    const { events } = await logs.send(new GetLogEventsCommand({ ...own, startTime: 1_000, endTime: 1_001 }));
    expect(events?.map(({ message }) => message)).toEqual(['one']);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: 'own', retentionInDays: 7 }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'own' }));
    expect(logGroups?.[0]?.retentionInDays).toBe(7);
  });

  it('counts what is in lines that are put, as in those of functions', async () => {
    const own = { logGroupName: 'counted', logStreamName: 'stream' };
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'counted' }));
    await logs.send(new CreateLogStreamCommand(own));
    const CloudWatchMetrics = [{ Namespace: 'put-by-hand', Dimensions: [[]], Metrics: [{ Name: 'Things' }] }];
    const message = JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, Things: 3 });
    await logs.send(new PutLogEventsCommand({ ...own, logEvents: [{ message, timestamp: Date.now() }] }));
    const { Metrics } = await metrics.send(new ListMetricsCommand({ Namespace: 'put-by-hand' }));
    expect(Metrics?.map(({ MetricName }) => MetricName)).toEqual(['Things']);
  });

  it('has no operation by a name that every object knows', async () => {
    for (const target of ['Logs_20140328.constructor', 'GraniteServiceVersion20100801.toString']) {
      const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
      expect((await fetch(stack.awsUrl, { method: 'POST', headers, body: '{}' })).status).toBe(501);
    }
  });

  it('refuses in AWS’s words what is wrong, missing or not emulated', async () => {
    const search = (input: object) => logs.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    await expect(search({ filterPattern: '{ $.level' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Invalid filter pattern: expected one of') as unknown,
    });
    await expect(search({ logGroupName: 'nobody' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(search({ logStreamNames: ['nobody'] })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(search({ nextToken: 'what' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(search({ limit: 10_001 })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(
      logs.send(new CreateLogGroupCommand({ logGroupName: 'secret', kmsKeyId: 'key' })),
    ).rejects.toMatchObject({ message: 'The local stack does not emulate kmsKeyId.' });
    const query = { logGroupName, queryString: 'fields @message', startTime: 0, endTime: 1 };
    await expect(logs.send(new StartQueryCommand(query))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The local stack does not emulate logs: StartQuery.',
    });
  });

  it('is read by the command line', { skip: withoutCli }, async () => {
    await invoke({ lines: ['for the command line'] });
    const logged = (...words: string[]): Promise<string> =>
      aws(stack.awsUrl, 'logs', ...words, '--log-group-name', logGroupName, '--output', 'text');
    const filter = ['--filter-pattern', '"for the command line"', '--query', 'events[].[logStreamName,message]'];
    const [stream, message] = (await logged('filter-log-events', ...filter)).trim().split('\t');
    expect(message).toBe('for the command line');
    const events = await logged('get-log-events', '--log-stream-name', String(stream), '--limit', '1');
    expect(events).toContain('for the command line');
  });
});
