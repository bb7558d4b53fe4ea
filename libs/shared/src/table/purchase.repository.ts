/** Purchases in the table: every access pattern, and nothing of HTTP or queues. */
import { type FormattedItem } from 'dynamodb-toolbox/entity';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { type Condition } from 'dynamodb-toolbox/entity/actions/parseCondition';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $remove, $set } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { Problem } from '../errors.js';
import { type PurchaseEvent } from '../purchase.js';
import { imageIn } from './condition-image.js';
import { openCursor, sealCursor } from './cursor.js';
import { type ListOptions } from './customer.repository.js';
import { purchaseListKey, type DataTable } from './data-table.js';
import { isConditionFailure, retrying } from './retry.js';
import { listShards, shardOf } from './shard.js';

/** A purchase. `Record` is what its sender gave; times are ISO 8601 in UTC. */
export type Purchase = FormattedItem<DataTable['purchase']>;

/** What became of an event: `superseded` by a later one of the same purchase, or there is no such purchase (`unknown`). */
export type Applied = 'applied' | 'superseded' | 'unknown';

type PurchaseCondition = Condition<DataTable['purchase']>;
type Create = Extract<PurchaseEvent, { action: 'create' }>;
type Update = Extract<PurchaseEvent, { action: 'update' }>;
type Delete = Extract<PurchaseEvent, { action: 'delete' }>;

/** Longer than a message lives: 14 days in the queue, and as many again among its dead letters. */
const REMEMBERED_SECONDS = 30 * 24 * 3600;

const LIST = 'purchases';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export class PurchaseRepository {
  constructor(private readonly data: DataTable) {}

  /** 1 GetItem, consistent; no request for a text that is no id. @throws Problem PURCHASE_NOT_FOUND */
  async get(id: string): Promise<Purchase> {
    mustBePurchaseId(id);
    const command = this.data.purchase
      .build(GetItemCommand)
      .key({ ProductPurchaseId: id })
      .options({ consistent: true });
    const { Item } = await retrying((options) => command.send(options));
    if (Item === undefined || Item.DeletedAt !== undefined) throw new Problem('PURCHASE_NOT_FOUND');
    return Item;
  }

  /** Purchases, the newest first: 8 Queries side by side. @throws Problem BAD_CURSOR */
  async list({ limit, nextToken }: ListOptions): Promise<{ purchases: Purchase[]; nextToken?: string }> {
    const after = nextToken === undefined ? undefined : openCursor(LIST, nextToken);
    const { items, next } = await listShards<Purchase>({
      limit,
      descending: true,
      after,
      sortKeyOf: sortKeyOf,
      read: async (shard, from, most) => {
        const partition = purchaseListKey(shard);
        const command = this.data.table
          .build(QueryCommand)
          .entities(this.data.purchase)
          .query({ index: 'GSI1', partition, ...(from !== undefined && { range: { lt: from } }) })
          .options({ limit: most, reverse: true, entityAttrFilter: false });
        const { Items = [], LastEvaluatedKey } = await retrying((options) => command.send(options));
        return { items: Items, more: LastEvaluatedKey !== undefined };
      },
    });
    // The index follows the table with a delay on AWS: a deleted purchase may still be listed.
    const purchases = items.filter(({ DeletedAt }) => DeletedAt === undefined);
    return { purchases, ...(next !== undefined && { nextToken: sealCursor(LIST, next) }) };
  }

  /**
   * 1 conditional write. The same event twice does the same as once; an event that is older than the last one does
   * nothing.
   */
  async apply(event: PurchaseEvent): Promise<Applied> {
    try {
      await this.write(event);
      return 'applied';
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return imageIn(this.data.purchase, error) === undefined ? 'unknown' : 'superseded';
    }
  }

  private async write(event: PurchaseEvent): Promise<void> {
    const notOlder: PurchaseCondition = {
      and: [
        { attr: 'EventAt', lte: event.at },
        { attr: 'DeletedAt', exists: false },
      ],
    };
    const image = { returnValuesOnConditionFalse: 'ALL_OLD' } as const;
    switch (event.action) {
      case 'create': {
        const condition: PurchaseCondition = { or: [{ attr: 'ProductPurchaseId', exists: false }, notOlder] };
        const command = this.data.purchase
          .build(PutItemCommand)
          .item(created(event))
          .options({ condition, ...image });
        await retrying((options) => command.send(options));
        return;
      }
      case 'update': {
        const command = this.data.purchase
          .build(UpdateItemCommand)
          .item(changed(event))
          .options({ condition: notOlder, ...image });
        await retrying((options) => command.send(options));
        return;
      }
      case 'delete': {
        const command = this.data.purchase
          .build(UpdateItemCommand)
          .item(deleted(event))
          .options({ condition: notOlder, ...image });
        await retrying((options) => command.send(options));
      }
    }
  }
}

const sortKeyOf = ({
  TimeOfPurchase,
  ProductPurchaseId,
}: Pick<Purchase, 'TimeOfPurchase' | 'ProductPurchaseId'>): string => `${TimeOfPurchase}#${ProductPurchaseId}`;

const created = (event: Create) => {
  const { ProductPurchaseId, TimeOfPurchase, at, action, record } = event;
  const list = { GSI1PK: purchaseListKey(shardOf(ProductPurchaseId)), GSI1SK: sortKeyOf(event) };
  return { ProductPurchaseId, TimeOfPurchase, Action: action, EventAt: at, Record: record, ...list };
};

/** The record is replaced as a whole; its time stays unless the update names one. */
const changed = ({ ProductPurchaseId, TimeOfPurchase, at, action, record }: Update) => ({
  ...{ ProductPurchaseId, Action: action, EventAt: at, Record: $set(record) },
  ...(TimeOfPurchase !== undefined && { TimeOfPurchase, GSI1SK: sortKeyOf({ TimeOfPurchase, ProductPurchaseId }) }),
});

const deleted = ({ ProductPurchaseId, at }: Delete) => ({
  ...{ ProductPurchaseId, EventAt: at, DeletedAt: at, Record: $set({}) },
  ExpiresAt: Math.floor(Date.parse(at) / 1000) + REMEMBERED_SECONDS,
  ...{ GSI1PK: $remove(), GSI1SK: $remove() },
});

/** @throws Problem PURCHASE_NOT_FOUND for a text that no purchase can have as its id */
export function mustBePurchaseId(id: string): void {
  if (!UUID.test(id)) throw new Problem('PURCHASE_NOT_FOUND');
}
