/** What crosses the border of the product service, in and out. */
import * as z from 'zod';
import { amountSchema } from '../../../libs/shared/src/money.js';
import { productKey } from '../../../libs/shared/src/table/data-table.js';
import { type Product } from '../../../libs/shared/src/table/product.repository.js';
import { limitSchema, nextTokenSchema, textSchema, timeSchema } from '../../../libs/shared/src/text.schema.js';

const DEFAULT_LIMIT = 50;
const LARGEST_STOCK = 1_000_000_000;

const nameSchema = textSchema(1, 200).meta({ example: 'Laptop' });
const descriptionSchema = textSchema(0, 2_000).meta({ example: 'Gaming laptop' });
const priceSchema = amountSchema.meta({ example: 999.99 });
const stockSchema = z.int().min(0).max(LARGEST_STOCK).meta({ example: 5 });

export const newProductSchema = z
  .strictObject({
    name: nameSchema,
    price: priceSchema,
    description: descriptionSchema.default(''),
    stock: stockSchema.default(0),
  })
  .meta({ id: 'NewProduct' });
export type NewProduct = z.output<typeof newProductSchema>;

export const productChangesSchema = z
  .strictObject({
    name: nameSchema.optional(),
    price: priceSchema.optional(),
    description: descriptionSchema.optional(),
    stock: stockSchema.optional(),
    version: z.int().min(1).optional().meta({ description: 'The version that the edit is meant for.', example: 1 }),
  })
  .refine(({ version: _version, ...edited }) => Object.values(edited).some((value) => value !== undefined), {
    message: 'give stock, price, name or description',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ id: 'ProductChanges' });
export type ProductChanges = z.output<typeof productChangesSchema>;

/** A version as an entity tag, with its quotes or without; `*` is any. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
export const ifMatchSchema = z
  .string()
  .regex(/^(?:\*|\d{1,15}|"\d{1,15}")$/, 'must be the Version of the product, or *')
  .optional()
  .transform((text) => (text === undefined || text === '*' ? undefined : Number(text.replaceAll('"', ''))))
  .meta({ description: 'The version that the edit is meant for.', example: '"1"' });

export const productListQuerySchema = z.strictObject({ limit: limitSchema(DEFAULT_LIMIT), nextToken: nextTokenSchema });
export type ProductListQuery = z.output<typeof productListQuerySchema>;

/** A product under the names it is stored by. */
export const productSchema = z
  .object({
    PK: z.string(),
    SK: z.string(),
    ProductId: z.string(),
    Name: z.string(),
    Description: z.string(),
    Price: z.number(),
    Stock: z.int(),
    Version: z.int(),
    CreatedAt: timeSchema,
    UpdatedAt: timeSchema.optional(),
  })
  .meta({ id: 'Product' });
export type ProductView = z.output<typeof productSchema>;

const doneSchema = z.object({ message: z.string(), success: z.literal(true) });
export const createdSchema = z.object({ productId: z.string(), message: z.string() });
export const deletedSchema = doneSchema;
export const productAnswerSchema = doneSchema.extend({ data: productSchema });
export const productListSchema = doneSchema.extend({ data: z.array(productSchema), nextToken: z.string().optional() });

export type Created = z.output<typeof createdSchema>;
export type Deleted = z.output<typeof deletedSchema>;
export type ProductAnswer = z.output<typeof productAnswerSchema>;
export type ProductList = z.output<typeof productListSchema>;

/** A product as it is shown: what is internal to the table is left out. */
export function toProductView(product: Product): ProductView {
  const { ProductId, Name, Description, Price, Stock, Version, CreatedAt, UpdatedAt } = product;
  const key = productKey(ProductId);
  return {
    ...{ PK: key, SK: key, ProductId, Name, Description, Price, Stock, Version, CreatedAt },
    ...(UpdatedAt !== undefined && { UpdatedAt }),
  };
}

const id = '3MPnptk2fqnWf16gNbOoKsl4cDd';
export const productExample: ProductView = {
  ...{ PK: productKey(id), SK: productKey(id), ProductId: id, Name: 'Laptop', Description: 'Gaming laptop' },
  ...{ Price: 999.99, Stock: 5, Version: 1, CreatedAt: '2026-11-21T09:30:00.000Z' },
};
