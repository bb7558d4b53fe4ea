/** What is tried again, how often and how long: the only place that retries calls to the table. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { Problem } from '../errors.js';
import { deadlineSignal } from './deadline.js';

const MOST_ATTEMPTS = 8;
/** Of conflicts more: who is in the way is done in a few milliseconds, and waiting helps. */
const MOST_CONFLICTS = 16;
/** Milliseconds: the longest first wait, the longest wait, and how long after its start an operation is still retried. */
const FIRST_WAIT = 20;
const LONGEST_WAIT = 400;
const PATIENCE = 4_000;

/** Reasons of a cancelled transaction that have nothing to do with what it asked for. */
const TRANSIENT_REASONS = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
]);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const TRANSIENT_ERRORS = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingException',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
  // Given up by this side; whether it took effect is not known.
  'TimeoutError',
  'AbortError',
]);

const NETWORK_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Thrown for an answer that the table left parts out of for want of throughput. */
export class Throttled extends Error {
  override readonly name = 'ThrottlingException';
}

/** What each request to the table is sent with. */
export interface SendOptions {
  /** Ends the request when the time of the call is over. */
  readonly abortSignal?: AbortSignal;
}

/**
 * Runs a call until it succeeds, fails for good, or the bounds are reached: attempts, patience, and the deadline of the
 * call that it belongs to. Waits with full jitter between attempts.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param call gets what to send its request with, and the number of the attempt, 1 for the first; an earlier one may have
 * taken effect although its reply was lost
 * @throws Problem WRITE_CONFLICT or TABLE_UNAVAILABLE when the bounds are reached; any other error as it came
 */
export async function retrying<T>(call: (options: SendOptions, attempt: number) => Promise<T>): Promise<T> {
  const started = performance.now();
  const abortSignal = deadlineSignal();
  const options: SendOptions = abortSignal ? { abortSignal } : {};
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(options, attempt);
    } catch (error) {
      if (!isTransient(error)) throw error;
      const wait = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
      const late = abortSignal?.aborted || performance.now() - started + wait > PATIENCE;
      if (attempt >= (isConflict(error) ? MOST_CONFLICTS : MOST_ATTEMPTS) || late)
        throw new Problem(isConflict(error) ? 'WRITE_CONFLICT' : 'TABLE_UNAVAILABLE', { cause: error });
      await sleep(wait);
    }
  }
}

/** True for what may work the next time: conflicts, throttling, faults of the service, lost connections. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (error.name === 'TransactionCanceledException') return isTransientCancellation(error);
  if (TRANSIENT_ERRORS.has(error.name) || (typeof code === 'string' && NETWORK_CODES.has(code))) return true;
  return ($metadata?.httpStatusCode ?? 0) >= 500;
}

/**
 * The first item that kept the transaction from happening decides: writes are listed by precedence. So a failed condition is
 * an answer whatever stands behind it, and none while one before it could not be judged.
 */
const isTransientCancellation = (error: Error): boolean => TRANSIENT_REASONS.has(decisiveReason(error));

/** True when others who write the same items were in the way, and nothing else. */
function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TransactionCanceledException') return decisiveReason(error) === 'TransactionConflict';
  return error.name === 'TransactionConflictException';
}

const decisiveReason = (error: Error): string =>
  cancellationReasons(error).find(({ Code = 'None' }) => Code !== 'None')?.Code ?? 'None';

interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Item?: Record<string, AttributeValue> | undefined;
}

/** Why each item of a transaction kept it from happening, in the order of its items; empty for any other error. */
export function cancellationReasons(error: unknown): readonly CancellationReason[] {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return [];
  return (error as { CancellationReasons?: readonly CancellationReason[] }).CancellationReasons ?? [];
}

/** True when the condition of the transaction's item at `index` did not hold. */
export const conditionFailedAt = (error: unknown, index: number): boolean =>
  cancellationReasons(error)[index]?.Code === 'ConditionalCheckFailed';

/** Which item's condition did not hold, the first if several; -1 for any other error. */
export const failedCondition = (error: unknown): number =>
  cancellationReasons(error).findIndex(({ Code }) => Code === 'ConditionalCheckFailed');

/** True when the condition of a write of one item did not hold. */
export const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
