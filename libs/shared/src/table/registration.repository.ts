/** Which of several registrations of a customer is the one whose password signs in (docs/decisions.md). */
import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { $remove } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { BatchGetCommand, execute } from 'dynamodb-toolbox/table/actions/batchGet';
import { type Problem } from '../errors.js';
import {
  holding,
  isLive,
  markerOf,
  taken,
  type Customer,
  type CustomerCondition,
  type Named,
} from './customer.repository.js';
import { type DataTable } from './data-table.js';
import { conditionFailedAt, isConditionFailure, retrying, Throttled } from './retry.js';
import { transact } from './transaction.js';

export class RegistrationRepository {
  constructor(private readonly data: DataTable) {}

  /**
   * Who has a name and an e-mail: 1 BatchGetItem, consistent.
   * @returns the customer of the name, if any; and why a new one would be refused, if it would
   */
  async look({
    username,
    email,
  }: {
    username: string;
    email: string;
  }): Promise<{ customer?: Customer; refusal?: Problem }> {
    const address = markerOf(email);
    const command = this.data.table
      .build(BatchGetCommand)
      .requests(
        this.data.customer.build(BatchGetRequest).key({ Username: username }),
        this.data.emailMarker.build(BatchGetRequest).key({ address, copy: address }),
      )
      .options({ consistent: true });
    const [stored, marker] = await retrying(async (options) => {
      const { Responses: [found = []] = [], UnprocessedKeys = {} } = await execute(options, command);
      if (Object.keys(UnprocessedKeys).length > 0) throw new Throttled();
      return [found[0], found[1]];
    });
    if (stored === undefined) return marker === undefined ? {} : { refusal: taken('EMAIL_TAKEN', 'email') };
    const refusal = taken('USERNAME_TAKEN', 'username');
    return isLive(stored) ? { customer: stored, refusal } : { refusal };
  }

  /**
   * Takes a customer over from a registration that has not settled it, and now never will: 1 conditional UpdateItem.
   * @throws Problem USERNAME_TAKEN when it was settled, deleted or taken over meanwhile, or is no longer the one named
   */
  async takeOver({ username, name, email }: Named, from: string, registration: string): Promise<void> {
    const named: CustomerCondition[] = [holding(email), { attr: 'Name', eq: name }];
    const command = this.data.customer
      .build(UpdateItemCommand)
      .item({ Username: username, Registration: registration })
      // Its own id as well, as an attempt whose reply was lost has left it.
      .options({ condition: { and: [...named, { attr: 'Registration', in: [from, registration] }] } });
    try {
      await retrying((options) => command.send(options));
    } catch (error) {
      if (isConditionFailure(error)) throw taken('USERNAME_TAKEN', 'username', error);
      throw error;
    }
  }

  /**
   * Ends a registration, of all that went for a name the one whose password signs in: 1 transaction, since one whose reply
   * was lost has to know itself again.
   * @throws Problem USERNAME_TAKEN when another one has taken it over, or the customer was deleted
   */
  async settle(username: string, registration: string): Promise<void> {
    const write = this.data.customer
      .build(UpdateTransaction)
      .item({ Username: username, Registration: $remove() })
      .options({ condition: { attr: 'Registration', eq: registration } });
    try {
      await transact(write);
    } catch (error) {
      if (conditionFailedAt(error, 0)) throw taken('USERNAME_TAKEN', 'username', error);
      throw error;
    }
  }
}
