/** Orders in the table: every access pattern, and nothing of HTTP. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FormattedItem } from 'dynamodb-toolbox/entity';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { type Condition } from 'dynamodb-toolbox/entity/actions/parseCondition';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { Problem } from '../errors.js';
import { timeOfOrderId } from '../id.js';
import { imageIn } from './condition-image.js';
import { openCursor, sealCursor } from './cursor.js';
import { asLive, type Customer, type ListOptions } from './customer.repository.js';
import { customerKey, orderKey, orderListKey, type DataTable } from './data-table.js';
import { isConditionFailure, retrying } from './retry.js';
import { listShards, pageOf, shardOf } from './shard.js';

/** An order and whose it is. Times are ISO 8601 in UTC; `RequestId` is that of its last write. */
export type Order = FormattedItem<DataTable['order']>;
export type OrderStatus = Order['Status'];

/** What a write changes, and the states it may start from. */
export interface OrderChange {
  readonly status?: OrderStatus | undefined;
  readonly amount?: number | undefined;
  readonly numItems?: number | undefined;
  readonly from: readonly OrderStatus[];
}

/** Who writes, and when. */
export interface WriteContext {
  readonly requestId: string;
  readonly now: Date;
}

const ALL_ORDERS = 'orders';
const ordersOf = (username: string): string => `orders of ${username}`;

/** The index follows the table with a delay on AWS: milliseconds for which a miss may be due to it, and the wait. */
const INDEX_LAG = 5_000;
const INDEX_WAIT = 100;

export class OrderRepository {
  constructor(private readonly data: DataTable) {}

  /** 1 GetItem, consistent; no request for a text that is no id. @throws Problem ORDER_NOT_FOUND */
  async get(username: string, id: string): Promise<Order> {
    mustBeOrderId(id);
    const command = this.data.order.build(GetItemCommand).key({ username, id }).options({ consistent: true });
    const { Item } = await retrying((options) => command.send(options));
    if (Item === undefined) throw new Problem('ORDER_NOT_FOUND');
    return Item;
  }

  /**
   * 1 Query on the index, 2 if the first misses an id that is younger than 5 s; no request for a text that is no id.
   * @throws Problem ORDER_NOT_FOUND
   */
  async find(id: string, now: Date): Promise<Order> {
    const made = mustBeOrderId(id);
    const found = await this.lookUp(id);
    if (found) return found;
    if (now.getTime() - made.getTime() < INDEX_LAG) {
      await sleep(INDEX_WAIT);
      const second = await this.lookUp(id);
      if (second) return second;
    }
    throw new Problem('ORDER_NOT_FOUND');
  }

  /**
   * A customer's orders, newest first; the customer itself on the first page. 1 Query.
   * @throws Problem USER_NOT_FOUND, BAD_CURSOR
   */
  async listOf(
    username: string,
    { limit, nextToken }: ListOptions,
  ): Promise<{ customer?: Customer; orders: Order[]; nextToken?: string }> {
    const after = nextToken === undefined ? undefined : openCursor(ordersOf(username), nextToken);
    // One item more than the page tells whether there is a next one; the customer comes on top of that.
    const command = this.data.table
      .build(QueryCommand)
      .entities(this.data.customer, this.data.order)
      .query({
        partition: customerKey(username),
        range: after === undefined ? { lte: customerKey(username) } : { lt: orderKey(after) },
      })
      .options({
        reverse: true,
        limit: limit + (after === undefined ? 2 : 1),
        entityAttrFilter: false,
        consistent: true,
      });
    const { Items = [] } = await retrying((options) => command.send(options));
    const stored = Items.flatMap((item) => ('OrderId' in item ? [item] : []));
    const { items: orders, next } = pageOf(stored, limit, ({ id }) => id);
    const token = next === undefined ? {} : { nextToken: sealCursor(ordersOf(username), next) };
    if (after !== undefined) return { orders, ...token };
    const customer = asLive(Items.flatMap((item) => ('OrderId' in item ? [] : [item]))[0]);
    return { customer, orders, ...token };
  }

