/** Alarms of a running stack, on a clock that the tests move: from what happens to the message on the topic. */
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { ManualClock } from '../../libs/pipes/test/manual-clock.js';
import { whenMetric } from '../../libs/topology/src/alarm.js';
import {
  ageOf,
  deadLettersIn,
  depthOf,
  errorLinesIn,
  errorsIn,
  failuresIn,
  partialFailuresIn,
  serverErrorsIn,
  throttlesIn,
} from '../../libs/topology/src/alarms-on.js';
import { handlerFunction, httpFunction, queue, singleTable, topic } from '../../libs/topology/src/construct.js';
import { minutes } from '../../libs/topology/src/duration.js';
import { metricFilter } from '../../libs/topology/src/metric-filter.js';
import { pipe } from '../../libs/topology/src/pipe.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { queueUrl } from '../../localstack/src/account.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { line } from '../../localstack/src/terminal.js';
import { temporaryFolder } from './folder.js';

const FILES = {
  'worker/lambda.mjs': `export const handler = async ({ lines = [], fail, sleepMs }) => {
    for (const line of lines) console.log(line);
    if (sleepMs) await new Promise((resolve) => setTimeout(resolve, sleepMs));
    if (fail) throw new Error(fail);
  };`,
  'web/lambda.mjs': `export const handler = async () => ({ statusCode: 500, body: '' });`,
  'picky/lambda.mjs': `export const handler = async (event) => {
    if (Array.isArray(event)) return { batchItemFailures: [{ itemIdentifier: event[0].eventID }] };
    await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  };`,
  'broken/lambda.mjs': `export const handler = async () => { throw new Error('always'); };`,
};
const table = singleTable('data', { stream: 'NEW_IMAGE' });
const worker = handlerFunction('worker', { entry: 'worker', timeout: 1, memory: 128 });
const api = restApi('api', { routes: { 'GET /web': httpFunction('web', { entry: 'web' }) } });
const failing = pipe('failing', {
  source: table,
  retries: 0,
  target: handlerFunction('broken', { entry: 'broken' }),
});
const partly = pipe('partly', {
  source: table,
  filter: [{ dynamodb: { Keys: { PK: { S: ['in part'] } } } }],
  retries: 0,
  target: handlerFunction('picky', { entry: 'picky', timeout: 2 }),
});
const [dead, backlog] = [queue('dead'), queue('backlog')];
const slow = metricFilter('slow-lines', { function: worker, pattern: '{ $.latency = * }', value: '$.latency' });
const [monitoring, inbox] = [topic('monitoring'), queue('alarm-inbox')];
const topology = system('watched', {
  api,
  pipes: [failing, partly],
  subscriptions: [monitoring.deliverTo(inbox)],
  alarms: [
    errorLinesIn(worker).to(monitoring, { ok: true }),
    ...[errorsIn(worker), throttlesIn(worker), serverErrorsIn(api), failuresIn(failing), deadLettersIn(dead)],
    ...[partialFailuresIn(partly), throttlesIn(partly)],
    ...[depthOf(backlog, { threshold: 2 }), ageOf(backlog, { threshold: minutes(5) })],
    whenMetric('slow', { of: slow }, { threshold: 100, statistic: 'Average', comparison: 'GreaterThanThreshold' }),
    whenMetric(
      'few-orders',
      { of: undefined, name: 'Orders', dimensions: { service: 'shop' } },
      {
        ...{ threshold: 5, comparison: 'LessThanThreshold', period: minutes(2) },
        ...{ evaluationPeriods: 3, datapointsToAlarm: 2, missingData: 'missing' },
      },
    ).to(monitoring, { insufficientData: true }),
  ],
});

