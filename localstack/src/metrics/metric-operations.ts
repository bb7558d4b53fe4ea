/** Operations of CloudWatch on metrics. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { z } from 'zod';
import { statisticOf } from '../alarms/alarm-evaluation.js';
import { type Monitoring } from '../monitoring.js';
import { CloudWatchError } from './cloudwatch-error.js';
import {
  dimensionList,
  dimensions,
  number,
  pageOf,
  parsed,
  period,
  statistic,
  time,
  truth,
} from './cloudwatch-input.js';
import { type MetricId, one, type StatisticSet } from './metric-store.js';

const MOST_LISTED = 500;
const MOST_DATAPOINTS = 100_800;
/** The most periods that are looked through at once. */
const MOST_PERIODS = 1_440;

const metric = z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions });

const datum = z.strictObject({
  MetricName: z.string().min(1).max(255),
  Dimensions: dimensions,
  Timestamp: time.optional(),
  Value: number.optional(),
  StatisticValues: z.strictObject({ SampleCount: number, Sum: number, Minimum: number, Maximum: number }).optional(),
  Values: z.array(number).max(150).optional(),
  Counts: z.array(number).max(150).optional(),
  Unit: z.string().default('None'),
  /** Seconds and minutes alike are kept by the minute. */
  StorageResolution: number.optional(),
});

const putMetricData = z.strictObject({
  Namespace: z.string().min(1).max(255),
  MetricData: z.array(datum).min(1, 'must hold a datum').max(1000),
  StrictEntityValidation: truth.optional(),
});

/** PutMetricData */
export function put(input: unknown, { metrics }: Monitoring): object {
  const { Namespace: namespace, MetricData } = parsed(putMetricData, input);
  if (namespace.startsWith('AWS/'))
    throw new CloudWatchError(
      'InvalidParameterValueException',
      'The value AWS/ for parameter Namespace is invalid: it is reserved.',
    );
  // All of them are read before the first is taken.
  const all = MetricData.map((each) => ({ ...each, sets: setsOf(each) }));
  for (const { MetricName: name, Dimensions, Timestamp: timestamp, Unit: unit, sets } of all)
    for (const values of sets)
      metrics.add({ namespace, name, dimensions: Dimensions }, values, { unit, ...(timestamp && { timestamp }) });
  return {};
}

/** @throws CloudWatchError unless a datum has values in exactly one of the three ways */
function setsOf({ Value, StatisticValues, Values, Counts }: z.output<typeof datum>): StatisticSet[] {
  const ways = [Value, StatisticValues, Values].filter((way) => way !== undefined);
  if (ways.length !== 1 || (Counts && Counts.length !== Values?.length))
    throw new CloudWatchError(
      'InvalidParameterCombinationException',
      'A datum needs exactly one of Value, Values and StatisticValues, and as many Counts as Values.',
    );
  if (StatisticValues) {
    const { Sum: sum, Minimum: minimum, Maximum: maximum, SampleCount: sampleCount } = StatisticValues;
    return [{ sum, minimum, maximum, sampleCount }];
  }
  if (Value !== undefined) return [one(Value)];
  return (Values ?? []).map((value, at) => {
    const sampleCount = Counts?.[at] ?? 1;
    return { sum: value * sampleCount, minimum: value, maximum: value, sampleCount };
  });
}

const getMetricData = z.strictObject({
  MetricDataQueries: z
    .array(
      z.strictObject({
        Id: z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'must begin with a lower case letter'),
        Label: z.string().optional(),
        ReturnData: truth.default(true),
        Expression: z.string().optional(),
        MetricStat: z
          .object({ Metric: metric, Period: period, Stat: z.string(), Unit: z.string().optional() })
          .optional(),
      }),
    )
    .min(1)
    .max(500),
  StartTime: time,
  EndTime: time,
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
  MaxDatapoints: number.pipe(z.number().int().min(1).max(MOST_DATAPOINTS)).default(MOST_DATAPOINTS),
  NextToken: z.string().optional(),
  LabelOptions: z.unknown().optional(),
});

