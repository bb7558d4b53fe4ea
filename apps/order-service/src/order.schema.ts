/** What crosses the border of the order service, in and out. */
import * as z from 'zod';
import { customerSchema } from '../../../libs/shared/src/customer.schema.js';
import { amountSchema } from '../../../libs/shared/src/money.js';
import { customerKey, orderKey, ORDER_STATUSES } from '../../../libs/shared/src/table/data-table.js';
import { type Order } from '../../../libs/shared/src/table/order.repository.js';
import {
  limitSchema,
  nextTokenSchema,
  textSchema,
  timeSchema,
  usernameSchema,
} from '../../../libs/shared/src/text.schema.js';
import { type WantedLine } from './order-lines.rules.js';

const DEFAULT_LIMIT = 10;
const REQUIRED = 'is required';
const SAME_NAME = 'must be equal to username if both are given';
const LARGEST_COUNT = 1_000_000_000;

const numItemsSchema = z.int().min(1).max(LARGEST_COUNT).meta({ example: 2 });

/** Twice as many stock writes and the order itself are the 100 writes of the largest transaction. */
const MOST_LINES = 45;

export const linesExample = [{ productId: '3MPnptk2fqnWf16gNbOoKsl4cDd', quantity: 1 }];

const itemsSchema = z
  .array(
    z
      .strictObject({
        productId: textSchema(1, 64).meta({ example: linesExample[0]?.productId }),
        quantity: z.int().min(1).max(LARGEST_COUNT).meta({ example: 1 }),
      })
      .meta({ id: 'WantedLine' }),
    'must be a list of productId and quantity',
  )
  .min(1, 'must have at least 1 line')
  .max(MOST_LINES, `must have at most ${MOST_LINES} lines`);

/** `CANCEL` is taken as `CANCELED`. */
const statusSchema = z
  .enum([...ORDER_STATUSES, 'CANCEL'], `must be one of ${ORDER_STATUSES.join(', ')}`)
  .transform((status) => (status === 'CANCEL' ? 'CANCELED' : status))
  .meta({ example: 'ACKNOWLEDGED' });

/** Says of each field what is missing or too much, also beside mistakes of other fields. */
type Refuse = (field: string, message: string) => void;
const always = { when: () => true };
const refusing =
  <T>(rule: (value: Partial<T>, refuse: Refuse) => void) =>
  (
    value: T,
    { addIssue }: { addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
  ): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    rule(value, (field, message) => addIssue({ code: 'custom', path: [field], message }));
  };

interface Contents {
  amount?: unknown;
  numItems?: unknown;
  items?: unknown;
}

function mustNotMix({ amount, numItems, items }: Contents, refuse: Refuse): void {
  if (items !== undefined && (amount !== undefined || numItems !== undefined))
    refuse('items', 'must not be sent together with amount and numItems');
}

const orderIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .meta({ description: 'A key like Idempotency-Key; the id of the order is another.', example: 'cart-4711' });

/** An order of an amount, or of products; whose it is may stand under either name. */
export const newOrderSchema = z
  .strictObject({
    username: usernameSchema.optional(),
    userId: usernameSchema.optional(),
    amount: amountSchema.optional(),
    numItems: numItemsSchema.optional(),
    items: itemsSchema.optional(),
    orderId: orderIdSchema.optional(),
  })
  .superRefine(
    refusing(({ username, userId, amount, numItems, items }, refuse) => {
      if (username === undefined && userId === undefined) refuse(items === undefined ? 'username' : 'userId', REQUIRED);
      else if (username !== undefined && userId !== undefined && username !== userId) refuse('userId', SAME_NAME);
      mustNotMix({ amount, numItems, items }, refuse);
      if (items === undefined && amount === undefined) refuse('amount', REQUIRED);
      if (items === undefined && numItems === undefined) refuse('numItems', REQUIRED);
    }),
    always,
  )
  .meta({
    id: 'NewOrder',
    allOf: [
      { anyOf: [{ required: ['username'] }, { required: ['userId'] }] },
      { oneOf: [{ required: ['amount', 'numItems'] }, { required: ['items'] }] },
    ],
  });
