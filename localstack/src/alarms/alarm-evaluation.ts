/**
 * When an alarm goes off: a pure function of the latest data points.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import { type StatisticSet } from '../metrics/metric-store.js';
import { type AlarmState } from '../journal-event.js';
import { type AlarmDefinition } from './alarm-definition.js';

export type Criteria = Pick<
  AlarmDefinition,
  'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'missingData'
>;

/** The value of a period, undefined where there is none. */
export type Datapoint = number | undefined;

/** What CloudWatch looks at beyond the evaluation periods, to make up for missing data points. */
const BEYOND = 2;

/** How many data points are looked at. */
export const evaluationRange = ({ evaluationPeriods }: Pick<Criteria, 'evaluationPeriods'>): number =>
  evaluationPeriods + BEYOND;

/**
 * The state that the data points lead to; undefined keeps the state there is.
 * @param datapoints of the evaluation range, the newest first
 */
export function stateOf(datapoints: readonly Datapoint[], criteria: Criteria): AlarmState | undefined {
  const { evaluationPeriods, datapointsToAlarm, missingData } = criteria;
  const present = datapoints.flatMap((value, age) =>
    value === undefined ? [] : [{ age, breaches: breaches(value, criteria) }],
  );
  // Missing points are used as few times as possible: as long as there are enough real ones, not at all.
  const looked = present.slice(0, evaluationPeriods);
  const filled = evaluationPeriods - looked.length;
  const breaching = looked.filter((point) => point.breaches).length;
  const decided = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (filled === 0) return decided(breaching);
  if (missingData === 'breaching') return decided(breaching + filled);
  if (missingData === 'notBreaching' || breaching >= datapointsToAlarm) return decided(breaching);
  if (breaching < looked.length) return 'OK';
  if (missingData === 'ignore') return undefined;
  // All that is known breaches, and it is too little: an alarm only once a later good point would come too late.
  const oldest = looked.at(-1);
  return oldest !== undefined && oldest.age + 1 >= datapointsToAlarm ? 'ALARM' : 'INSUFFICIENT_DATA';
}

export function breaches(
  value: number,
  { comparison, threshold }: Pick<Criteria, 'comparison' | 'threshold'>,
): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}

export function statisticOf(values: StatisticSet, statistic: AlarmDefinition['statistic']): number {
  switch (statistic) {
    case 'Sum':
      return values.sum;
    case 'Average':
      return values.sum / values.sampleCount;
    case 'Minimum':
      return values.minimum;
    case 'Maximum':
      return values.maximum;
    case 'SampleCount':
      return values.sampleCount;
  }
}
