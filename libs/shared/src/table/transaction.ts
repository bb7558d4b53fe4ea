/** Runs one logical write of several items: all of it once, or nothing. */
import { execute } from 'dynamodb-toolbox/entity/actions/transactWrite';
import { newRequestId } from '../id.js';
import { retrying } from './retry.js';

type Transactions = Parameters<typeof execute>;

/**
 * Sends the writes as one transaction. All attempts carry one ClientRequestToken, so that an attempt whose reply was lost
 * after the commit is answered as a success and does nothing twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#DDB-TransactWriteItems-request-ClientRequestToken
 * @throws TransactionCanceledException when a condition does not hold (see `conditionFailedAt`); Problem TABLE_UNAVAILABLE
 */
export async function transact(...writes: Transactions): Promise<void> {
  const clientRequestToken = newRequestId();
  await retrying((options) => execute({ ...options, clientRequestToken }, ...(writes as never[])));
}
