/** The constructor of a metric filter: what the lines of a function's log count. */
import { mustBeLogical } from './construct.js';
import { DeclarationError, must } from './declaration-error.js';
import { LogPatternError } from './log-pattern/log-pattern-error.js';
import { type LogPattern } from './log-pattern/log-pattern.js';
import { parseLogPattern } from './log-pattern/parse-log-pattern.js';
import { type LambdaFunction, type MetricFilter } from './model.js';

export interface MetricFilterOptions {
  /** Whose log is read. */
  function: LambdaFunction;
  pattern: string;
  /** What a matching line counts, default 1; or what the pattern selects, such as `$.latency`. */
  value?: number | string;
  /** What a line that does not match counts; without it nothing. */
  defaultValue?: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html */
export function metricFilter(name: string, options: MetricFilterOptions): MetricFilter {
  const subject = `metric-filter "${name}"`;
  mustBeLogical(name, subject);
  const { pattern, value = 1, defaultValue } = options;
  const parsed = parse(pattern, subject);
  for (const number of [value, defaultValue])
    must(
      typeof number !== 'number' || Number.isFinite(number),
      subject,
      `${number} cannot be counted; give a finite number`,
    );
  must(
    typeof value === 'number' || parsed.selects(value),
    subject,
    `value "${value}" is nothing that the pattern selects; give a number, a selector of JSON such as $.latency, or a named field such as $bytes`,
  );
  return { kind: 'metric-filter', name, function: options.function, pattern, value, defaultValue };
}

function parse(pattern: string, subject: string): LogPattern {
  try {
    return parseLogPattern(pattern);
  } catch (error) {
    if (!(error instanceof LogPatternError)) throw error;
    throw new DeclarationError(subject, `pattern ${JSON.stringify(pattern)}: ${error.message}`);
  }
}
