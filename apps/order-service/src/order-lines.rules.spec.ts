import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { fromCents, toCents } from '../../../libs/shared/src/money.js';
import { addUp, linesOf, stockMoves } from './order-lines.rules.js';

const product = (ProductId: string, Price: number, Version = 1) => ({
  ProductId,
  Name: `Name of ${ProductId}`,
  Price,
  Version,
});
const shop = (...products: ReturnType<typeof product>[]) => new Map(products.map((one) => [one.ProductId, one]));
const line = (ProductId: string, Quantity: number, UnitPrice = 1) => ({
  ...{ ProductId, Name: `Old name of ${ProductId}`, Quantity, UnitPrice },
  LineTotal: UnitPrice * Quantity,
});
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the lines of an order', () => {
  it('are one for each product, however often it is named', () => {
    const items = [
      { productId: 'a', quantity: 1 },
      { productId: 'b', quantity: 2 },
      { productId: 'a', quantity: 3 },
    ];
    expect([...addUp(items)]).toEqual([
      ['a', 4],
      ['b', 2],
    ]);
  });

  it('copy names and prices, and come to whole cents', () => {
    const lines = linesOf(
      new Map([
        ['a', 3],
        ['b', 10],
      ]),
      shop(product('a', 0.1), product('b', 4.35)),
    );
    expect(lines).toEqual({
      items: [
        { ProductId: 'a', Name: 'Name of a', Quantity: 3, UnitPrice: 0.1, LineTotal: 0.3 },
        { ProductId: 'b', Name: 'Name of b', Quantity: 10, UnitPrice: 4.35, LineTotal: 43.5 },
      ],
      amount: 43.8,
      numItems: 13,
    });
  });

  it('keep the name and the price that they were ordered at, also of a product that is gone', () => {
    const { items, amount } = linesOf(
      new Map([
        ['a', 2],
        ['gone', 1],
      ]),
      shop(product('a', 5)),
      [line('a', 1, 3), line('gone', 4, 2)],
    );
    expect(items).toMatchObject([
      { Name: 'Old name of a', UnitPrice: 3, LineTotal: 6 },
      { Name: 'Old name of gone', UnitPrice: 2, LineTotal: 2 },
    ]);
    expect(amount).toBe(8);
  });

  it('are of products that exist, and come to what an amount can be', () => {
    expect(codeOf(() => linesOf(new Map([['a', 1]]), shop()))).toBe('PRODUCT_NOT_FOUND');
    const dear = shop(product('a', 1e9), product('b', 0.01));
    expect(codeOf(() => linesOf(new Map([['a', 1]]), dear))).toBeUndefined();
    for (const quantities of [
      [['a', 2]],
      [
        ['a', 1],
        ['b', 1],
      ],
      [['a', 1e9]],
    ] as [string, number][][])
      expect(codeOf(() => linesOf(new Map(quantities), dear))).toBe('VALIDATION_FAILED');
  });

  it('come to the sum of their totals, whatever floats make of it', () => {
    const cents = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cents, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 45 }),
        (wanted) => {
          const products = shop(...wanted.map(([price], at) => product(`p${at}`, fromCents(price))));
          const { items, amount } = linesOf(new Map(wanted.map(([, quantity], at) => [`p${at}`, quantity])), products);
          const sum = wanted.reduce((total, [price, quantity]) => total + price * quantity, 0);
          expect(toCents(amount)).toBe(sum);
          expect(items.reduce((total, { LineTotal }) => total + toCents(LineTotal), 0)).toBe(sum);
        },
      ),
    );
  });
});

describe('what lines take of the stock', () => {
  it('is the difference, at the version of what is new', () => {
    const moves = stockMoves(
      [line('a', 2), line('b', 5), line('c', 1), line('same', 1)],
      [line('a', 3), line('b', 1), line('new', 4), line('same', 1)],
      shop(product('a', 1), product('new', 1, 7)),
    );
    expect(moves).toEqual([
      { productId: 'a', by: -1, version: undefined },
      { productId: 'b', by: 4, version: undefined },
      { productId: 'c', by: 1, version: undefined },
      { productId: 'new', by: -4, version: 7 },
    ]);
  });
});
