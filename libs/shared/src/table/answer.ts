/** Answers that are remembered under a caller's key, so that a request sent twice takes effect once. */
import { createHash } from 'node:crypto';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { Problem } from '../errors.js';
import { imageAt } from './condition-image.js';
import { type DataTable } from './data-table.js';
import { type Step } from './transaction.js';

/** Seconds for which an answer is remembered. */
const REMEMBERED = 24 * 60 * 60;

/** A request that came under a key. */
export interface KeyedRequest {
  readonly key: string;
  /** Equal for equal requests. */
  readonly hash: string;
}

/** What is stored: the request's hash, and its answer as JSON. */
export interface Answer {
  readonly RequestHash: string;
  readonly Response: string;
  /** Seconds since 1970; DynamoDB deletes the item days later, so it is compared wherever it is read. */
  readonly ExpiresAt: number;
}

/**
 * Binds a key to its caller. The key itself goes nowhere: keys of items are shown in the journal and in AWS's own logs.
 * @param request of a fixed order of fields
 */
export const keyedRequest = (scope: string, caller: string, key: string, request: object): KeyedRequest => ({
  key: `${scope}#${caller}#${hashOf(key)}`,
  hash: hashOf(JSON.stringify(request)),
});

/**
 * Puts the answer, unless one is remembered under the key: that one is the outcome.
 * @throws Problem IDEMPOTENCY_CONFLICT when the remembered one belongs to another request
 */
export function rememberStep(
  data: DataTable,
  { key, hash }: KeyedRequest,
  response: string,
  now: Date,
): Step<{ response: string }> {
  const seconds = Math.floor(now.getTime() / 1000);
  const write = data.answer
    .build(PutTransaction)
    .item({ key, copy: key, RequestHash: hash, Response: response, ExpiresAt: seconds + REMEMBERED })
    .options({
      condition: {
        or: [
          { attr: 'RequestHash', exists: false },
          { attr: 'ExpiresAt', lt: seconds },
        ],
      },
      returnValuesOnConditionFalse: 'ALL_OLD',
    });
  const failed = (error: unknown, index: number): { response: string } => {
    const remembered = responseIn(imageAt(data.answer, error, index), hash, now);
    if (remembered === undefined) throw error;
    return { response: remembered };
  };
  return { write, failed };
}

/**
 * The response of an answer that is remembered still.
 * @throws Problem IDEMPOTENCY_CONFLICT when it belongs to another request
 */
export function responseIn(answer: Answer | undefined, hash: string, now: Date): string | undefined {
  if (answer === undefined || answer.ExpiresAt < Math.floor(now.getTime() / 1000)) return undefined;
  if (answer.RequestHash !== hash) throw new Problem('IDEMPOTENCY_CONFLICT');
  return answer.Response;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
