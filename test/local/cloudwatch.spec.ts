/** Metrics and alarms of a running stack as clients of CloudWatch see them, in each of its three protocols. */
import { after, before, describe, it } from 'node:test';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricStat,
  paginateGetMetricData,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { ManualClock } from '../../libs/pipes/test/manual-clock.js';
import { depthOf, errorsIn, throttlesIn } from '../../libs/topology/src/alarms-on.js';
import { whenMetric } from '../../libs/topology/src/alarm.js';
import { handlerFunction, queue, topic } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { queueUrl } from '../../localstack/src/account.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { aws, withoutCli } from './command-line-tool.js';
import { temporaryFolder } from './folder.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HANDLER = `export const handler = async ({ fail }) => { if (fail) throw new Error(fail); };`;
const worker = handlerFunction('worker', { entry: 'worker' });
const monitoring = topic('monitoring');
const topology = system('seen', {
  alarms: [errorsIn(worker).to(monitoring), throttlesIn(worker), depthOf(queue('work'), { threshold: 10 })],
});

describe('CloudWatch', () => {
  const root = temporaryFolder({ 'worker/lambda.mjs': HANDLER });
  /** Noon, and in the middle of a minute: no test meets the turn of either. */
  const clock = new ManualClock(Math.floor(Date.now() / DAY) * DAY + DAY / 2 + MINUTE / 2);
  const StartTime = new Date(clock.now() - 60 * MINUTE);
  const EndTime = new Date(clock.now() + MINUTE);
  let stack: LocalStack;
  let cloudWatch: CloudWatchClient;
  let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

  before(async () => {
    stack = await startLocalStack({ topology, root, clock });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    settings = { endpoint: stack.awsUrl, region: 'us-east-1', credentials };
    cloudWatch = new CloudWatchClient({ ...settings, maxAttempts: 1 });
  });
  after(async () => {
    cloudWatch.destroy();
    await stack.stop();
  });

  const invoke = async (event: object): Promise<void> => {
    const lambda = new LambdaClient(settings);
    const Payload = Buffer.from(JSON.stringify(event));
    await lambda.send(new InvokeCommand({ FunctionName: 'seen-dev-worker', Payload }));
    lambda.destroy();
  };
  const stat = (MetricName: string, Stat: string, more: Partial<MetricStat> = {}, Namespace = 'shop'): MetricStat => ({
    ...{ Metric: { Namespace, MetricName }, Period: 60, Stat },
    ...more,
  });
  const valuesOf = async (MetricStat: MetricStat): Promise<number[] | undefined> => {
    const MetricDataQueries = [{ Id: 'm', MetricStat }];
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({ MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampAscending' }),
    );
    return MetricDataResults?.[0]?.Values;
  };

  it('takes values one by one, by their counts and as statistics, each at its time', async () => {
    const at = (minutesAgo: number): Date => new Date(clock.now() - minutesAgo * MINUTE);
    const name = { MetricName: 'Orders', Unit: 'Count' } as const;
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'shop',
        MetricData: [
          { ...name, Timestamp: at(10), Value: 3 },
          { ...name, Timestamp: at(10), Values: [1, 5], Counts: [4, 2] },
          { ...name, Timestamp: at(5), StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 10, Maximum: 20 } },
          { ...name, Value: 7 },
        ],
      }),
    );
    expect(await valuesOf(stat('Orders', 'Sum'))).toEqual([17, 30, 7]);
    expect(await valuesOf(stat('Orders', 'SampleCount'))).toEqual([7, 2, 1]);
    expect(await valuesOf(stat('Orders', 'Maximum'))).toEqual([5, 20, 7]);
    expect(await valuesOf(stat('Orders', 'Average', { Period: DAY / 1000 }))).toEqual([5.4]);
    expect(await valuesOf(stat('Orders', 'Sum', { Unit: 'Bytes' }))).toEqual([]);
    const Dimensions = [{ Name: 'service', Value: 'a' }];
    expect(
      await valuesOf(stat('Orders', 'Sum', { Metric: { Namespace: 'shop', MetricName: 'Orders', Dimensions } })),
    ).toEqual([]);
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace: 'shop', MetricName: 'Orders', StartTime, EndTime },
        ...{ Period: 60, Statistics: ['Minimum', 'Sum'] },
      }),
    );
    expect(Datapoints).toContainEqual({
      Timestamp: new Date(Math.floor(at(10).getTime() / MINUTE) * MINUTE),
      ...{ Minimum: 1, Sum: 17, Unit: 'Count' },
    });
  });

  it('gives values page by page, the newest first', async () => {
    const MetricDataQueries = [{ Id: 'm', MetricStat: stat('Orders', 'Sum') }];
    const input = { MetricDataQueries, StartTime, EndTime, MaxDatapoints: 2 };
    const pages: (number[] | undefined)[] = [];
    for await (const { MetricDataResults } of paginateGetMetricData({ client: cloudWatch }, input))
      pages.push(MetricDataResults?.[0]?.Values);
    expect(pages).toEqual([[7, 30], [17]]);
  });

  it('tells what Lambda and SQS would of a function and a queue', async () => {
    await invoke({});
    await invoke({ fail: 'once' });
    const of = (MetricName: string, Stat: string): MetricStat =>
      stat(MetricName, Stat, {
        Metric: {
          ...{ Namespace: 'AWS/Lambda', MetricName },
          Dimensions: [{ Name: 'FunctionName', Value: 'seen-dev-worker' }],
        },
      });
    expect(await valuesOf(of('Invocations', 'Sum'))).toEqual([2]);
    expect(await valuesOf(of('Errors', 'Sum'))).toEqual([1]);
    expect(await valuesOf(of('Errors', 'Average'))).toEqual([0.5]);
    const queues = new SQSClient(settings);
    const QueueUrl = queueUrl(stack.awsUrl, 'seen-dev-work');
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    queues.destroy();
    const Dimensions = [{ Name: 'QueueName', Value: 'seen-dev-work' }];
    const Metric = { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Dimensions };
    expect(await valuesOf(stat('', 'Maximum', { Metric }))).toEqual([1]);
  });

  it('lists metrics by namespace, name and dimensions', async () => {
    const { Metrics } = await cloudWatch.send(
      new ListMetricsCommand({ Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName' }] }),
    );
    expect(Metrics?.map(({ MetricName }) => MetricName).sort()).toEqual([
      'Duration',
      'Errors',
      'Invocations',
      'Throttles',
    ]);
    const other = new ListMetricsCommand({ Dimensions: [{ Name: 'FunctionName', Value: 'other' }] });
    expect((await cloudWatch.send(other)).Metrics).toEqual([]);
  });

  it('shows the declared alarms', async () => {
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'seen-dev-worker-e' }));
    expect(MetricAlarms).toMatchObject([
      {
        AlarmName: 'seen-dev-worker-errors',
        AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:seen-dev-worker-errors',
        AlarmActions: ['arn:aws:sns:us-east-1:000000000000:seen-dev-monitoring'],
        OKActions: [],
        ActionsEnabled: true,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        StateUpdatedTimestamp: expect.any(Date) as unknown,
        ...{ Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
        Dimensions: [{ Name: 'FunctionName', Value: 'seen-dev-worker' }],
        ...{ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' },
      },
    ]);
    const first = await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    const rest = await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }));
    expect([first, rest].map((page) => page.MetricAlarms?.length)).toEqual([2, 1]);
    const acting = { ActionPrefix: 'arn:aws:sns', StateValue: 'INSUFFICIENT_DATA' } as const;
    expect((await cloudWatch.send(new DescribeAlarmsCommand(acting))).MetricAlarms).toHaveLength(1);
  });

  it('puts an alarm into a state by hand, which acts, and lasts until the next look', async () => {
    const AlarmName = 'seen-dev-worker-errors';
    const isOurs = (entry: JournalEntry): boolean => entry.type === 'message' && entry.to === 'seen-dev-monitoring';
    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a drill' }));
    expect(await stack.journal.waitFor(isOurs)).toMatchObject({
      subject: 'ALARM: "seen-dev-worker-errors" in US East (N. Virginia)',
      body: expect.stringContaining('"NewStateReason":"a drill"') as unknown,
    });
    // Past the failed invocation above, as far as CloudWatch looks back.
    for (let minute = 0; minute < 4; minute++) {
      await clock.passSleep(() => true);
      await clock.sleeping(() => true);
    }
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    expect(MetricAlarms?.[0]?.StateValue).toBe('OK');
    const { AlarmHistoryItems } = await cloudWatch.send(new DescribeAlarmHistoryCommand({ AlarmName }));
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from ALARM to OK',
      'Successfully executed action arn:aws:sns:us-east-1:000000000000:seen-dev-monitoring',
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
    ]);
  });

  it('refuses in AWS’s words what is wrong, and by name what is not emulated', async () => {
    const refused = async (answer: Promise<unknown>, error: object): Promise<void> =>
      void (await expect(answer).rejects.toMatchObject(error));
    const MetricData = [{ MetricName: 'Orders', Value: 1 }];
    await refused(
      cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'nobody', StateValue: 'OK', StateReason: '' })),
      {
        name: 'ResourceNotFound',
      },
    );
    await refused(cloudWatch.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData })), {
      name: 'InvalidParameterValueException',
    });
    await refused(
      cloudWatch.send(new PutMetricDataCommand({ Namespace: 'shop', MetricData: [{ MetricName: 'Orders' }] })),
      {
        name: 'InvalidParameterCombinationException',
      },
    );
    await refused(cloudWatch.send(new DescribeAlarmsCommand({ NextToken: 'what' })), { name: 'InvalidNextToken' });
    const times = { StartTime, EndTime };
    await refused(
      cloudWatch.send(new GetMetricDataCommand({ ...times, MetricDataQueries: [{ Id: 'e', Expression: 'SUM(m)' }] })),
      {
        name: 'NotImplemented',
        message: 'The local stack does not emulate metric math (Expression).',
      },
    );
    await refused(
      cloudWatch.send(
        new GetMetricDataCommand({ ...times, MetricDataQueries: [{ Id: 'm', MetricStat: stat('Orders', 'p99') }] }),
      ),
      { name: 'NotImplemented', message: 'The local stack does not emulate the statistic p99.' },
    );
    await refused(
      cloudWatch.send(
        new GetMetricDataCommand({
          ...times,
          MetricDataQueries: [{ Id: 'm', MetricStat: stat('Orders', 'Sum', { Period: 10 }) }],
        }),
      ),
      { name: 'InvalidParameterValueException' },
    );
    const alarm = { AlarmName: 'a', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 } as const;
    await refused(cloudWatch.send(new PutMetricAlarmCommand(alarm)), {
      name: 'NotImplemented',
      message: 'The local stack does not emulate monitoring: PutMetricAlarm.',
    });
  });

  it('refuses a member that it does not read, and a body that is none, in each protocol', async () => {
    const target = { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics' };
    const json = await fetch(stack.awsUrl, { method: 'POST', headers: target, body: '{"OwningAccount":"1"}' });
    expect(json.status).toBe(501);
    expect(await json.json()).toMatchObject({ message: 'The local stack does not emulate OwningAccount.' });
    const garbled = await fetch(stack.awsUrl, { method: 'POST', headers: target, body: '{' });
    expect([garbled.status, await garbled.json()]).toMatchObject([400, { __type: 'SerializationException' }]);
    const path = `${stack.awsUrl}/service/GraniteServiceVersion20100801/operation/ListMetrics`;
    const cbor = await fetch(path, { method: 'POST', body: Buffer.from('ff', 'hex') });
    expect(cbor.status).toBe(400);
    expect(cbor.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    expect(await cbor.text()).toContain('SerializationException');
  });

  it('is spoken to by the command line, which speaks CBOR', { skip: withoutCli }, async () => {
    const said = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await aws(stack.awsUrl, 'cloudwatch', ...words, '--output', 'json')) || '{}') as unknown;
    await said('put-metric-data', '--namespace', 'cli', '--metric-name', 'Lines', '--value', '2.5', '--unit', 'Count');
    expect(await said('list-metrics', '--namespace', 'cli')).toEqual({
      Metrics: [{ Namespace: 'cli', MetricName: 'Lines', Dimensions: [] }],
    });
    const of = ['--namespace', 'cli', '--metric-name', 'Lines', '--period', '60', '--statistics', 'Sum'];
    // The stack's clock has gone ahead of the machine's, whose time the command line sends.
    const times = ['--start-time', StartTime.toISOString(), '--end-time', new Date(clock.now() + MINUTE).toISOString()];
    expect(await said('get-metric-statistics', ...of, ...times)).toMatchObject({
      Label: 'Lines',
      Datapoints: [{ Timestamp: expect.anything() as unknown, Sum: 2.5, Unit: 'Count' }],
    });
    expect(await said('describe-alarms', '--alarm-names', 'seen-dev-worker-throttles')).toMatchObject({
      MetricAlarms: [{ AlarmName: 'seen-dev-worker-throttles', Threshold: 1 }],
    });
    await expect(
      said('set-alarm-state', '--alarm-name', 'nobody', '--state-value', 'OK', '--state-reason', 'x'),
    ).rejects.toThrow('ResourceNotFound');
    await expect(said('describe-anomaly-detectors')).rejects.toThrow('NotImplemented');
  });

  it('is spoken to in the query protocol of older clients', async () => {
    const query = async (members: Record<string, string>): Promise<{ status: number; text: string }> => {
      const response = await fetch(stack.awsUrl, {
        method: 'POST',
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host',
        },
        body: new URLSearchParams({ Version: '2010-08-01', ...members }),
      });
      return { status: response.status, text: await response.text() };
    };
    const put = await query({
      Action: 'PutMetricData',
      Namespace: 'old',
      'MetricData.member.1.MetricName': 'Lines & more',
      'MetricData.member.1.Value': '1.5',
      'MetricData.member.1.Dimensions.member.1.Name': 'service',
      'MetricData.member.1.Dimensions.member.1.Value': 'a',
    });
    expect(put.status).toBe(200);
    const { text } = await query({ Action: 'ListMetrics', Namespace: 'old' });
    expect(text).toContain(
      '<ListMetricsResult><Metrics><member><Namespace>old</Namespace><MetricName>Lines &amp; more</MetricName>' +
        '<Dimensions><member><Name>service</Name><Value>a</Value></member></Dimensions></member></Metrics></ListMetricsResult>',
    );
    const missing = await query({
      ...{ Action: 'SetAlarmState', AlarmName: 'nobody', StateValue: 'OK', StateReason: 'x' },
    });
    expect(missing.status).toBe(404);
    expect(missing.text).toContain('<Code>ResourceNotFound</Code>');
  });

  it('refuses at the start an alarm on what the local stack does not measure', async () => {
    const metric = { of: worker, name: 'ConcurrentExecutions' };
    const unseen = system('unseen', { alarms: [whenMetric('busy', metric, { threshold: 5 })] });
    await expect(startLocalStack({ topology: unseen, root })).rejects.toThrow(
      'alarm "busy": metric ConcurrentExecutions of AWS/Lambda',
    );
  });
});
