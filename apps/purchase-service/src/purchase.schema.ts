/** What crosses the border of the purchase service, in and out. */
import * as z from 'zod';
import { Problem } from '../../../libs/shared/src/errors.js';
import { purchaseRecordSchema, type PurchaseRecord } from '../../../libs/shared/src/purchase.js';
import { type Purchase } from '../../../libs/shared/src/table/purchase.repository.js';
import { limitSchema, nextTokenSchema, timeSchema } from '../../../libs/shared/src/text.schema.js';

const DEFAULT_LIMIT = 50;

export { purchaseRecordSchema as purchaseBodySchema };
export type PurchaseBody = PurchaseRecord;

export const purchaseListQuerySchema = z.strictObject({
  limit: limitSchema(DEFAULT_LIMIT),
  nextToken: nextTokenSchema,
});
export type PurchaseListQuery = z.output<typeof purchaseListQuerySchema>;

export const sentSchema = z.object({ message: z.string(), messageId: z.string(), productPurchaseId: z.uuid() });
export type Sent = z.output<typeof sentSchema>;

export const purchaseSchema = z
  .looseObject({ ProductPurchaseId: z.uuid(), TimeOfPurchase: timeSchema, action: z.enum(['create', 'update']) })
  .meta({ id: 'StoredPurchase' });
export type PurchaseView = z.output<typeof purchaseSchema>;
export const purchaseListSchema = z.array(purchaseSchema);

/**
 * A body's own fields, and the time in it.
 * @param id the id in the path; undefined for a new purchase
 * @throws Problem VALIDATION_FAILED for an id that is another's and a time that is none
 */
export function recordIn(
  { ProductPurchaseId: named, TimeOfPurchase: time, ...record }: PurchaseBody,
  id: string | undefined,
): { record: PurchaseRecord; TimeOfPurchase?: string } {
  const errors = [
    ...(named === undefined || (id !== undefined && named === id)
      ? []
      : [{ field: 'ProductPurchaseId', message: 'is set by the server; leave it out, or send that of the path' }]),
    ...(time === undefined || isTime(time)
      ? []
      : [{ field: 'TimeOfPurchase', message: 'must be a time such as 2026-11-21T09:30:00.000Z' }]),
  ];
  if (errors.length > 0) throw new Problem('VALIDATION_FAILED', { errors });
  return { record, ...(isTime(time) && { TimeOfPurchase: new Date(time).toISOString() }) };
}

/** RFC 3339 with its zone, in UTC within the years that sort as text: `0000-01-01T00:00:00+12:00` is of the year before. */
const isTime = (value: unknown): value is string =>
  z.iso.datetime({ offset: true }).safeParse(value).success && /^\d{4}-/.test(new Date(String(value)).toISOString());

export const toPurchaseView = ({ ProductPurchaseId, TimeOfPurchase, Action, Record }: Purchase): PurchaseView => ({
  ...(Record as PurchaseRecord),
  ...{ ProductPurchaseId, TimeOfPurchase, action: Action },
});

const id = '97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee';
export const purchaseBodyExample = {
  ProductName: 'Jacket',
  PricePerUnit: '189',
  Quantity: '1',
  CustomerName: 'Paul Jones',
};
export const sentExample: Sent = {
  message: 'Message sent successfully',
  messageId: 'de9c7ea9-51ca-4d22-ac64-e21b6bb7de45',
  productPurchaseId: id,
};
export const purchaseExample: PurchaseView = {
  ...purchaseBodyExample,
  ...{ ProductPurchaseId: id, TimeOfPurchase: '2021-02-15T19:13:32.314Z', action: 'create' },
};
