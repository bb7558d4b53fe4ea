/** What crosses the border of the order service, in and out. */
import * as z from 'zod';
import { customerSchema } from '../../../libs/shared/src/customer.schema.js';
import { amountSchema } from '../../../libs/shared/src/money.js';
import { customerKey, orderKey, ORDER_STATUSES } from '../../../libs/shared/src/table/data-table.js';
import { type Order } from '../../../libs/shared/src/table/order.repository.js';
import { limitSchema, nextTokenSchema, timeSchema, usernameSchema } from '../../../libs/shared/src/text.schema.js';

const DEFAULT_LIMIT = 10;
const LARGEST_COUNT = 1_000_000_000;

const numItemsSchema = z.int().min(1).max(LARGEST_COUNT).meta({ example: 2 });

/** Lines of products are part of the contract, and not of this version. */
const itemsSchema = z.never('is not taken yet; send username, amount and numItems').optional();

/** `CANCEL` is taken as `CANCELED`. */
const statusSchema = z
  .enum([...ORDER_STATUSES, 'CANCEL'], `must be one of ${ORDER_STATUSES.join(', ')}`)
  .transform((status) => (status === 'CANCEL' ? 'CANCELED' : status))
  .meta({ example: 'ACKNOWLEDGED' });

export const newOrderSchema = z
  .strictObject({ username: usernameSchema, amount: amountSchema, numItems: numItemsSchema, items: itemsSchema })
  .meta({ id: 'NewOrder' });
export type NewOrder = z.output<typeof newOrderSchema>;

export const orderChangesSchema = z
  .strictObject({
    username: usernameSchema.optional(),
    status: statusSchema.optional(),
    amount: amountSchema.optional(),
    numItems: numItemsSchema.optional(),
    items: itemsSchema,
  })
  .check(({ value, issues }) => {
    const refuse = (field: string, message: string): void => {
      issues.push({ code: 'custom', path: [field], message, input: value });
    };
    if (value.amount === undefined && value.numItems !== undefined) refuse('amount', 'is required with numItems');
    if (value.numItems === undefined && value.amount !== undefined) refuse('numItems', 'is required with amount');
    if (value.status === undefined && value.amount === undefined && value.numItems === undefined)
      refuse('status', 'is required, or amount and numItems');
  })
  .meta({ id: 'OrderChanges' });
export type OrderChanges = z.output<typeof orderChangesSchema>;

export const orderListQuerySchema = z
  .strictObject({
    username: usernameSchema.optional(),
    userId: usernameSchema.optional(),
    limit: limitSchema(DEFAULT_LIMIT),
    nextToken: nextTokenSchema,
  })
  .refine(({ username, userId }) => username === undefined || userId === undefined || username === userId, {
    path: ['userId'],
    message: 'must be equal to username if both are given',
  });
export type OrderListQuery = z.output<typeof orderListQuerySchema>;
export const ownerInList = (query: OrderListQuery): string | undefined => query.username ?? query.userId;

export const orderQuerySchema = z
  .strictObject({ username: usernameSchema.optional(), customer_id: usernameSchema.optional() })
  .refine(({ username, customer_id: id }) => username === undefined || id === undefined || username === id, {
    path: ['customer_id'],
    message: 'must be equal to username if both are given',
  });
export type OrderQuery = z.output<typeof orderQuerySchema>;
export const ownerInQuery = (query: OrderQuery): string | undefined => query.username ?? query.customer_id;

/** An order under the names it is stored by. */
export const orderSchema = z
  .object({
    PK: z.string(),
    SK: z.string(),
    OrderId: z.string(),
    CreatedAt: timeSchema,
    UpdatedAt: timeSchema.optional(),
    Status: z.enum(ORDER_STATUSES),
    Amount: z.number(),
    NumberItems: z.int(),
  })
  .meta({ id: 'Order' });
export type OrderView = z.output<typeof orderSchema>;

export const orderAnswerSchema = z.object({ message: z.string(), success: z.literal(true), data: orderSchema });
export const placedSchema = orderAnswerSchema.extend({ orderId: z.string(), total: z.number() });
export const orderListSchema = z.object({
  message: z.string(),
  data: z.array(z.union([customerSchema, orderSchema])),
  nextToken: z.string().optional(),
});

export type OrderAnswer = z.output<typeof orderAnswerSchema>;
export type Placed = z.output<typeof placedSchema>;
export type OrderList = z.output<typeof orderListSchema>;

/** An order as it is shown: what is internal to the table is left out. */
export function toOrderView({
  username,
  OrderId,
  CreatedAt,
  UpdatedAt,
  Status,
  Amount,
  NumberItems,
}: Order): OrderView {
  return {
    PK: customerKey(username),
    SK: orderKey(OrderId),
    ...{ OrderId, CreatedAt },
    ...(UpdatedAt !== undefined && { UpdatedAt }),
    ...{ Status, Amount, NumberItems },
  };
}

export const orderExample: OrderView = {
  PK: customerKey('john'),
  SK: orderKey('2UJuYiRSoBMgAiXg7jBp0V0UqxU'),
  OrderId: '2UJuYiRSoBMgAiXg7jBp0V0UqxU',
  CreatedAt: '2023-08-22T02:07:33.696Z',
  ...{ Status: 'PLACED', Amount: 5.5, NumberItems: 2 },
};
