/** Declared metric filters and alarms, at work in the stack's own monitoring. */
import { metricIdentity } from '../../../libs/topology/src/metric-identity.js';
import { parseLogPattern } from '../../../libs/topology/src/log-pattern/parse-log-pattern.js';
import { nameOf, type Alarm, type MetricFilter, type Topic } from '../../../libs/topology/src/model.js';
import { topicArn } from '../account.js';
import { evaluationRange } from '../alarms/alarm-evaluation.js';
import { functionLogGroup } from '../function/function-pool.js';
import { LogMetric } from '../metrics/log-metric.js';
import { isPublished } from '../metrics/published-metrics.js';
import { NotEmulatedError } from '../not-emulated.js';
import { type Maker } from './local-system.js';

export const makeMetricFilter: Maker<MetricFilter, 'monitoring' | 'metricNamespace' | 'physicalName' | 'stage'> = (
  filter,
  system,
) => {
  const { pattern, value, defaultValue } = filter;
  const group = functionLogGroup(system.physicalName(filter.function));
  const id = metricIdentity({ of: filter }, system);
  system.monitoring.add(
    new LogMetric({
      group,
      pattern: parseLogPattern(pattern),
      text: pattern,
      id,
      value,
      defaultValue,
    }),
  );
  return Promise.resolve('started');
};

export const makeAlarm: Maker<Alarm, 'monitoring' | 'metricNamespace' | 'physicalName' | 'stage'> = (alarm, system) => {
  const metric = metricIdentity(alarm.metric, system);
  if (!isPublished(metric)) throw new NotEmulatedError(nameOf(alarm), `metric ${metric.name} of ${metric.namespace}`);
  const { physicalName, monitoring } = system;
  const arns = (topics: readonly Topic[]): string[] => topics.map((topic) => topicArn(physicalName(topic)));
  const { description, statistic, period, evaluationPeriods, datapointsToAlarm, comparison, threshold } = alarm;
  monitoring.metrics.keepMinutes((evaluationRange(alarm) * period) / 60);
  monitoring.alarms.add({
    name: physicalName(alarm),
    description,
    metric,
    statistic,
    period,
    evaluationPeriods,
    datapointsToAlarm,
    comparison,
    threshold,
    missingData: alarm.missingData,
    actions: {
      ALARM: arns(alarm.actions.alarm),
      OK: arns(alarm.actions.ok),
      INSUFFICIENT_DATA: arns(alarm.actions.insufficientData),
    },
  });
  return Promise.resolve('started');
};
