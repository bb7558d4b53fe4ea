import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { expectShardQueries } from '../../../../test/fixtures/sharded-list.js';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { newProductId } from '../id.js';
import { DataTable } from './data-table.js';
import { ProductRepository, type Product } from './product.repository.js';

let table: TestTable;
let products: ProductRepository;
const now = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');
const laptop = { name: 'Laptop', description: 'Gaming laptop', price: 999.99, stock: 5 };
const create = (): Promise<Product> => products.create(laptop, now);
const missing = { code: 'PRODUCT_NOT_FOUND' };

before(async () => {
  table = await startTable();
  products = new ProductRepository(new DataTable(table.name, table.client));
});
after(() => table.stop());

describe('a product', () => {
  it('is put and read with one request each', async () => {
    let made: Product | undefined;
    expect(await table.proxy.during(async () => (made = await create()))).toEqual(['PutItem']);
    const reading = async () => expect(await products.get(made!.ProductId)).toEqual(made);
    expect(await table.proxy.during(reading)).toEqual(['GetItem']);
  });

  it('is made once although replies are lost', async () => {
    table.proxy.fail('PutItem', 'lost-reply', 2);
    const { ProductId } = await create();
    expect((await products.get(ProductId)).Version).toBe(1);
  });

  it('that is unknown is not found, without a request where the text is no id', async () => {
    await expect(products.get(newProductId(now))).rejects.toMatchObject(missing);
    const sent = await table.proxy.during(async () => {
      for (const id of ['x', '', 'x'.repeat(3_000)]) {
        await expect(products.get(id)).rejects.toMatchObject(missing);
        await expect(products.update(id, { stock: 1 }, now)).rejects.toMatchObject(missing);
        await expect(products.delete(id, now)).rejects.toMatchObject(missing);
      }
    });
    expect(sent).toEqual([]);
  });
});

describe('an edit', () => {
  it('is one conditional write that raises the version', async () => {
    const product = await create();
    const edit = async () =>
      expect(await products.update(product.ProductId, { stock: 7, price: 1.5 }, later)).toEqual({
        ...product,
        ...{ Stock: 7, Price: 1.5, Version: 2, UpdatedAt: later.toISOString() },
        WriteId: expect.any(String) as unknown,
      });
    expect(await table.proxy.during(edit)).toEqual(['UpdateItem']);
  });

  it('of a stale version changes nothing and names the version there is', async () => {
    const { ProductId } = await create();
    await products.update(ProductId, { stock: 6, version: 1 }, later);
    const stale = products.update(ProductId, { stock: 9, version: 1 }, later);
    await expect(stale).rejects.toMatchObject({ code: 'STALE_VERSION', detail: expect.stringContaining('version 2') });
    expect(await products.get(ProductId)).toMatchObject({ Stock: 6, Version: 2 });
  });

  it('by many at once on one version is won by one', async () => {
    const { ProductId } = await create();
    const edits = Array.from({ length: 20 }, (_, at) => products.update(ProductId, { stock: at, version: 1 }, later));
    const settled = await Promise.allSettled(edits);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await products.get(ProductId)).Version).toBe(2);
  });

  it('counts once although its reply is lost, with a version and without', async () => {
    const { ProductId } = await create();
    table.proxy.fail('UpdateItem', 'lost-reply');
    expect(await products.update(ProductId, { stock: 1 }, later)).toMatchObject({ Stock: 1, Version: 2 });
    table.proxy.fail('UpdateItem', 'lost-reply');
    expect(await products.update(ProductId, { stock: 2, version: 2 }, later)).toMatchObject({ Stock: 2, Version: 3 });
  });

  it('never makes a product', async () => {
    const id = newProductId(now);
    await expect(products.update(id, { stock: 1 }, now)).rejects.toMatchObject(missing);
    await expect(products.get(id)).rejects.toMatchObject(missing);
  });
});

describe('a deleted product', () => {
  it('is not found, not edited, not listed and not deleted again', async () => {
    const { ProductId } = await create();
    expect(await table.proxy.during(() => products.delete(ProductId, later))).toEqual(['UpdateItem']);
    await expect(products.get(ProductId)).rejects.toMatchObject(missing);
    await expect(products.update(ProductId, { stock: 1 }, later)).rejects.toMatchObject(missing);
    await expect(products.delete(ProductId, later)).rejects.toMatchObject(missing);
    const { products: listed } = await products.list({ limit: 100 });
    expect(listed.map((product) => product.ProductId)).not.toContain(ProductId);
  });

  it('was deleted once although the reply is lost', async () => {
    const { ProductId } = await create();
    table.proxy.fail('UpdateItem', 'lost-reply');
    await products.delete(ProductId, later);
    await expect(products.get(ProductId)).rejects.toMatchObject(missing);
  });
});

describe('the list of products', () => {
  it('is eight queries a page, the oldest first, each product once', async () => {
    const made: string[] = [];
    for (let at = 0; at < 20; at += 1)
      made.push((await products.create(laptop, new Date(later.getTime() + at))).ProductId);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const operations = await table.proxy.during(async () => {
        const page = await products.list({ limit: 7, nextToken });
        seen.push(...page.products.map(({ ProductId }) => ProductId));
        nextToken = page.nextToken;
      });
      expectShardQueries(operations);
    } while (nextToken !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-20)).toEqual(made);
  });
});
