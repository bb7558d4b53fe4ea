/** Operations of CloudWatch on alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { z } from 'zod';
import { CloudWatchError } from '../metrics/cloudwatch-error.js';
import { dimensionList, number, pageOf, parsed, time } from '../metrics/cloudwatch-input.js';
import { type Monitoring } from '../monitoring.js';
import { alarmArn } from './alarm-definition.js';
import { type Alarm } from './alarm-book.js';

const state = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const records = number.pipe(z.number().int().min(1).max(100));
const types = z.array(z.enum(['MetricAlarm', 'CompositeAlarm', 'LogAlarm'])).default(['MetricAlarm']);

const describeAlarms = z.strictObject({
  AlarmNames: z.array(z.string()).max(100).optional(),
  AlarmNamePrefix: z.string().optional(),
  AlarmTypes: types,
  StateValue: state.optional(),
  ActionPrefix: z.string().optional(),
  MaxRecords: records.default(50),
  NextToken: z.string().optional(),
});

/** DescribeAlarms */
export function describe(input: unknown, { alarms }: Monitoring): object {
  const {
    AlarmNames,
    AlarmNamePrefix = '',
    AlarmTypes,
    StateValue,
    ActionPrefix,
    ...paging
  } = parsed(describeAlarms, input);
  const found = alarms.all().filter(({ definition: { name, actions }, state: now }) => {
    const acts = Object.values(actions).flat();
    return (
      AlarmTypes.includes('MetricAlarm') &&
      (AlarmNames?.includes(name) ?? true) &&
      name.startsWith(AlarmNamePrefix) &&
      (StateValue ?? now) === now &&
      (ActionPrefix === undefined || acts.some((arn) => arn.startsWith(ActionPrefix)))
    );
  });
  const { page, NextToken } = pageOf(found, paging.MaxRecords, paging.NextToken);
  return { CompositeAlarms: [], MetricAlarms: page.map(described), NextToken };
}

const setAlarmState = z.strictObject({
  AlarmName: z.string(),
  StateValue: state,
  StateReason: z.string().max(1023),
  StateReasonData: z.string().max(4000).optional(),
});

/** SetAlarmState: the state lasts until the alarm is looked at the next time. */
export async function setState(input: unknown, { alarms }: Monitoring): Promise<object> {
  const { AlarmName, StateValue, StateReason } = parsed(setAlarmState, input);
  const alarm = alarms.get(AlarmName);
  if (alarm === undefined) throw new CloudWatchError('ResourceNotFound', `Alarm ${AlarmName} does not exist.`);
  await alarms.change(alarm, StateValue, StateReason);
  return {};
}

const describeAlarmHistory = z.strictObject({
  AlarmName: z.string().optional(),
  AlarmTypes: types,
  HistoryItemType: z.string().optional(),
  StartDate: time.default(0),
  EndDate: time.default(Number.POSITIVE_INFINITY),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
  MaxRecords: records.default(100),
  NextToken: z.string().optional(),
});

/** DescribeAlarmHistory */
export function history(input: unknown, { alarms }: Monitoring): object {
  const { AlarmName, HistoryItemType, StartDate, EndDate, ScanBy, ...paging } = parsed(describeAlarmHistory, input);
  const found = alarms.history.filter(
    ({ alarm, type, at }) =>
      (AlarmName ?? alarm) === alarm && (HistoryItemType ?? type) === type && at >= StartDate && at <= EndDate,
  );
  if (ScanBy === 'TimestampDescending') found.reverse();
  const { page, NextToken } = pageOf(found, paging.MaxRecords, paging.NextToken);
  return {
    AlarmHistoryItems: page.map(({ alarm, at, type, summary, data }) => ({
      AlarmName: alarm,
      AlarmType: 'MetricAlarm',
      Timestamp: new Date(at),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: data,
    })),
    NextToken,
  };
}

function described({ definition, configuredAt, state: now, reason, stateSince }: Alarm): object {
  const { name, description, metric, actions } = definition;
  return {
    AlarmName: name,
    AlarmArn: alarmArn(name),
    AlarmDescription: description === '' ? undefined : description,
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
    ActionsEnabled: true,
    OKActions: actions.OK,
    AlarmActions: actions.ALARM,
    InsufficientDataActions: actions.INSUFFICIENT_DATA,
    StateValue: now,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(stateSince),
    StateTransitionedTimestamp: new Date(stateSince),
    MetricName: metric.name,
    Namespace: metric.namespace,
    Statistic: definition.statistic,
    Dimensions: dimensionList(metric.dimensions),
    Period: definition.period,
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.missingData,
  };
}