describe('an alarm of a running stack', () => {
  const clock = new ManualClock();
  const [root, dataDir] = [temporaryFolder(FILES), temporaryFolder()];
  let stack: LocalStack;
  let clients: { lambda: LambdaClient; queues: SQSClient; tables: DynamoDBClient };

  const start = async (): Promise<void> => {
    stack = await startLocalStack({ topology, root, dataDir, clock, maxInstances: 1 });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const settings = { endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    clients = {
      lambda: new LambdaClient(settings),
      queues: new SQSClient(settings),
      tables: new DynamoDBClient(settings),
    };
  };
  const stop = async (): Promise<void> => {
    for (const client of Object.values(clients)) client.destroy();
    await stack.stop();
  };
  before(start);
  after(stop);

  /** Lets minutes end, and each be looked at. */
  const pass = async (count = 1): Promise<void> => {
    for (let minute = 0; minute < count; minute++) {
      await clock.passSleep(() => true);
      await clock.sleeping(() => true);
    }
  };
  const invoke = (event: object): Promise<unknown> =>
    clients.lambda.send(
      new InvokeCommand({ FunctionName: 'watched-dev-worker', Payload: Buffer.from(JSON.stringify(event)) }),
    );
  const urlOf = (name: string): string => queueUrl(stack.awsUrl, `watched-dev-${name}`);
  /** Into which states an alarm went since an entry of the journal. */
  const wentTo = (name: string, since = 0): string[] =>
    stack.journal
      .entries((entry) => entry.seq >= since && entry.type === 'alarm' && entry.alarm === `watched-dev-${name}`)
      .map((entry) => (entry.type === 'alarm' ? entry.to : ''));
  const told = (since: number): Extract<JournalEntry, { type: 'message' }>[] =>
    stack.journal
      .entries((entry) => entry.seq >= since && entry.type === 'message' && entry.to === 'watched-dev-monitoring')
      .flatMap((entry) => (entry.type === 'message' ? [entry] : []));

  it('of which nothing is known yet finds out at its first look, and tells no one', async () => {
    await pass();
    expect(wentTo('worker-errors')).toEqual(['OK']);
    expect(wentTo('few-orders')).toEqual([]);
    const ours = told(0).map(({ subject }) => subject);
    // The one that asked to be told of OK is.
    expect(ours).toEqual(['OK: "watched-dev-worker-error-lines" in US East (N. Virginia)']);
  });

  it('goes off over a logged error, tells the topic in CloudWatch’s words, and tells when it is over', async () => {
    const since = stack.journal.next;
    await invoke({ lines: ['{"level":"INFO","message":"fine"}', '{"level":"ERROR","message":"broken"}'] });
    await pass();
    const QueueUrl = urlOf('alarm-inbox');
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await clients.queues.send(receive);
    const envelopes = Messages.map(({ Body = '' }) => JSON.parse(Body) as { Subject: string; Message: string });
    const alarm = envelopes.find(({ Subject }) => Subject.startsWith('ALARM'));
    expect(alarm?.Subject).toBe('ALARM: "watched-dev-worker-error-lines" in US East (N. Virginia)');
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/) as unknown;
    const action = 'arn:aws:sns:us-east-1:000000000000:watched-dev-monitoring';
    expect(JSON.parse(alarm?.Message ?? '')).toEqual({
      AlarmName: 'watched-dev-worker-error-lines',
      AlarmDescription: 'worker logs errors.',
      AWSAccountId: '000000000000',
      AlarmConfigurationUpdatedTimestamp: at,
      NewStateValue: 'ALARM',
      NewStateReason: expect.stringMatching(
        /^Threshold Crossed: 1 out of the last 1 datapoints \[1\.0 \(.*:00\)\] was greater than or equal to the threshold \(1\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$/,
      ) as unknown,
      StateChangeTime: at,
      Region: 'US East (N. Virginia)',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:watched-dev-worker-error-lines',
      OldStateValue: 'OK',
      OKActions: [action],
      AlarmActions: [action],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'worker-error-lines',
        Namespace: 'watched-dev',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [],
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
    // While it lasts it is not told again; a minute with a good line ends it.
    await invoke({ lines: ['{"level":"ERROR"}'] });
    await pass();
    expect(wentTo('worker-error-lines', since)).toEqual(['ALARM']);
    await invoke({ lines: ['{"level":"INFO"}'] });
    await pass();
    expect(wentTo('worker-error-lines', since)).toEqual(['ALARM', 'OK']);
    expect(told(since).map(({ subject }) => subject?.slice(0, 5))).toEqual(['ALARM', 'OK: "']);
    const shown = stack.journal.entries((entry) => entry.seq >= since && entry.type === 'alarm').map(line);
    expect(shown[0]).toMatch(/alarm.* watched-dev-worker-error-lines is ALARM: Threshold Crossed: 1 out of/);
  });

  it('keeps looking at the last data there is for two periods more, as CloudWatch does', async () => {
    const since = stack.journal.next;
    await invoke({ fail: 'once' });
    await pass();
    expect(wentTo('worker-errors', since)).toEqual(['ALARM']);
    await pass(2);
    expect(wentTo('worker-errors', since)).toEqual(['ALARM']);
    await pass();
    expect(wentTo('worker-errors', since)).toEqual(['ALARM', 'OK']);
  });

  it('goes off over throttled invocations', async () => {
    const since = stack.journal.next;
    await Promise.allSettled(Array.from({ length: 3 }, () => invoke({ sleepMs: 3_000 })));
    await stack.drained();
    await pass();
    expect(wentTo('worker-throttles', since)).toEqual(['ALARM']);
  });

  it('goes off over a pipe whose executions fail', async () => {
    const since = stack.journal.next;
    const Item = { PK: { S: 'a' }, SK: { S: 'b' } };
    await clients.tables.send(new PutItemCommand({ TableName: 'watched-dev-data', Item }));
    await stack.journal.waitFor({ type: 'discarded' });
    await pass();
    expect(wentTo('failing-failures', since)).toEqual(['ALARM']);
  });

  it('goes off over a pipe whose executions fail in part, and over one that finds its target throttled', async () => {
    const since = stack.journal.next;
    const put = (SK: string): Promise<unknown> =>
      clients.tables.send(
        new PutItemCommand({ TableName: 'watched-dev-data', Item: { PK: { S: 'in part' }, SK: { S: SK } } }),
      );
    await put('a');
    await stack.journal.waitFor({ type: 'discarded', pipe: 'watched-dev-partly' });
    await pass();
    expect(wentTo('partly-partial-failures', since)).toEqual(['ALARM']);
    expect(wentTo('partly-throttles', since)).toEqual([]);
    // They keep the one instance for longer than an event waits for it.
    const slow = new InvokeCommand({ FunctionName: 'watched-dev-picky', Payload: Buffer.from('{"sleepMs":1900}') });
    const busy = Promise.all([clients.lambda.send(slow), clients.lambda.send(slow)]);
    await put('b');
    await stack.journal.waitFor({ type: 'pipe-step', pipe: 'watched-dev-partly', step: 'EXECUTION_THROTTLED' });
    await busy;
    await stack.drained();
    await pass();
    expect(wentTo('partly-throttles', since)).toEqual(['ALARM']);
  });

  it('goes off over server errors of the API', async () => {
    const since = stack.journal.next;
    expect((await fetch(`${stack.apiUrl}/web`)).status).toBe(500);
    await pass();
    expect(wentTo('api-server-errors', since)).toEqual(['ALARM']);
  });

  it('goes off over dead letters, the length of a queue and the age of its oldest message', async () => {
    const since = stack.journal.next;
    const send = (name: string): Promise<unknown> =>
      clients.queues.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody: 'x' }));
    await Promise.all(['dead', 'backlog'].map(send));
    await pass();
    expect(wentTo('dead-waiting', since)).toEqual(['ALARM']);
    expect(wentTo('backlog-depth', since)).toEqual([]);
    await send('backlog');
    await pass();
    expect(wentTo('backlog-depth', since)).toEqual(['ALARM']);
    await pass(5);
    expect(wentTo('backlog-age', since)).toEqual(['ALARM']);
    for (const name of ['dead', 'backlog']) await clients.queues.send(new PurgeQueueCommand({ QueueUrl: urlOf(name) }));
    await pass();
    for (const name of ['dead-waiting', 'backlog-depth', 'backlog-age'])
      expect(wentTo(name, since)).toEqual(['ALARM', 'OK']);
  });

  it('takes the values that a metric filter finds in the lines', async () => {
    const since = stack.journal.next;
    await invoke({ lines: ['{"latency":50}', '{"latency":"none"}', '{"latency":150}'] });
    await pass();
    expect(wentTo('slow', since)).toEqual([]);
    await invoke({ lines: ['{"latency":50}', '{"latency":151}'] });
    await pass();
    expect(wentTo('slow', since)).toEqual(['ALARM']);
  });

  it('of 2 out of 3 periods over a function’s own metric goes off, and loses sight when the metric ends', async () => {
    const since = stack.journal.next;
    const count = (orders: number): Promise<unknown> => {
      const CloudWatchMetrics = [
        { Namespace: 'watched-dev', Dimensions: [['service']], Metrics: [{ Name: 'Orders', Unit: 'Count' }] },
      ];
      // Away from the turn of the minute: the function's time is a little behind.
      clock.advance(20_000);
      const _aws = { Timestamp: Date.now(), CloudWatchMetrics };
      return invoke({ lines: [JSON.stringify({ _aws, service: 'shop', Orders: orders })] });
    };
    for (const orders of [9, 9, 1]) {
      await count(orders);
      await pass(2);
    }
    expect(wentTo('few-orders', since)).toEqual(['OK']);
    await count(1);
    await pass(2);
    expect(wentTo('few-orders', since)).toEqual(['OK', 'ALARM']);
    await pass(12);
    expect(wentTo('few-orders', since)).toEqual(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
    expect(told(since).map(({ subject }) => subject?.split(':')[0])).toEqual(['ALARM', 'INSUFFICIENT_DATA']);
  });

  it('is in the same state after a restart, and tells nothing anew', async () => {
    await invoke({ lines: ['{"level":"ERROR"}'] });
    await pass();
    await stop();
    await start();
    await pass();
    expect(wentTo('worker-error-lines')).toEqual(['OK']);
    expect(wentTo('worker-errors')).toEqual([]);
    expect(told(0).map(({ subject }) => subject?.split(':')[0])).toEqual(['OK']);
  });
});
