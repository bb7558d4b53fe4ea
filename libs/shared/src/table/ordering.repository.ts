/** Writes of orders that move stock or answer to a key: one read at most, and one transaction. */
import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $set } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { BatchGetCommand, execute } from 'dynamodb-toolbox/table/actions/batchGet';
import { Problem } from '../errors.js';
import { isProductId, newOrderId, newRequestId } from '../id.js';
import { rememberStep, type Answer, type KeyedRequest } from './answer.js';
import { imageAt } from './condition-image.js';
import { LIVE_CUSTOMER } from './customer.repository.js';
import { orderListKey, type DataTable } from './data-table.js';
import { mustBeOrderId, type Order, type OrderStatus, type WriteContext } from './order.repository.js';
import { type Product } from './product.repository.js';
import { retrying, Throttled } from './retry.js';
import { shardOf } from './shard.js';
import { type OVERTAKEN, stockSteps, type StockMove } from './stock.js';
import { transactSteps, type Step } from './transaction.js';

export type OrderLine = NonNullable<Order['Items']>[number];

/** What a write of an order is decided on. */
export interface Wanted {
  readonly productIds: Iterable<string>;
  readonly order?: { readonly username: string; readonly id: string };
  readonly answerKey?: string | undefined;
}

export interface Found {
  /** Those that exist and are not deleted, by their ids. */
  readonly products: ReadonlyMap<string, Product>;
  readonly order?: Order | undefined;
  readonly answer?: Answer | undefined;
}

/** What an order is made of. */
export interface OrderContents {
  readonly username: string;
  readonly amount: number;
  readonly numItems: number;
  /** An order of products has lines; its amount is theirs. */
  readonly items?: readonly OrderLine[] | undefined;
}

/** A new order that is ready to be written. */
export interface Placement {
  readonly order: Order;
  readonly moves: readonly StockMove[];
  /** The key that the request came under, and the answer to it. */
  readonly remember?: (KeyedRequest & { readonly response: string }) | undefined;
}

/** The lines of an order, and what they come to. */
export interface LinesAndSums {
  readonly items: readonly OrderLine[];
  readonly amount: number;
  readonly numItems: number;
}

/** A change of an order's lines, its status, or both. */
export interface LineChange {
  readonly from: readonly OrderStatus[];
  readonly status?: OrderStatus | undefined;
  readonly lines?: LinesAndSums | undefined;
  readonly moves: readonly StockMove[];
}

export type Placed = typeof OVERTAKEN | { readonly response: string } | undefined;
export type Changed = typeof OVERTAKEN | { readonly changed: boolean; readonly order: Order };

/** An order under a new id, not written yet. */
export function newOrder(
  { username, amount, numItems, items }: OrderContents,
  { requestId, now }: WriteContext,
): Order {
  const id = newOrderId(now);
  return {
    ...{ username, id, OrderId: id, CreatedAt: now.toISOString() },
    ...{ Status: 'PLACED', Amount: amount, NumberItems: numItems, RequestId: requestId },
    ...(items && { Items: [...items], LinesId: newRequestId() }),
  };
}

export class OrderingRepository {
  constructor(private readonly data: DataTable) {}

  /** 1 BatchGetItem, consistent; none if there is nothing to read. @throws Problem ORDER_NOT_FOUND */
  async look({ productIds, order, answerKey }: Wanted): Promise<Found> {
    if (order) mustBeOrderId(order.id);
    const requests = [
      ...(answerKey === undefined
        ? []
        : [this.data.answer.build(BatchGetRequest).key({ key: answerKey, copy: answerKey })]),
      ...(order === undefined ? [] : [this.data.order.build(BatchGetRequest).key(order)]),
      ...[...productIds]
        .filter(isProductId)
        .map((ProductId) => this.data.product.build(BatchGetRequest).key({ ProductId })),
    ];
    if (requests.length === 0) return { products: new Map() };
    const command = this.data.table
      .build(BatchGetCommand)
      .requests(...requests)
      .options({ consistent: true });
    const items = await retrying(async (options) => {
      const { Responses: [found = []] = [], UnprocessedKeys = {} } = await execute(options, command);
      // What was left out for want of throughput: a part of the answer decides nothing.
      if (Object.keys(UnprocessedKeys).length > 0) throw new Throttled();
      return found;
    });
    const products = items.flatMap((item) =>
      item && 'ProductId' in item && item.DeletedAt === undefined ? [item] : [],
    );
    return {
      products: new Map(products.map((product) => [product.ProductId, product])),
      order: items.find((item) => item !== undefined && 'OrderId' in item),
      answer: items.find((item) => item !== undefined && 'RequestHash' in item),
    };
  }

  /**
   * 1 transaction: the answer is remembered, the customer exists, the order is put, stock is taken.
   * @returns undefined when it was; the response that is remembered already; or that a product was edited meanwhile
   * @throws Problem IDEMPOTENCY_CONFLICT, USER_NOT_FOUND, PRODUCT_NOT_FOUND, INSUFFICIENT_STOCK
   */
  place({ order, moves, remember }: Placement, now: Date): Promise<Placed> {
    const { username, id } = order;
    const customer: Step<never> = {
      write: this.data.customer.build(ConditionCheck).key({ Username: username }).condition(LIVE_CUSTOMER),
      failed: (cause) => {
        throw new Problem('USER_NOT_FOUND', { cause });
      },
    };
    const put: Step<never> = {
      write: this.data.order
        .build(PutTransaction)
        .item({ ...order, GSI1PK: orderListKey(shardOf(id)), GSI1SK: id })
        .options({ condition: { attr: 'OrderId', exists: false } }),
      failed: (error) => {
        throw error;
      },
    };
    return transactSteps<Exclude<Placed, undefined>>([
      ...(remember ? [rememberStep(this.data, remember, remember.response, now)] : []),
      customer,
      put,
      ...stockSteps(this.data, moves),
    ]);
  }

  /**
   * 1 transaction: the order is changed if its status allows and its lines are those that were seen, and stock follows.
   * @returns the order, changed or as it stands; or that a product was edited meanwhile
   * @throws Problem ORDER_NOT_FOUND, PRODUCT_NOT_FOUND, INSUFFICIENT_STOCK
   */
  async change(seen: Order, { from, status, lines, moves }: LineChange, context: WriteContext): Promise<Changed> {
    const { username, id, LinesId } = seen;
    const written = {
      ...(status !== undefined && { Status: status }),
      ...(lines && { Amount: lines.amount, NumberItems: lines.numItems, LinesId: newRequestId() }),
      ...{ UpdatedAt: context.now.toISOString(), RequestId: context.requestId },
    };
    const order: Step<Exclude<Changed, typeof OVERTAKEN>> = {
      write: this.data.order
        .build(UpdateTransaction)
        .item({ username, id, ...written, ...(lines && { Items: $set([...lines.items]) }) })
        .options({
          condition: {
            and: [
              { attr: 'Status', in: [...from] },
              LinesId === undefined ? { attr: 'LinesId', exists: false } : { attr: 'LinesId', eq: LinesId },
            ],
          },
          returnValuesOnConditionFalse: 'ALL_OLD',
        }),
      failed: (error, index) => {
        const image = imageAt(this.data.order, error, index);
        if (image === undefined) throw new Problem('ORDER_NOT_FOUND', { cause: error });
        return { changed: false, order: image };
      },
    };
    const refused = await transactSteps<Changed>([order, ...stockSteps(this.data, moves)]);
    if (refused !== undefined) return refused;
    return { changed: true, order: { ...seen, ...written, ...(lines && { Items: [...lines.items] }) } };
  }
}
