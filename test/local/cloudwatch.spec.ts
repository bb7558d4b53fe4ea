/** Metrics and alarms of a running stack as a client of CloudWatch sees them. */
import { after, before, describe, it } from 'node:test';
import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  paginateGetMetricData,
  type MetricStat,
} from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { whenMetric } from '../../libs/topology/src/alarm.js';
import { system } from '../../libs/topology/src/system.js';
import { queueUrl } from '../../localstack/src/account.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack } from '../../localstack/src/local-stack.js';
import { DAY, MINUTE, startCloudWatchStack, worker, type CloudWatchStack } from './cloudwatch-stack.js';

describe('CloudWatch', () => {
  let seen: CloudWatchStack;
  before(async () => {
    seen = await startCloudWatchStack();
  });
  after(() => seen.stop());

  const invoke = async (event: object): Promise<void> => {
    const lambda = new LambdaClient(seen.settings);
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
    const { MetricDataResults } = await seen.client.send(
      new GetMetricDataCommand({ MetricDataQueries, ...seen.times, ScanBy: 'TimestampAscending' }),
    );
    return MetricDataResults?.[0]?.Values;
  };

  it('takes values one by one, by their counts and as statistics, each at its time', async () => {
    const at = (minutesAgo: number): Date => new Date(seen.clock.now() - minutesAgo * MINUTE);
    const name = { MetricName: 'Orders', Unit: 'Count' } as const;
    await seen.client.send(
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
    const { Datapoints = [] } = await seen.client.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace: 'shop', MetricName: 'Orders', ...seen.times },
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
    const input = { MetricDataQueries, ...seen.times, MaxDatapoints: 2 };
    const pages: (number[] | undefined)[] = [];
    for await (const { MetricDataResults } of paginateGetMetricData({ client: seen.client }, input))
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
    const queues = new SQSClient(seen.settings);
    const QueueUrl = queueUrl(seen.stack.awsUrl, 'seen-dev-work');
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    queues.destroy();
    const Dimensions = [{ Name: 'QueueName', Value: 'seen-dev-work' }];
    const Metric = { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Dimensions };
    expect(await valuesOf(stat('', 'Maximum', { Metric }))).toEqual([1]);
  });

  it('lists metrics by namespace, name and dimensions', async () => {
    const { Metrics } = await seen.client.send(
      new ListMetricsCommand({ Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName' }] }),
    );
    expect(Metrics?.map(({ MetricName }) => MetricName).sort()).toEqual([
      'Duration',
      'Errors',
      'Invocations',
      'Throttles',
    ]);
    const other = new ListMetricsCommand({ Dimensions: [{ Name: 'FunctionName', Value: 'other' }] });
    expect((await seen.client.send(other)).Metrics).toEqual([]);
  });

  it('shows the declared alarms', async () => {
    const { MetricAlarms } = await seen.client.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: 'seen-dev-worker-e' }),
    );
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
    const first = await seen.client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    const rest = await seen.client.send(new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }));
    expect([first, rest].map((page) => page.MetricAlarms?.length)).toEqual([2, 1]);
    const acting = { ActionPrefix: 'arn:aws:sns', StateValue: 'INSUFFICIENT_DATA' } as const;
    expect((await seen.client.send(new DescribeAlarmsCommand(acting))).MetricAlarms).toHaveLength(1);
  });

  it('puts an alarm into a state by hand, which acts, and lasts until the next look', async () => {
    const AlarmName = 'seen-dev-worker-errors';
    const isOurs = (entry: JournalEntry): boolean => entry.type === 'message' && entry.to === 'seen-dev-monitoring';
    await seen.client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a drill' }));
    expect(await seen.stack.journal.waitFor(isOurs)).toMatchObject({
      subject: 'ALARM: "seen-dev-worker-errors" in US East (N. Virginia)',
      body: expect.stringContaining('"NewStateReason":"a drill"') as unknown,
    });
    // Past the failed invocation above, as far as CloudWatch looks back.
    for (let minute = 0; minute < 4; minute++) {
      await seen.clock.passSleep(() => true);
      await seen.clock.sleeping(() => true);
    }
    const { MetricAlarms } = await seen.client.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    expect(MetricAlarms?.[0]?.StateValue).toBe('OK');
    const { AlarmHistoryItems } = await seen.client.send(new DescribeAlarmHistoryCommand({ AlarmName }));
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
      seen.client.send(new SetAlarmStateCommand({ AlarmName: 'nobody', StateValue: 'OK', StateReason: '' })),
      {
        name: 'ResourceNotFound',
      },
    );
    await refused(seen.client.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData })), {
      name: 'InvalidParameterValueException',
    });
    await refused(
      seen.client.send(new PutMetricDataCommand({ Namespace: 'shop', MetricData: [{ MetricName: 'Orders' }] })),
      {
        name: 'InvalidParameterCombinationException',
      },
    );
    await refused(seen.client.send(new DescribeAlarmsCommand({ NextToken: 'what' })), { name: 'InvalidNextToken' });
    const { times } = seen;
    await refused(
      seen.client.send(new GetMetricDataCommand({ ...times, MetricDataQueries: [{ Id: 'e', Expression: 'SUM(m)' }] })),
      {
        name: 'NotImplemented',
        message: 'The local stack does not emulate metric math (Expression).',
      },
    );
    await refused(
      seen.client.send(
        new GetMetricDataCommand({ ...times, MetricDataQueries: [{ Id: 'm', MetricStat: stat('Orders', 'p99') }] }),
      ),
      { name: 'NotImplemented', message: 'The local stack does not emulate the statistic p99.' },
    );
    await refused(
      seen.client.send(
        new GetMetricDataCommand({
          ...times,
          MetricDataQueries: [{ Id: 'm', MetricStat: stat('Orders', 'Sum', { Period: 10 }) }],
        }),
      ),
      { name: 'InvalidParameterValueException' },
    );
    const alarm = { AlarmName: 'a', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 } as const;
    await refused(seen.client.send(new PutMetricAlarmCommand(alarm)), {
      name: 'NotImplemented',
      message: 'The local stack does not emulate monitoring: PutMetricAlarm.',
    });
  });

  it('refuses at the start an alarm on what the local stack does not measure', async () => {
    const metric = { of: worker, name: 'ConcurrentExecutions' };
    const unseen = system('unseen', { alarms: [whenMetric('busy', metric, { threshold: 5 })] });
    await expect(startLocalStack({ topology: unseen, root: seen.root })).rejects.toThrow(
      'alarm "busy": metric ConcurrentExecutions of AWS/Lambda',
    );
  });
});
