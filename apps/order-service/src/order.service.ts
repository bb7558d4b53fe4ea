/** What can be done with orders. */
import { Inject, Injectable } from '@nestjs/common';
import { type Caller } from '../../../libs/shared/src/auth/caller.js';
import { toCustomerView, type CustomerView } from '../../../libs/shared/src/customer.schema.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { keyedRequest, responseIn, type KeyedRequest } from '../../../libs/shared/src/table/answer.js';
import {
  OrderRepository,
  type Order,
  type OrderStatus,
  type WriteContext,
} from '../../../libs/shared/src/table/order.repository.js';
import { newOrder, OrderingRepository, type Placement } from '../../../libs/shared/src/table/ordering.repository.js';
import { OVERTAKEN } from '../../../libs/shared/src/table/stock.js';
import { inRounds } from '../../../libs/shared/src/table/transaction.js';
import { addUp, linesOf, stockMoves, type WantedLine } from './order-lines.rules.js';
import { OrderMetrics } from './order.metrics.js';
import { isOwnersMove, keyOf, mustBeDeletable, refusal, startingStates } from './order.rules.js';
import {
  orderedIn,
  ownerInList,
  ownerInQuery,
  toOrderView,
  toPlaced,
  type NewOrder,
  type OrderChanges,
  type Ordered,
  type OrderListQuery,
  type OrderQuery,
  type OrderView,
  type Placed,
} from './order.schema.js';

/** Who asks, and under which id. */
export interface Asked {
  readonly caller: Caller;
  readonly requestId: string;
}

@Injectable()
export class OrderService {
  constructor(
    @Inject(OrderRepository) private readonly orders: OrderRepository,
    @Inject(OrderingRepository) private readonly ordering: OrderingRepository,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(OrderMetrics) private readonly metrics: OrderMetrics,
  ) {}

  /**
   * Places an order; one that came before under the same key is answered as it was then.
   * @param idempotencyKey from the header; the body may name it too
   * @throws Problem FORBIDDEN, USER_NOT_FOUND, PRODUCT_NOT_FOUND, INSUFFICIENT_STOCK, IDEMPOTENCY_CONFLICT
   */
  place(body: NewOrder, idempotencyKey: string | undefined, { caller, requestId }: Asked): Promise<Placed> {
    const context = { requestId, now: this.clock.now() };
    const ordered = orderedIn(body);
    caller.mustBe(ordered.username);
    const key = keyOf(body.orderId, idempotencyKey);
    // A key belongs to its caller: without sign-in that is whom the body names.
    const holder = caller.username ?? ordered.username;
    const request = key === undefined ? undefined : keyedRequest('order', holder, key, ordered);
    return inRounds(async () => {
      const prepared = await this.prepare(ordered, request, context);
      if ('response' in prepared) return JSON.parse(prepared.response) as Placed;
      const answer = toPlaced(prepared.order);
      const remember = request && { ...request, response: JSON.stringify(answer) };
      const outcome = await this.ordering.place({ ...prepared, remember }, context.now);
      if (outcome === undefined) {
        await this.metrics.placed(prepared.order);
        return answer;
      }
      return outcome === OVERTAKEN ? undefined : (JSON.parse(outcome.response) as Placed);
    });
  }

  /**
   * A customer and its newest orders; if none is named, the caller's own, or all orders for whoever may see them.
   * @throws Problem FORBIDDEN, USER_NOT_FOUND, BAD_CURSOR
   */
  async list(
    query: OrderListQuery,
    caller: Caller,
  ): Promise<{ data: (CustomerView | OrderView)[]; nextToken?: string }> {
    const username = caller.ownerNamed(ownerInList(query));
    if (username === undefined) {
      const { orders, ...next } = await this.orders.list(query);
      return { data: orders.map(toOrderView), ...next };
    }
    const { customer, orders, ...next } = await this.orders.listOf(username, query);
    return { data: [...(customer ? [toCustomerView(customer)] : []), ...orders.map(toOrderView)], ...next };
  }

  /** Another's order is as if it were missing. @throws Problem FORBIDDEN, ORDER_NOT_FOUND */
  async get(id: string, query: OrderQuery, caller: Caller): Promise<OrderView> {
    const username = caller.ownerNamed(ownerInQuery(query));
    return toOrderView(
      await (username === undefined ? this.orders.find(id, this.clock.now()) : this.orders.get(username, id)),
    );
  }