export type NewOrder = z.output<typeof newOrderSchema>;

/** What is ordered: either is complete once the schema has passed. */
export type Ordered =
  | { readonly username: string; readonly items: readonly WantedLine[] }
  | { readonly username: string; readonly amount: number; readonly numItems: number };

/** An order's contents in one order of fields, so that equal orders are equal texts. */
export function orderedIn({ username, userId, amount = 0, numItems = 0, items }: NewOrder): Ordered {
  const owner = username ?? userId ?? '';
  return items ? { username: owner, items } : { username: owner, amount, numItems };
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable characters without spaces')
  .optional()
  .meta({ description: 'The same order under the same key is placed once within 24 hours.', example: 'cart-4711' });

export const orderChangesSchema = z
  .strictObject({
    username: usernameSchema.optional(),
    status: statusSchema.optional(),
    amount: amountSchema.optional(),
    numItems: numItemsSchema.optional(),
    items: itemsSchema.optional(),
  })
  .superRefine(
    refusing(({ status, amount, numItems, items }, refuse) => {
      mustNotMix({ amount, numItems, items }, refuse);
      if (amount === undefined && numItems !== undefined) refuse('amount', 'is required with numItems');
      if (numItems === undefined && amount !== undefined) refuse('numItems', 'is required with amount');
      if (status === undefined && amount === undefined && numItems === undefined && items === undefined)
        refuse('status', 'is required, or items, or amount and numItems');
      if (status === 'CANCELED' && items !== undefined) refuse('items', 'cannot be changed with a cancellation');
    }),
    always,
  )
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
    message: SAME_NAME,
  });
export type OrderListQuery = z.output<typeof orderListQuerySchema>;
export const ownerInList = (query: OrderListQuery): string | undefined => query.username ?? query.userId;

export const orderQuerySchema = z
  .strictObject({ username: usernameSchema.optional(), customer_id: usernameSchema.optional() })
  .refine(({ username, customer_id: id }) => username === undefined || id === undefined || username === id, {
    path: ['customer_id'],
    message: SAME_NAME,
  });
export type OrderQuery = z.output<typeof orderQuerySchema>;
export const ownerInQuery = (query: OrderQuery): string | undefined => query.username ?? query.customer_id;

const lineSchema = z
  .object({
    ProductId: z.string(),
    Name: z.string(),
    Quantity: z.int(),
    UnitPrice: z.number(),
    LineTotal: z.number(),
  })
  .meta({ id: 'OrderLine' });

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
    Items: z.array(lineSchema).optional(),
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

export const PLACED = 'Order placed successfully';

/** The answer to an order that was placed. */
export function toPlaced(order: Order): Placed {
  const data = toOrderView(order);
  return { message: PLACED, success: true, data, orderId: data.OrderId, total: data.Amount };
}

/** An order as it is shown: what is internal to the table is left out. */
export function toOrderView(order: Order): OrderView {
  const { username, OrderId, CreatedAt, UpdatedAt, Status, Amount, NumberItems, Items } = order;
  return {
    ...{ PK: customerKey(username), SK: orderKey(OrderId), OrderId, CreatedAt },
    ...(UpdatedAt !== undefined && { UpdatedAt }),
    ...{ Status, Amount, NumberItems },
    ...(Items && { Items }),
  };
}

export const orderExample: OrderView = {
  PK: customerKey('john'),
  SK: orderKey('2UJuYiRSoBMgAiXg7jBp0V0UqxU'),
  OrderId: '2UJuYiRSoBMgAiXg7jBp0V0UqxU',
  CreatedAt: '2023-08-22T02:07:33.696Z',
  ...{ Status: 'PLACED', Amount: 5.5, NumberItems: 2 },
};
