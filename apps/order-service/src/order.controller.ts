/** The routes of orders. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { Calling } from '../../../libs/shared/src/auth/auth.guard.js';
import { type Caller } from '../../../libs/shared/src/auth/caller.js';
import { HeaderField } from '../../../libs/shared/src/http/header-field.js';
import { Operation } from '../../../libs/shared/src/http/operation.js';
import { RequestId } from '../../../libs/shared/src/http/request-context.js';
import {
  idempotencyKeySchema,
  linesExample,
  newOrderSchema,
  orderAnswerSchema,
  orderChangesSchema,
  orderExample,
  orderListQuerySchema,
  orderListSchema,
  orderQuerySchema,
  PLACED,
  placedSchema,
  type NewOrder,
  type OrderAnswer,
  type OrderChanges,
  type OrderList,
  type OrderListQuery,
  type OrderQuery,
  type Placed,
} from './order.schema.js';
import { OrderService } from './order.service.js';

const LISTED = 'orders fetched successfully';
const FETCHED = 'Order fetched successfully';
const UPDATED = 'Order updated successfully';
const CANCELED = 'Order canceled successfully';

@Controller('orders')
export class OrderController {
  constructor(@Inject(OrderService) private readonly orders: OrderService) {}

  @Post()
  @Operation({
    id: 'placeOrder',
    summary: 'Place an order of an amount, or of products; sent again under its key it is placed once.',
    status: 201,
    answer: placedSchema,
    example: { message: PLACED, success: true, data: orderExample, orderId: orderExample.OrderId, total: 5.5 },
    bodyExample: { amount: 5.5, numItems: 2, username: 'john' },
    bodyExamples: {
      products: { userId: 'john', items: linesExample },
      'once under its key': { amount: 5.5, numItems: 2, username: 'john', orderId: 'cart-17' },
    },
    failures: ['USER_NOT_FOUND', 'PRODUCT_NOT_FOUND', 'INSUFFICIENT_STOCK', 'IDEMPOTENCY_CONFLICT', 'WRITE_CONFLICT'],
  })
  place(
    @Body({ schema: newOrderSchema }) body: NewOrder,
    @HeaderField('Idempotency-Key', idempotencyKeySchema) key: string | undefined,
    @RequestId() requestId: string,
    @Calling() caller: Caller,
  ): Promise<Placed> {
    return this.orders.place(body, key, { caller, requestId });
  }

  @Get()
  @Operation({
    id: 'listOrders',
    summary: 'A customer and its newest orders, or all orders, newest first.',
    status: 200,
    answer: orderListSchema,
    example: { message: LISTED, data: [orderExample] },
    failures: ['USER_NOT_FOUND', 'BAD_CURSOR'],
  })
  async list(
    @Query({ schema: orderListQuerySchema }) query: OrderListQuery,
    @Calling() caller: Caller,
  ): Promise<OrderList> {
    return { message: LISTED, ...(await this.orders.list(query, caller)) };
  }

  @Get(':orderId')
  @Operation({
    id: 'getOrder',
    summary: 'One order.',
    status: 200,
    answer: orderAnswerSchema,
    example: { message: FETCHED, success: true, data: orderExample },
    failures: ['ORDER_NOT_FOUND'],
  })
  async get(
    @Param('orderId') orderId: string,
    @Query({ schema: orderQuerySchema }) query: OrderQuery,
    @Calling() caller: Caller,
  ): Promise<OrderAnswer> {
    return { message: FETCHED, success: true, data: await this.orders.get(orderId, query, caller) };
  }

  @Put(':orderId')
  @Operation({
    id: 'updateOrder',
    summary: 'Move an order to its next status, or edit it while it is PLACED.',
    status: 200,
    answer: orderAnswerSchema,
    example: { message: UPDATED, success: true, data: orderExample },
    bodyExample: { username: 'john', status: 'ACKNOWLEDGED' },
    bodyExamples: {
      'another amount': { amount: 8.25, numItems: 3 },
      'other products': { items: linesExample },
    },
    failures: ['ORDER_NOT_FOUND', 'PRODUCT_NOT_FOUND', 'ORDER_STATE', 'INSUFFICIENT_STOCK', 'WRITE_CONFLICT'],
  })
  async update(
    @Param('orderId') orderId: string,
    @Body({ schema: orderChangesSchema }) changes: OrderChanges,
    @RequestId() requestId: string,
    @Calling() caller: Caller,
  ): Promise<OrderAnswer> {
    return { message: UPDATED, success: true, data: await this.orders.update(orderId, changes, { caller, requestId }) };
  }

  @Delete(':orderId')
  @Operation({
    id: 'cancelOrder',
    summary: 'Cancel an order within ten minutes of placing it.',
    status: 200,
    answer: orderAnswerSchema,
    example: { message: CANCELED, success: true, data: { ...orderExample, Status: 'CANCELED' } },
    failures: ['ORDER_NOT_FOUND', 'ORDER_STATE', 'CANCEL_WINDOW_OVER', 'WRITE_CONFLICT'],
  })
  async cancel(
    @Param('orderId') orderId: string,
    @RequestId() requestId: string,
    @Calling() caller: Caller,
  ): Promise<OrderAnswer> {
    return { message: CANCELED, success: true, data: await this.orders.cancel(orderId, { caller, requestId }) };
  }
}
