/** Runs one logical write of several items: all of it once, or nothing. */
import { execute } from 'dynamodb-toolbox/entity/actions/transactWrite';
import { Problem } from '../errors.js';
import { newRequestId } from '../id.js';
import { failedCondition, retrying } from './retry.js';

type Transactions = Parameters<typeof execute>;
/** A write of a transaction. */
export type Write = Extract<Transactions[number], { params: unknown }>;

/** A write of a transaction, and what it means when its condition does not hold. */
export interface Step<Outcome> {
  readonly write: Write;
  /** @throws Problem where that is the caller's answer */
  readonly failed: (error: unknown, index: number) => Outcome;
}

/** How often a write is begun anew because what it was decided on changed between its read and its transaction. */
const MOST_ROUNDS = 5;

/**
 * Sends the writes as one transaction. All attempts carry one ClientRequestToken, so that an attempt whose reply was lost
 * after the commit is answered as a success and does nothing twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken
 * @throws TransactionCanceledException when a condition does not hold (see `conditionFailedAt`); Problem WRITE_CONFLICT,
 * TABLE_UNAVAILABLE
 */
export async function transact(...writes: Transactions): Promise<void> {
  const clientRequestToken = newRequestId();
  await retrying((options) => execute({ ...options, clientRequestToken }, ...(writes as never[])));
}

/**
 * Sends the steps as one transaction; they are listed by precedence.
 * @returns undefined when it was carried out, else what the first step says whose condition did not hold
 */
export async function transactSteps<Outcome>(steps: readonly Step<Outcome>[]): Promise<Outcome | undefined> {
  try {
    await transact(...steps.map(({ write }) => write));
    return undefined;
  } catch (error) {
    const index = failedCondition(error);
    const step = steps[index];
    if (step === undefined) throw error;
    return step.failed(error, index);
  }
}

/**
 * Repeats a read and its write while another write comes between them (`undefined`).
 * @throws Problem WRITE_CONFLICT when that happens again and again
 */
export async function inRounds<T>(round: () => Promise<T | undefined>): Promise<T> {
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
    const done = await round();
    if (done !== undefined) return done;
  }
  throw new Problem('WRITE_CONFLICT');
}
