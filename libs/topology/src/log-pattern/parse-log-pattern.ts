/**
 * CloudWatch Logs' filter patterns: terms, `{ JSON }` and `[space, delimited]`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { delimitedPattern } from './delimited-pattern.js';
import { jsonPattern } from './json-pattern.js';
import { type LogPattern } from './log-pattern.js';
import { LogPatternError } from './log-pattern-error.js';
import { termPattern } from './term-pattern.js';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
const LONGEST = 1024;

/** @throws LogPatternError */
export function parseLogPattern(text: string): LogPattern {
  const pattern = text.trim();
  if (text.length > LONGEST)
    throw new LogPatternError(`the pattern is ${text.length} characters long; at most ${LONGEST} are taken`);
  if (pattern.startsWith('{')) return jsonPattern(pattern);
  if (pattern.startsWith('[')) return delimitedPattern(pattern);
  return termPattern(pattern);
}