  /** @throws Problem FORBIDDEN, ORDER_NOT_FOUND, ORDER_STATE, PRODUCT_NOT_FOUND, INSUFFICIENT_STOCK */
  async update(id: string, changes: OrderChanges, { caller, requestId }: Asked): Promise<OrderView> {
    const { username: named, items, ...wanted } = changes;
    if (!isOwnersMove(wanted.status)) caller.mustBeAdmin();
    const username = caller.ownerNamed(named);
    const context = { requestId, now: this.clock.now() };
    const seen = username === undefined ? await this.orders.find(id, context.now) : undefined;
    const owner = seen?.username ?? username ?? '';
    if (items) return this.changeLines(owner, id, items, wanted.status, context);
    if (wanted.status === 'CANCELED' && wanted.amount === undefined) return this.toCanceled(owner, id, seen, context);
    const { changed, order } = await this.orders.change(
      owner,
      id,
      { ...wanted, from: startingStates(wanted) },
      context,
    );
    if (!changed) throw refusal(order, wanted);
    return toOrderView(order);
  }

  /** @throws Problem ORDER_NOT_FOUND, ORDER_STATE, CANCEL_WINDOW_OVER */
  async cancel(id: string, { caller, requestId }: Asked): Promise<OrderView> {
    const now = this.clock.now();
    const username = caller.ownerNamed(undefined);
    const order = await (username === undefined ? this.orders.find(id, now) : this.orders.get(username, id));
    mustBeDeletable(order, now);
    return this.toCanceled(order.username, id, order, { requestId, now });
  }

  /** What is to be written of an order; or the response that is remembered for it, found by the same request. */
  private async prepare(
    ordered: Ordered,
    request: KeyedRequest | undefined,
    context: WriteContext,
  ): Promise<Placement | { response: string }> {
    if (!('items' in ordered)) return { order: newOrder(ordered, context), moves: [] };
    const quantities = addUp(ordered.items);
    const found = await this.ordering.look({ productIds: quantities.keys(), answerKey: request?.key });
    const response = request && responseIn(found.answer, request.hash, context.now);
    if (response !== undefined) return { response };
    const lines = linesOf(quantities, found.products);
    const order = newOrder({ username: ordered.username, ...lines }, context);
    return { order, moves: stockMoves([], lines.items, found.products) };
  }

  private changeLines(
    username: string,
    id: string,
    items: readonly WantedLine[],
    status: OrderStatus | undefined,
    context: WriteContext,
  ): Promise<OrderView> {
    const change = { items, status };
    const from = startingStates(change);
    const quantities = addUp(items);
    return inRounds(async () => {
      const { order, products } = await this.ordering.look({ productIds: quantities.keys(), order: { username, id } });
      if (order === undefined) throw new Problem('ORDER_NOT_FOUND');
      if (!from.includes(order.Status)) throw refusal(order, change);
      const lines = linesOf(quantities, products, order.Items);
      const moves = stockMoves(order.Items ?? [], lines.items, products);
      const outcome = await this.ordering.change(order, { from, status, lines, moves }, context);
      return outcome !== OVERTAKEN && outcome.changed ? toOrderView(outcome.order) : undefined;
    });
  }

  /** Cancels an order, and gives back in the same write what its lines hold. */
  private toCanceled(owner: string, id: string, seen: Order | undefined, context: WriteContext): Promise<OrderView> {
    const change = { status: 'CANCELED' } as const;
    const from = startingStates(change);
    let known = seen;
    return inRounds(async () => {
      const outcome = known?.Items
        ? await this.ordering.change(known, { ...change, from, moves: stockMoves(known.Items, []) }, context)
        : await this.orders.change(owner, id, { ...change, from }, context);
      if (outcome === OVERTAKEN) return undefined;
      if (outcome.changed) return toOrderView(outcome.order);
      known = outcome.order;
      if (!from.includes(known.Status)) throw refusal(known, change);
      // It has other lines than were seen: they are given back in the next round.
      return undefined;
    });
  }
}
