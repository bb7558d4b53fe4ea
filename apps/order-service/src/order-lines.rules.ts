/** The rules of an order's lines: what they hold, what they come to, what they take of the stock. Pure. */
import { Problem } from '../../../libs/shared/src/errors.js';
import { fromCents, LARGEST_AMOUNT, toCents } from '../../../libs/shared/src/money.js';
import { type LinesAndSums, type OrderLine } from '../../../libs/shared/src/table/ordering.repository.js';
import { type Product } from '../../../libs/shared/src/table/product.repository.js';
import { noProduct, type StockMove } from '../../../libs/shared/src/table/stock.js';

export interface WantedLine {
  readonly productId: string;
  readonly quantity: number;
}

type Products = ReadonlyMap<string, Pick<Product, 'ProductId' | 'Name' | 'Price' | 'Version'>>;

/** How much of each product is wanted; a product that is named twice is one line of both quantities. */
export function addUp(items: readonly WantedLine[]): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return quantities;
}

/**
 * The lines of an order, with names and prices copied from the products; a line that the order has already keeps those that
 * it was ordered at.
 * @param kept the lines that the order has
 * @throws Problem PRODUCT_NOT_FOUND; VALIDATION_FAILED when the sum is more than an amount can be
 */
export function linesOf(
  quantities: ReadonlyMap<string, number>,
  products: Products,
  kept: readonly OrderLine[] = [],
): LinesAndSums {
  const largest = toCents(LARGEST_AMOUNT);
  let sum = 0;
  const items = [...quantities].map(([ProductId, Quantity]) => {
    const { Name, UnitPrice } = kept.find((line) => line.ProductId === ProductId) ?? newLine(ProductId, products);
    const cents = toCents(UnitPrice) * Quantity;
    sum += cents;
    if (cents > largest || sum > largest) throw tooMuch();
    return { ProductId, Name, Quantity, UnitPrice, LineTotal: fromCents(cents) };
  });
  const numItems = items.reduce((total, { Quantity }) => total + Quantity, 0);
  return { items, amount: fromCents(sum), numItems };
}

/**
 * What a change of lines takes of each product's stock, and gives back. What is new is taken at the version that its price
 * was copied from.
 */
export function stockMoves(
  before: readonly OrderLine[],
  after: readonly OrderLine[],
  products: Products = new Map(),
): StockMove[] {
  const had = new Map(before.map(({ ProductId, Quantity }) => [ProductId, Quantity]));
  const has = new Map(after.map(({ ProductId, Quantity }) => [ProductId, Quantity]));
  return [...new Set([...had.keys(), ...has.keys()])].flatMap((productId) => {
    const by = (had.get(productId) ?? 0) - (has.get(productId) ?? 0);
    const version = had.has(productId) ? undefined : products.get(productId)?.Version;
    return by === 0 ? [] : [{ productId, by, version }];
  });
}

function newLine(productId: string, products: Products): Pick<OrderLine, 'Name' | 'UnitPrice'> {
  const product = products.get(productId);
  if (product === undefined) throw noProduct(productId);
  return { Name: product.Name, UnitPrice: product.Price };
}

const tooMuch = (): Problem =>
  new Problem('VALIDATION_FAILED', {
    errors: [{ field: 'items', message: `must come to at most ${LARGEST_AMOUNT} in all` }],
  });
