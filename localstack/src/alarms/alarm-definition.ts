/** An alarm in AWS's own words. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html */
import { type Comparison, type Statistic } from '../../../libs/topology/src/model.js';
import { ACCOUNT, REGION } from '../account.js';
import { type AlarmState } from '../journal-event.js';
import { type MetricId } from '../metrics/metric-store.js';

export interface AlarmDefinition {
  readonly name: string;
  readonly description: string;
  readonly metric: MetricId;
  readonly statistic: Statistic;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly missingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
  /** ARNs of topics, by the state that is entered. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
}

export const alarmArn = (name: string): string => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`;
