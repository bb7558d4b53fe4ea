import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { codeOf, fieldsIn, startService, type TestService } from '../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { ProductModule } from './product.module.js';
import { type ProductView } from './product.schema.js';

let table: TestTable;
let service: TestService;
const now = new Date('2026-01-01T00:00:00.000Z');
const unknown = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';

const put = (id: string, body: object) => service.http.put(`/products/${id}`).send(body);
const create = async (fields: object = {}): Promise<string> => {
  const body = { name: 'Laptop', price: 999.99, description: 'Gaming laptop', stock: 5, ...fields };
  const answer = await service.http.post('/products').send(body).expect(201);
  return (answer.body as { productId: string }).productId;
};
const read = async (id: string): Promise<ProductView> =>
  ((await service.http.get(`/products/${id}`).expect(200)).body as { data: ProductView }).data;

before(async () => {
  table = await startTable();
  service = await startService(ProductModule, table, { now: () => now });
});
after(async () => {
  await service.stop();
  await table.stop();
});

describe('adding a product', () => {
  it('answers 201 with its id, and shows it under the names it is stored by', async () => {
    for (const path of ['/products', '/products/']) {
      const answer = await service.http.post(path).send({ name: ' Mouse ', price: 29.99 });
      const { productId } = answer.body as { productId: string };
      expect([answer.status, answer.body]).toEqual([201, { productId, message: 'Product created successfully' }]);
      expect(await read(productId)).toEqual({
        ...{ PK: `PRODUCT#${productId}`, SK: `PRODUCT#${productId}`, ProductId: productId },
        ...{ Name: 'Mouse', Description: '', Price: 29.99, Stock: 0, Version: 1, CreatedAt: now.toISOString() },
      });
    }
  });

  it('with wrong fields is a 422 that names each', async () => {
    const valid = { name: 'Mouse', price: 1, stock: 1, description: 'x' };
    const wrong: [fields: object, named: string[]][] = [
      [{ name: undefined, price: undefined }, ['name', 'price']],
      [{ name: '' }, ['name']],
      [{ name: 'x'.repeat(201) }, ['name']],
      ...[0, -1, 0.001, 1e9 + 0.01, '1', null].map((price): [object, string[]] => [{ price }, ['price']]),
      ...[-1, 1.5, '1', null, 1e9 + 1, 1e300].map((stock): [object, string[]] => [{ stock }, ['stock']]),
      [{ description: 'x'.repeat(2_001) }, ['description']],
      [{ description: 'nul\0' }, ['description']],
      [{ version: 1 }, ['version']],
      [{ productId: unknown }, ['productId']],
    ];
    for (const [fields, named] of wrong) {
      const answer = await service.http.post('/products').send({ ...valid, ...fields });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, named]);
    }
  });
});

describe('changing a product', () => {
  it('takes any of its fields, and raises the version', async () => {
    const id = await create();
    const answer = await put(id, { stock: 20 }).expect(200);
    expect(answer.body).toEqual({
      message: 'Product updated successfully',
      success: true,
      data: expect.objectContaining({ Stock: 20, Price: 999.99, Version: 2, UpdatedAt: now.toISOString() }),
    });
    await put(id, { price: 1.5, name: 'Other', description: '', stock: 0 }).expect(200);
    expect(await read(id)).toMatchObject({ Price: 1.5, Name: 'Other', Description: '', Stock: 0, Version: 3 });
  });

  it('for a version is a 409 on another, named in the body or in If-Match', async () => {
    const id = await create();
    await put(id, { stock: 6, version: 1 }).expect(200);
    expect(codeOf(await put(id, { stock: 7, version: 1 }))).toEqual([409, 'STALE_VERSION']);
    expect(codeOf(await put(id, { stock: 7 }).set('if-match', '"1"'))).toEqual([409, 'STALE_VERSION']);
    for (const [match, version] of [
      ['"2"', 3],
      ['3', 4],
      ['*', 5],
    ] as const)
      expect((await put(id, { stock: 7 }).set('If-Match', match).expect(200)).body).toMatchObject({
        data: { Version: version },
      });
    await put(id, { stock: 8, version: 5 }).set('if-match', '5').expect(200);
  });

  it('is a 422 with wrong fields, with none, and with two versions', async () => {
    const id = await create();
    expect(fieldsIn(await put(id, { stock: -1, price: 0, name: '' }))).toEqual(['name', 'price', 'stock']);
    expect(fieldsIn(await put(id, { ProductId: 'x' }))).toEqual(['ProductId']);
    for (const body of [{}, { version: 1 }]) expect((await put(id, body)).status).toBe(422);
    expect(fieldsIn(await put(id, { stock: 1, version: 0 }))).toEqual(['version']);
    for (const match of ['one', 'W/"1"', '"1", "2"', '""', '-1'])
      expect(fieldsIn(await put(id, { stock: 1 }).set('if-match', match))).toEqual(['If-Match']);
    expect(fieldsIn(await put(id, { stock: 1, version: 1 }).set('if-match', '"2"'))).toEqual(['version']);
    expect((await read(id)).Version).toBe(1);
  });
});

describe('a product that is not there', () => {
  it('is a 404 for every method, whatever the path holds', async () => {
    const deleted = await create();
    const answer = await service.http.delete(`/products/${deleted}/`).expect(200);
    expect(answer.body).toEqual({ message: 'Product deleted successfully', success: true });
    for (const id of [deleted, unknown, 'x', '%00', '__proto__', 'x'.repeat(3_000)])
      for (const call of [
        service.http.get(`/products/${id}`),
        service.http.delete(`/products/${id}`),
        put(id, { stock: 1 }),
        put(id, { stock: 1, version: 1 }),
      ])
        expect(codeOf(await call)).toEqual([404, 'PRODUCT_NOT_FOUND']);
  });
});

describe('listing products', () => {
  it('gives them over pages, without those that were deleted', async () => {
    const [first, second, third] = [await create(), await create(), await create()];
    await service.http.delete(`/products/${second}`).expect(200);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const query = { limit: 2, ...(nextToken !== undefined && { nextToken }) };
      const answer = await service.http.get('/products').query(query).expect(200);
      const page = answer.body as { message: string; data: ProductView[]; nextToken?: string };
      expect(page).toMatchObject({ message: 'products fetched successfully', success: true });
      seen.push(...page.data.map(({ ProductId }) => ProductId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual(expect.arrayContaining([first, third]));
    expect(seen).not.toContain(second);
    expect(codeOf(await service.http.get('/products?nextToken=forged'))).toEqual([400, 'BAD_CURSOR']);
    expect(fieldsIn(await service.http.get('/products?limit=0'))).toEqual(['limit']);
  });
});
