/**
 * The line that Lambda's Node.js runtime writes when an invocation fails.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
import { functionLogGroup } from '../function/function-pool.js';
import { type JournalEntry } from '../journal-event.js';

/** Undefined for every other entry. */
export function errorLineOf(
  entry: JournalEntry,
  now: number,
): { group: string; stream: string; message: string } | undefined {
  if (entry.type !== 'invocation' || entry.error === undefined || entry.logStream === undefined) return undefined;
  const { errorType, errorMessage } = entry.error;
  const time = new Date(now).toISOString();
  const timeout = /Task timed out after .*/.exec(errorMessage)?.[0];
  const message =
    timeout === undefined
      ? `${time}\t${entry.requestId}\tERROR\tInvoke Error \t${JSON.stringify({ errorType, errorMessage })}`
      : `${time} ${entry.requestId} ${timeout}`;
  return { group: functionLogGroup(entry.function), stream: entry.logStream, message };
}