  /** All orders, newest first: 8 Queries side by side. @throws Problem BAD_CURSOR */
  async list({ limit, nextToken }: ListOptions): Promise<{ orders: Order[]; nextToken?: string }> {
    const after = nextToken === undefined ? undefined : openCursor(ALL_ORDERS, nextToken);
    const { items: orders, next } = await listShards<Order>({
      limit,
      descending: true,
      after,
      sortKeyOf: ({ id }) => id,
      read: async (shard, from, most) => {
        const command = this.data.table
          .build(QueryCommand)
          .entities(this.data.order)
          .query({
            index: 'GSI1',
            partition: orderListKey(shard),
            ...(from !== undefined && { range: { lt: from } }),
          })
          .options({ reverse: true, limit: most, entityAttrFilter: false });
        const { Items = [], LastEvaluatedKey } = await retrying((options) => command.send(options));
        return { items: Items, more: LastEvaluatedKey !== undefined };
      },
    });
    return { orders, ...(next !== undefined && { nextToken: sealCursor(ALL_ORDERS, next) }) };
  }

  /**
   * 1 conditional UpdateItem. `changed` tells whether the order was in one of the states to start from, and
   * without lines where it is cancelled or its amount is set; if not, `order`
   * is as it stands. No request for a text that is no id.
   * @throws Problem ORDER_NOT_FOUND
   */
  async change(
    username: string,
    id: string,
    { status, amount, numItems, from }: OrderChange,
    { requestId, now }: WriteContext,
  ): Promise<{ changed: boolean; order: Order }> {
    mustBeOrderId(id);
    const written = {
      ...(status !== undefined && { Status: status }),
      ...(amount !== undefined && { Amount: amount }),
      ...(numItems !== undefined && { NumberItems: numItems }),
      UpdatedAt: now.toISOString(),
      RequestId: requestId,
    };
    // The lines of an order hold stock, and its amount follows from them: what touches these is a transaction's matter.
    const keepsStock = status === 'CANCELED' || amount !== undefined;
    const allowed: Condition<DataTable['order']> = { attr: 'Status', in: [...from] };
    const command = this.data.order
      .build(UpdateItemCommand)
      .item({ username, id, ...written })
      .options({
        condition: from.length === 0 ? NEVER : keepsStock ? { and: [allowed, WITHOUT_LINES] } : allowed,
        returnValues: 'ALL_NEW',
        returnValuesOnConditionFalse: 'ALL_OLD',
      });
    return retrying(async (options, attempt) => {
      try {
        const { Attributes } = await command.send(options);
        if (Attributes === undefined) throw new Problem('INTERNAL');
        return { changed: true, order: Attributes };
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const order = imageIn(this.data.order, error);
        if (order === undefined) throw new Problem('ORDER_NOT_FOUND', { cause: error });
        // An attempt before this one may have been carried out and its reply lost: then the image is our own.
        const ours = Object.entries(written).every(([name, value]) => order[name as keyof typeof written] === value);
        return { changed: attempt > 1 && ours, order };
      }
    });
  }

  private async lookUp(id: string): Promise<Order | undefined> {
    const command = this.data.table
      .build(QueryCommand)
      .entities(this.data.order)
      .query({ index: 'GSI1', partition: orderListKey(shardOf(id)), range: { eq: id } })
      .options({ limit: 1, entityAttrFilter: false });
    const { Items = [] } = await retrying((options) => command.send(options));
    return Items[0];
  }
}

/**
 * When an order was placed. Asked before every request that a caller's id leads to: a path may hold any text, and one
 * that is longer than a key may be is an error of DynamoDB and not an answer.
 * @throws Problem ORDER_NOT_FOUND for a text that is no order id
 */
export function mustBeOrderId(id: string): Date {
  const time = timeOfOrderId(id);
  if (time === undefined) throw new Problem('ORDER_NOT_FOUND');
  return time;
}

const WITHOUT_LINES: Condition<DataTable['order']> = { attr: 'LinesId', exists: false };

/** Holds for no item: a write that can only tell the state it found. */
const NEVER: Condition<DataTable['order']> = {
  and: [
    { attr: 'OrderId', exists: true },
    { attr: 'OrderId', exists: false },
  ],
};
