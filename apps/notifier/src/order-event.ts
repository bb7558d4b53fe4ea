/** From a stream record of an order to the event that it means: pure. */
import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';

const CUSTOMER_PREFIX = 'CUSTOMER#';
const ORDER_PREFIX = '#ORDER#';

const imageSchema = z.object({
  PK: z.string().startsWith(CUSTOMER_PREFIX),
  SK: z.string().startsWith(ORDER_PREFIX),
  OrderId: z.string().min(1),
  Status: z.string().min(1),
  Amount: z.number(),
  NumberItems: z.number(),
  CreatedAt: z.string(),
  UpdatedAt: z.string().optional(),
  RequestId: z.string().min(1),
});

const attributes = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
);

/**
 * A record of a table's stream, as a pipe passes it on.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
 */
const recordSchema = z.object({
  eventID: z.string().min(1),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({ Keys: attributes, NewImage: attributes.optional(), OldImage: attributes.optional() }),
});

/** What subscribers of the topic are told. */
export interface OrderEvent {
  readonly type: 'order.placed' | 'order.status-changed';
  /** `<orderId>.<Status>`: a status is entered once. */
  readonly eventId: string;
  readonly orderId: string;
  readonly username: string;
  readonly amount: number;
  readonly numberItems: number;
  readonly status: string;
  readonly previousStatus?: string;
  readonly occurredAt: string;
  readonly requestId: string;
}

/** Thrown for a record that can never become an event; the message holds no data of the record. */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError';
}

/**
 * The event that a record means; undefined for one that means none: another kind of item, a removal, a write that kept
 * the status.
 * @throws UnreadableRecordError
 */
export function orderEventIn(record: unknown): OrderEvent | undefined {
  const { eventName, dynamodb } = parse(recordSchema, record, 'record');
  if (eventName === 'REMOVE' || !dynamodb.Keys.SK?.S?.startsWith(ORDER_PREFIX)) return undefined;
  if (dynamodb.NewImage === undefined) throw new UnreadableRecordError('NewImage is missing');
  const order = parse(imageSchema, plain(dynamodb.NewImage), 'NewImage');
  const previous = eventName === 'INSERT' || !dynamodb.OldImage ? undefined : plain(dynamodb.OldImage).Status;
  if (previous === order.Status) return undefined;
  return {
    type: eventName === 'INSERT' ? 'order.placed' : 'order.status-changed',
    eventId: `${order.OrderId}.${order.Status}`,
    orderId: order.OrderId,
    username: order.PK.slice(CUSTOMER_PREFIX.length),
    amount: order.Amount,
    numberItems: order.NumberItems,
    status: order.Status,
    ...(typeof previous === 'string' && { previousStatus: previous }),
    occurredAt: order.UpdatedAt ?? order.CreatedAt,
    requestId: order.RequestId,
  };
}

/** The line that a mail of the event opens with; SNS takes up to 100 ASCII characters. */
export const subjectOf = ({ type, orderId, status }: OrderEvent): string =>
  type === 'order.placed' ? `New order ${orderId}` : `Order ${orderId} is ${status}`;

/** The id that a failure of a record is reported by. */
export function recordIdOf(record: unknown): string {
  const { eventID } = (record ?? {}) as { eventID?: unknown };
  return typeof eventID === 'string' ? eventID : '';
}

/** The id of the request that wrote the item, as far as a record of any kind tells it. */
export function requestIdIn(record: unknown): string | undefined {
  const { dynamodb } = (record ?? {}) as { dynamodb?: { NewImage?: { RequestId?: { S?: unknown } } } };
  const id = dynamodb?.NewImage?.RequestId?.S;
  return typeof id === 'string' ? id : undefined;
}

/** What orders records among each other: all records of one customer's partition, as they are; unreadable ones alone. */
export function keysOf(record: unknown): { partition: string; item: string } {
  const { dynamodb } = (record ?? {}) as { dynamodb?: { Keys?: { PK?: { S?: unknown }; SK?: { S?: unknown } } } };
  const [partition, sort] = [dynamodb?.Keys?.PK?.S, dynamodb?.Keys?.SK?.S].map((key) =>
    typeof key === 'string' ? key : recordIdOf(record),
  );
  return { partition: partition ?? '', item: `${partition} ${sort}` };
}

function plain(image: Record<string, AttributeValue>): Record<string, unknown> {
  try {
    return unmarshall(image);
  } catch (cause) {
    throw new UnreadableRecordError('an attribute has an unknown type', { cause });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UnreadableRecordError(`${[what, ...(issue?.path ?? [])].join('.')} is not as expected`);
}