/** GetMetricData */
export function data(input: unknown, monitoring: Monitoring): object {
  const { MetricDataQueries, StartTime, EndTime, ScanBy, MaxDatapoints, ...request } = parsed(getMetricData, input);
  const found = MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(
    ({ Id, Label, Expression, MetricStat }) => {
      if (MetricStat === undefined || Expression !== undefined)
        throw new CloudWatchError('NotImplemented', 'The local stack does not emulate metric math (Expression).');
      const { Metric, Period, Stat, Unit } = MetricStat;
      const chosen = parsedStatistic(Stat);
      const points = pointsOf(idOf(Metric), { from: StartTime, to: EndTime, period: Period, unit: Unit }, monitoring);
      if (ScanBy === 'TimestampDescending') points.reverse();
      return { Id, Label: Label ?? Metric.MetricName, points, chosen };
    },
  );
  const flat = found.flatMap(({ Id, points, chosen }) => points.map((point) => ({ Id, point, chosen })));
  const { page, NextToken } = pageOf(flat, MaxDatapoints, request.NextToken);
  return {
    MetricDataResults: found.map(({ Id, Label, points }) => {
      const shown = page.filter((each) => each.Id === Id);
      return {
        ...{ Id, Label },
        Timestamps: shown.map(({ point }) => new Date(point.at)),
        Values: shown.map(({ point, chosen }) => statisticOf(point.values, chosen)),
        StatusCode: shown.length === points.length ? 'Complete' : 'PartialData',
      };
    }),
    NextToken,
    Messages: [],
  };
}

const getMetricStatistics = z.strictObject({
  ...metric.shape,
  StartTime: time,
  EndTime: time,
  Period: period,
  Statistics: z.array(z.string()).max(5).default([]),
  ExtendedStatistics: z.array(z.string()).default([]),
  Unit: z.string().optional(),
});

/** GetMetricStatistics */
export function statistics(input: unknown, monitoring: Monitoring): object {
  const { StartTime, EndTime, Period, Statistics, ExtendedStatistics, Unit, ...of } = parsed(
    getMetricStatistics,
    input,
  );
  if (ExtendedStatistics[0] !== undefined) throw noSuchStatistic(ExtendedStatistics[0]);
  const chosen = Statistics.map(parsedStatistic);
  const id = idOf(of);
  const points = pointsOf(id, { from: StartTime, to: EndTime, period: Period, unit: Unit }, monitoring);
  return {
    Label: id.name,
    Datapoints: points.map(({ at, values }) => ({
      Timestamp: new Date(at),
      ...Object.fromEntries(chosen.map((name) => [name, statisticOf(values, name)])),
      Unit: monitoring.metrics.unitOf(id),
    })),
  };
}

const listMetrics = z.strictObject({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string().optional() })).default([]),
  NextToken: z.string().optional(),
  /** All that is kept is of the last three hours. */
  RecentlyActive: z.literal('PT3H').optional(),
});

/** ListMetrics */
export function list(input: unknown, monitoring: Monitoring): object {
  const { Namespace, MetricName, Dimensions, NextToken: token } = parsed(listMetrics, input);
  monitoring.sample();
  const found = monitoring.metrics
    .list()
    .filter(
      ({ namespace, name, dimensions: of }) =>
        (Namespace ?? namespace) === namespace &&
        (MetricName ?? name) === name &&
        Dimensions.every(({ Name, Value }) => Object.hasOwn(of, Name) && (Value ?? of[Name]) === of[Name]),
    )
    .map(({ namespace, name, dimensions: of }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensionList(of),
    }));
  const { page, NextToken } = pageOf(found, MOST_LISTED, token);
  return { Metrics: page, NextToken };
}

/** The periods that hold values, the oldest first; they begin at multiples of their length. */
function pointsOf(
  id: MetricId,
  { from, to, period: seconds, unit }: { from: number; to: number; period: number; unit: string | undefined },
  monitoring: Monitoring,
): { at: number; values: StatisticSet }[] {
  const length = seconds * 1000;
  const first = Math.floor(from / length) * length;
  if (to <= from) throw new CloudWatchError('ValidationError', 'The parameter StartTime must be less than EndTime.');
  if ((to - first) / length > MOST_PERIODS)
    throw new CloudWatchError(
      'InvalidParameterCombinationException',
      `You have requested up to ${Math.ceil((to - first) / length)} datapoints, which exceeds the limit of ${MOST_PERIODS}.`,
    );
  monitoring.sample(id.dimensions.QueueName === undefined ? [] : [id.dimensions.QueueName]);
  if (unit !== undefined && unit !== monitoring.metrics.unitOf(id)) return [];
  const points: { at: number; values: StatisticSet }[] = [];
  for (let at = first; at < to; at += length) {
    const values = monitoring.metrics.statistics(id, at, at + length);
    if (values) points.push({ at, values });
  }
  return points;
}

const idOf = ({ Namespace, MetricName, Dimensions }: z.output<typeof metric>): MetricId => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Dimensions,
});

/** @throws CloudWatchError */
function parsedStatistic(name: string): z.output<typeof statistic> {
  const found = statistic.safeParse(name);
  if (!found.success) throw noSuchStatistic(name);
  return found.data;
}

const noSuchStatistic = (name: string): CloudWatchError =>
  new CloudWatchError('NotImplemented', `The local stack does not emulate the statistic ${name}.`);
