/** Products in the table: every access pattern, and nothing of HTTP. */
import { type FormattedItem } from 'dynamodb-toolbox/entity';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { type Condition } from 'dynamodb-toolbox/entity/actions/parseCondition';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { UpdateItemCommand, type UpdateItemInput } from 'dynamodb-toolbox/entity/actions/update';
import { $add, $remove } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { Problem } from '../errors.js';
import { isProductId, newProductId, newRequestId } from '../id.js';
import { imageIn } from './condition-image.js';
import { openCursor, sealCursor } from './cursor.js';
import { type ListOptions } from './customer.repository.js';
import { productListKey, type DataTable } from './data-table.js';
import { isConditionFailure, retrying } from './retry.js';
import { listShards, shardOf } from './shard.js';

/** A product. Times are ISO 8601 in UTC; `Version` rises with every edit and with no order. */
export type Product = FormattedItem<DataTable['product']>;

export interface NewProduct {
  readonly name: string;
  readonly description: string;
  readonly price: number;
  readonly stock: number;
}

export interface ProductEdit extends Partial<{ readonly [Field in keyof NewProduct]: NewProduct[Field] | undefined }> {
  /** The version that the edit is meant for; any if absent. */
  readonly version?: number | undefined;
}

/** The condition that every use of a product names: it was made and is not deleted. */
export const LIVE_PRODUCT: Condition<DataTable['product']> = {
  and: [
    { attr: 'ProductId', exists: true },
    { attr: 'DeletedAt', exists: false },
  ],
};

const LIST = 'products';

export class ProductRepository {
  constructor(private readonly data: DataTable) {}

  /** 1 conditional PutItem. */
  async create({ name, description, price, stock }: NewProduct, now: Date): Promise<Product> {
    const ProductId = newProductId(now);
    const product: Product = {
      ...{ ProductId, Name: name, Description: description, Price: price, Stock: stock },
      ...{ Version: 1, WriteId: newRequestId(), CreatedAt: now.toISOString() },
    };
    const command = this.data.product
      .build(PutItemCommand)
      .item({ ...product, GSI1PK: productListKey(shardOf(ProductId)), GSI1SK: ProductId })
      .options({ condition: { attr: 'ProductId', exists: false } });
    await retrying(async (options, attempt) => {
      try {
        await command.send(options);
      } catch (error) {
        // The id is new: if it is there, an attempt before this one put it and its reply was lost.
        if (!isConditionFailure(error) || attempt === 1) throw error;
      }
    });
    return product;
  }

  /** 1 GetItem, consistent; no request for a text that is no id. @throws Problem PRODUCT_NOT_FOUND */
  async get(id: string): Promise<Product> {
    mustBeId(id);
    const command = this.data.product.build(GetItemCommand).key({ ProductId: id }).options({ consistent: true });
    const { Item } = await retrying((options) => command.send(options));
    if (Item === undefined || Item.DeletedAt !== undefined) throw new Problem('PRODUCT_NOT_FOUND');
    return Item;
  }

  /** Products, the oldest first: 8 Queries side by side. @throws Problem BAD_CURSOR */
  async list({ limit, nextToken }: ListOptions): Promise<{ products: Product[]; nextToken?: string }> {
    const after = nextToken === undefined ? undefined : openCursor(LIST, nextToken);
    const { items, next } = await listShards<Product>({
      limit,
      descending: false,
      after,
      sortKeyOf: ({ ProductId }) => ProductId,
      read: async (shard, from, most) => {
        const partition = productListKey(shard);
        const command = this.data.table
          .build(QueryCommand)
          .entities(this.data.product)
          .query({ index: 'GSI1', partition, ...(from !== undefined && { range: { gt: from } }) })
          .options({ limit: most, entityAttrFilter: false });
        const { Items = [], LastEvaluatedKey } = await retrying((options) => command.send(options));
        return { items: Items, more: LastEvaluatedKey !== undefined };
      },
    });
    // The index follows the table with a delay on AWS: a deleted product may still be listed.
    const products = items.filter(({ DeletedAt }) => DeletedAt === undefined);
    return { products, ...(next !== undefined && { nextToken: sealCursor(LIST, next) }) };
  }

  /** 1 conditional UpdateItem. @throws Problem PRODUCT_NOT_FOUND, STALE_VERSION */
  update(id: string, { name, description, price, stock, version }: ProductEdit, now: Date): Promise<Product> {
    const edited = { Name: name, Description: description, Price: price, Stock: stock };
    const given = Object.fromEntries(Object.entries(edited).filter(([, value]) => value !== undefined));
    return this.write(id, { ...given, Version: $add(1), UpdatedAt: now.toISOString() }, version);
  }

  /** 1 conditional UpdateItem that marks it deleted and takes it off the list. @throws Problem PRODUCT_NOT_FOUND */
  async delete(id: string, now: Date): Promise<void> {
    await this.write(id, { DeletedAt: now.toISOString(), GSI1PK: $remove(), GSI1SK: $remove() });
  }

  private async write(id: string, changes: Changes, version?: number): Promise<Product> {
    mustBeId(id);
    const WriteId = newRequestId();
    const command = this.data.product
      .build(UpdateItemCommand)
      .item({ ...changes, ProductId: id, WriteId })
      .options({
        condition: {
          and: [
            LIVE_PRODUCT,
            // A second attempt of this very write would add to the version twice.
            { attr: 'WriteId', ne: WriteId },
            ...(version === undefined ? [] : [{ attr: 'Version' as const, eq: version }]),
          ],
        },
        returnValues: 'ALL_NEW',
        returnValuesOnConditionFalse: 'ALL_OLD',
      });
    try {
      const { Attributes } = await retrying((options) => command.send(options));
      if (Attributes === undefined) throw new Problem('INTERNAL');
      return Attributes;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const found = imageIn(this.data.product, error);
      if (found?.WriteId === WriteId) return found;
      if (found === undefined || found.DeletedAt !== undefined)
        throw new Problem('PRODUCT_NOT_FOUND', { cause: error });
      throw new Problem('STALE_VERSION', { detail: staleVersion(found), cause: error });
    }
  }
}

type Changes = Omit<UpdateItemInput<DataTable['product']>, 'ProductId' | 'WriteId'>;

const staleVersion = ({ ProductId, Version }: Product): string =>
  `Product ${ProductId} has version ${Version} by now; read it again and send that version.`;

/**
 * Asked before every request that a caller's id leads to: a path may hold any text, and one that is longer than a key may
 * be is an error of DynamoDB and not an answer.
 */
function mustBeId(id: string): void {
  if (!isProductId(id)) throw new Problem('PRODUCT_NOT_FOUND');
}
