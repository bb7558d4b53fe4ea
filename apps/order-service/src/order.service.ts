/** What can be done with orders. */
import { Inject, Injectable } from '@nestjs/common';
import { toCustomerView, type CustomerView } from '../../../libs/shared/src/customer.schema.js';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { OrderRepository, type OrderChange } from '../../../libs/shared/src/table/order.repository.js';
import { mustBeDeletable, refusal, startingStates } from './order.rules.js';
import {
  ownerInList,
  ownerInQuery,
  toOrderView,
  type NewOrder,
  type OrderChanges,
  type OrderListQuery,
  type OrderQuery,
  type OrderView,
} from './order.schema.js';

@Injectable()
export class OrderService {
  constructor(
    @Inject(OrderRepository) private readonly orders: OrderRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws Problem USER_NOT_FOUND */
  async place(order: NewOrder, requestId: string): Promise<OrderView> {
    return toOrderView(await this.orders.place(order, { requestId, now: this.clock.now() }));
  }

  /**
   * A customer and its newest orders, or all orders if none is named.
   * @throws Problem USER_NOT_FOUND, BAD_CURSOR
   */
  async list(query: OrderListQuery): Promise<{ data: (CustomerView | OrderView)[]; nextToken?: string }> {
    const username = ownerInList(query);
    if (username === undefined) {
      const { orders, ...next } = await this.orders.list(query);
      return { data: orders.map(toOrderView), ...next };
    }
    const { customer, orders, ...next } = await this.orders.listOf(username, query);
    return { data: [...(customer ? [toCustomerView(customer)] : []), ...orders.map(toOrderView)], ...next };
  }

  /** @throws Problem ORDER_NOT_FOUND */
  async get(id: string, query: OrderQuery): Promise<OrderView> {
    const username = ownerInQuery(query);
    return toOrderView(
      await (username === undefined ? this.orders.find(id, this.clock.now()) : this.orders.get(username, id)),
    );
  }

  /** @throws Problem ORDER_NOT_FOUND, ORDER_STATE */
  async update(
    id: string,
    { username, status, amount, numItems }: OrderChanges,
    requestId: string,
  ): Promise<OrderView> {
    const now = this.clock.now();
    const owner = username ?? (await this.orders.find(id, now)).username;
    const from = startingStates({ status, amount });
    return this.change(owner, id, { status, amount, numItems, from }, { requestId, now });
  }

  /** @throws Problem ORDER_NOT_FOUND, ORDER_STATE, CANCEL_WINDOW_OVER */
  async cancel(id: string, requestId: string): Promise<OrderView> {
    const now = this.clock.now();
    const order = await this.orders.find(id, now);
    mustBeDeletable(order, now);
    const from = startingStates({ status: 'CANCELED' });
    return this.change(order.username, id, { status: 'CANCELED', from }, { requestId, now });
  }

  private async change(
    username: string,
    id: string,
    change: OrderChange,
    context: { requestId: string; now: Date },
  ): Promise<OrderView> {
    const { changed, order } = await this.orders.change(username, id, change, context);
    if (!changed) throw refusal(order, change);
    return toOrderView(order);
  }
}
