/**
 * Metrics that log lines carry in CloudWatch's embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { z } from 'zod';
import { type MetricId } from './metric-store.js';

export interface EmbeddedMetric {
  readonly id: MetricId;
  readonly values: readonly number[];
  readonly unit: string;
  readonly timestamp: number;
}

/** Made with the first such line: a start need not wait for it. */
const schemas = once(() => ({
  document: z.looseObject({
    _aws: z.object({
      Timestamp: z.number().int(),
      CloudWatchMetrics: z.array(
        z.object({
          Namespace: z.string().min(1).max(1024),
          Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
          Metrics: z.array(z.object({ Name: z.string().min(1).max(1024), Unit: z.string().default('None') })).max(100),
        }),
      ),
    }),
  }),
  values: z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(100)]),
}));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The metrics of a line, one for each of its dimension sets; none when the line is of another kind. */
export function embeddedMetrics(line: string): EmbeddedMetric[] {
  // Most lines are none of it, and reading JSON is dear.
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const { document: documentSchema, values: valuesSchema } = schemas();
  const document = documentSchema.safeParse(jsonIn(line));
  if (!document.success) return [];
  const { _aws, ...targets } = document.data;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name, Unit: unit }) => {
      const values = valuesSchema.safeParse(own(targets, name)).data;
      if (values === undefined) return [];
      return Dimensions.flatMap((keys) => {
        const dimensions = dimensionsOf(keys, targets);
        return dimensions ? [{ id: { namespace, name, dimensions }, values, unit, timestamp: _aws.Timestamp }] : [];
      });
    }),
  );
}

/** Undefined when one of them is missing or no text. */
function dimensionsOf(keys: readonly string[], targets: object): Record<string, string> | undefined {
  const pairs = keys.map((key) => [key, own(targets, key)] as const);
  return pairs.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string' && pair[1] !== '')
    ? Object.fromEntries(pairs)
    : undefined;
}

const own = (object: object, key: string): unknown =>
  Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;

/** Lambda may write the time and the request before a line. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line.slice(line.indexOf('{')));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
