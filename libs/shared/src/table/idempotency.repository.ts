/** Doing a thing once although it may be asked for twice: claim it, do it, mark it done. */
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { imageIn } from './condition-image.js';
import { type DataTable } from './data-table.js';
import { isConditionFailure, retrying, type SendOptions } from './retry.js';

/** Seconds for which a done thing is remembered; a stream keeps its records for 24 hours. */
const REMEMBERED = 48 * 60 * 60;

export interface Claim {
  /** What is to be done once, such as `notifier#<eventId>`. */
  readonly key: string;
  /** Unique for each run that may claim. */
  readonly owner: string;
  readonly now: Date;
  /** When the run that claims is over at the latest, in epoch milliseconds: from then on the claim may be taken over. */
  readonly deadline: number;
}

export type ClaimResult =
  | { readonly outcome: 'claimed' }
  | { readonly outcome: 'done' }
  /** Another run has claimed it; if that one died, the claim is free after this time in epoch milliseconds. */
  | { readonly outcome: 'held'; readonly until: number };

export class IdempotencyRepository {
  constructor(private readonly data: DataTable) {}

  /** 1 conditional PutItem. An expired record counts as none: DynamoDB deletes it days later. */
  async claim({ key, owner, now, deadline }: Claim): Promise<ClaimResult> {
    const seconds = Math.floor(now.getTime() / 1000);
    const command = this.data.idempotency
      .build(PutItemCommand)
      .item({ key, copy: key, State: 'CLAIMED', Owner: owner, Deadline: deadline, ExpiresAt: seconds + REMEMBERED })
      .options({
        condition: {
          or: [
            { attr: 'State', exists: false },
            { attr: 'ExpiresAt', lt: seconds },
            {
              and: [
                { attr: 'State', eq: 'CLAIMED' },
                { attr: 'Deadline', lt: now.getTime() },
              ],
            },
          ],
        },
        returnValuesOnConditionFalse: 'ALL_OLD',
      });
    try {
      await retrying((options) => command.send(options));
      return { outcome: 'claimed' };
    } catch (error) {
      const held = isConditionFailure(error) ? imageIn(this.data.idempotency, error) : undefined;
      if (held === undefined) throw error;
      if (held.State === 'SENT') return { outcome: 'done' };
      // Our own claim, put by an attempt whose reply was lost.
      return held.Owner === owner ? { outcome: 'claimed' } : { outcome: 'held', until: held.Deadline };
    }
  }

  /** 1 conditional UpdateItem. False when the claim was taken over meanwhile. */
  markDone(key: string, owner: string): Promise<boolean> {
    const command = this.data.idempotency
      .build(UpdateItemCommand)
      .item({ key, copy: key, State: 'SENT' })
      .options({ condition: { attr: 'Owner', eq: owner } });
    return held((options) => command.send(options));
  }

  /** Gives a claim back, so that the next run need not wait for its deadline: 1 conditional DeleteItem. */
  release(key: string, owner: string): Promise<boolean> {
    const command = this.data.idempotency
      .build(DeleteItemCommand)
      .key({ key, copy: key })
      .options({ condition: { attr: 'Owner', eq: owner } });
    return held((options) => command.send(options));
  }
}

async function held(write: (options: SendOptions) => Promise<unknown>): Promise<boolean> {
  try {
    await retrying(write);
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
