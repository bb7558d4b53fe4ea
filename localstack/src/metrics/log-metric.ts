/** A metric filter at work: what a line of its log group adds to a metric. */
import { type LogPattern } from '../../../libs/topology/src/log-pattern/log-pattern.js';
import { type LogEvent } from '../logs/log-store.js';
import { type MetricId } from './metric-store.js';

export interface LogMetricOptions {
  readonly group: string;
  readonly pattern: LogPattern;
  /** The pattern as it was declared. */
  readonly text: string;
  readonly id: MetricId;
  /** A number, or what the pattern selects: `$.latency`. */
  readonly value: number | string;
  /** Counted for lines that do not match. */
  readonly defaultValue: number | undefined;
}

export class LogMetric {
  constructor(readonly options: LogMetricOptions) {}

  get id(): MetricId {
    return this.options.id;
  }

  get group(): string {
    return this.options.group;
  }

  /** Undefined when the line adds nothing. */
  valueOf({ group, message }: LogEvent): number | undefined {
    if (group !== this.options.group) return undefined;
    const { pattern, value, defaultValue } = this.options;
    const match = pattern.match(message);
    if (match === undefined) return defaultValue;
    const found = typeof value === 'number' ? value : match.valueOf(value);
    return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
  }
}
