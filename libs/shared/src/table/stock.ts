/** Stock within a transaction: what an order takes, and what it gives back. */
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update/symbols';
import { Problem } from '../errors.js';
import { imageAt } from './condition-image.js';
import { type DataTable } from './data-table.js';
import { LIVE_PRODUCT, type Product } from './product.repository.js';
import { type Step } from './transaction.js';

/** How much of a product's stock a write takes (`by` below 0) or gives back (above). */
export interface StockMove {
  readonly productId: string;
  readonly by: number;
  /** The version that name and price were copied from, where they were. */
  readonly version?: number | undefined;
}

/** A product was edited between the read and the write: its price may be another. */
export const OVERTAKEN = 'overtaken';

/** The writes of the moves, each with a product of its own; a deleted product gets back what it gave. */
export const stockSteps = (data: DataTable, moves: readonly StockMove[]): Step<typeof OVERTAKEN>[] =>
  moves.map((move) => (move.by < 0 ? taking(data, move) : givingBack(data, move)));

function taking(data: DataTable, { productId, by, version }: StockMove): Step<typeof OVERTAKEN> {
  const write = data.product
    .build(UpdateTransaction)
    .item({ ProductId: productId, Stock: $add(by) })
    .options({
      condition: {
        and: [
          LIVE_PRODUCT,
          { attr: 'Stock', gte: -by },
          ...(version === undefined ? [] : [{ attr: 'Version' as const, eq: version }]),
        ],
      },
      returnValuesOnConditionFalse: 'ALL_OLD',
    });
  const failed: Step<typeof OVERTAKEN>['failed'] = (error, index) => {
    const product = imageAt(data.product, error, index);
    if (product === undefined || product.DeletedAt !== undefined) throw noProduct(productId, error);
    if (product.Stock < -by) throw tooLittle(product, -by, error);
    return OVERTAKEN;
  };
  return { write, failed };
}

function givingBack(data: DataTable, { productId, by }: StockMove): Step<typeof OVERTAKEN> {
  const write = data.product
    .build(UpdateTransaction)
    .item({ ProductId: productId, Stock: $add(by) })
    .options({ condition: { attr: 'ProductId', exists: true } });
  return {
    write,
    failed: (error) => {
      throw error;
    },
  };
}

/** @param productId as the caller sent it */
export const noProduct = (productId: string, cause?: unknown): Problem =>
  new Problem('PRODUCT_NOT_FOUND', {
    detail: `There is no product ${productId}; GET /products lists what there is.`,
    cause,
  });

const tooLittle = ({ ProductId, Stock }: Product, wanted: number, cause: unknown): Problem =>
  new Problem('INSUFFICIENT_STOCK', {
    detail: `Product ${ProductId} has ${Stock} left, ${wanted} are wanted; order less of it.`,
    cause,
  });
