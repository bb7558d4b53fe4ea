/**
 * What a topic is told when an alarm changes its state.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
import { ACCOUNT } from '../account.js';
import { type AlarmState } from '../journal-event.js';
import { alarmArn, type AlarmDefinition } from './alarm-definition.js';

/** CloudWatch names the region by its place. */
const PLACE = 'US East (N. Virginia)';

export interface Transition {
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** When the declaration was last applied. */
  readonly configuredAt: number;
}

export const subjectOf = (name: string, to: AlarmState): string => `${to}: "${name}" in ${PLACE}`;

export function messageOf(alarm: AlarmDefinition, { from, to, reason, at, configuredAt }: Transition): string {
  const { metric, actions } = alarm;
  return JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description === '' ? null : alarm.description,
    AWSAccountId: ACCOUNT,
    AlarmConfigurationUpdatedTimestamp: timestamp(configuredAt),
    NewStateValue: to,
    NewStateReason: reason,
    StateChangeTime: timestamp(at),
    Region: PLACE,
    AlarmArn: alarmArn(alarm.name),
    OldStateValue: from,
    OKActions: actions.OK,
    AlarmActions: actions.ALARM,
    InsufficientDataActions: actions.INSUFFICIENT_DATA,
    Trigger: {
      MetricName: metric.name,
      Namespace: metric.namespace,
      StatisticType: 'Statistic',
      Statistic: STATISTICS[alarm.statistic],
      Unit: null,
      Dimensions: Object.entries(metric.dimensions).map(([name, value]) => ({ value, name })),
      Period: alarm.period,
      EvaluationPeriods: alarm.evaluationPeriods,
      DatapointsToAlarm: alarm.datapointsToAlarm,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.missingData,
      EvaluateLowSampleCountPercentile: '',
    },
  });
}

const STATISTICS: Readonly<Record<AlarmDefinition['statistic'], string>> = {
  Sum: 'SUM',
  Average: 'AVERAGE',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
};

/** `2026-01-31T23:59:00.123+0000` */
const timestamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');
