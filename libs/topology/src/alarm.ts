/** The constructor of an alarm, and where its state is told. What one most often watches is in alarms-on.ts. */
import { mustBeLogical } from './construct.js';
import { must, mustBeWithin } from './declaration-error.js';
import { days, minutes, type Seconds } from './duration.js';
import { type Alarm, type Comparison, type Metric, type Statistic, type Topic } from './model.js';

/** An alarm as constructors return it. */
export interface DeclaredAlarm extends Alarm {
  /** The same alarm, and a topic that is told when it goes off; with `ok`, also when it is over. */
  to(topic: Topic, options?: { ok?: boolean; insufficientData?: boolean }): DeclaredAlarm;
}

export interface AlarmOptions {
  threshold: number;
  comparison?: Comparison;
  statistic?: Statistic;
  /** Of one data point: a minute, or more of them. */
  period?: Seconds;
  evaluationPeriods?: number;
  /** How many of the periods must breach the threshold, all of them by default. */
  datapointsToAlarm?: number;
  missingData?: Alarm['missingData'];
  description?: string;
}

/** What the constructors of alarms on a resource let one change. */
export type AlarmTuning = Partial<AlarmOptions> & { name?: string };

const MOST_ACTIONS = 5;
const LONGEST_DESCRIPTION = 1024;

/**
 * An alarm on any metric. A minute in which nothing was counted is a good one, unless `missingData` says otherwise.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export function whenMetric(name: string, metric: Metric, options: AlarmOptions): DeclaredAlarm {
  const subject = `alarm "${name}"`;
  mustBeLogical(name, subject);
  const { evaluationPeriods = 1, comparison = 'GreaterThanOrEqualToThreshold', statistic = 'Sum' } = options;
  const alarm: Alarm = {
    kind: 'alarm',
    name,
    description: options.description ?? '',
    metric,
    statistic,
    period: options.period ?? minutes(1),
    evaluationPeriods,
    datapointsToAlarm: options.datapointsToAlarm ?? evaluationPeriods,
    comparison,
    threshold: options.threshold,
    missingData: options.missingData ?? 'notBreaching',
    actions: { alarm: [], ok: [], insufficientData: [] },
  };
  mustBePossible(subject, alarm);
  return declared(alarm);
}

function mustBePossible(subject: string, alarm: Alarm): void {
  const { period, evaluationPeriods, datapointsToAlarm, threshold, description, metric } = alarm;
  must(
    Number.isInteger(period / minutes(1)) && period >= minutes(1),
    subject,
    `period is ${period} s; give a whole number of minutes (high resolution is not offered here)`,
  );
  mustBeWithin(evaluationPeriods, [1, days(1)], subject, 'evaluationPeriods');
  mustBeWithin(datapointsToAlarm, [1, evaluationPeriods], subject, 'datapointsToAlarm');
  must(
    period * evaluationPeriods <= days(1),
    subject,
    `it looks back ${period * evaluationPeriods} s; CloudWatch takes a day at most, lower period or evaluationPeriods`,
  );
  must(Number.isFinite(threshold), subject, `threshold is ${threshold}; give a finite number`);
  must(
    description.length <= LONGEST_DESCRIPTION,
    subject,
    `its description is ${description.length} characters long; at most ${LONGEST_DESCRIPTION} are taken`,
  );
  must(
    metric.of?.kind !== 'queue' || !metric.of.developmentOnly,
    subject,
    'its queue exists in development stages only; declare the queue for every stage',
  );
  if (metric.of !== undefined) return;
  const dimensions = Object.entries(metric.dimensions);
  must(metric.name !== '', subject, 'its metric has no name');
  must(dimensions.length <= 30, subject, `its metric has ${dimensions.length} dimensions; CloudWatch takes 30 at most`);
  for (const [key, value] of dimensions)
    must(key !== '' && value !== '', subject, `dimension "${key}" of its metric is "${value}"; neither may be empty`);
}

function declared(alarm: Alarm): DeclaredAlarm {
  return {
    ...alarm,
    to: (topic, { ok = false, insufficientData = false } = {}) => {
      const before = alarm.actions;
      const actions = {
        alarm: [...before.alarm, topic],
        ok: ok ? [...before.ok, topic] : before.ok,
        insufficientData: insufficientData ? [...before.insufficientData, topic] : before.insufficientData,
      };
      must(
        actions.alarm.length <= MOST_ACTIONS,
        `alarm "${alarm.name}"`,
        `it tells ${actions.alarm.length} topics; CloudWatch takes ${MOST_ACTIONS} at most`,
      );
      return declared({ ...alarm, actions });
    },
  };
}
