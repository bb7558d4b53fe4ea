import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  asCaller,
  expectInvalid,
  expectProblem,
  newProduct,
  pagesOf,
  productOf,
  type Api,
  type Product,
} from './stack.js';

const UNKNOWN = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';
let admin: Api;

before(async () => {
  admin = await asCaller(ADMIN);
});

describe('adding a product', () => {
  it('answers 201 with its id', async () => {
    for (const path of ['/products', '/products/']) {
      const answer = await admin.post(path).send({ name: 'Mouse', price: 29.99, description: 'Wireless', stock: 20 });
      const { productId } = answer.body as { productId: string };
      expect([answer.status, answer.body]).toEqual([201, { productId, message: 'Product created successfully' }]);
      const key = `PRODUCT#${productId}`;
      expect(await productOf(productId)).toEqual({
        ...{ PK: key, SK: key, ProductId: productId, Name: 'Mouse', Description: 'Wireless', Price: 29.99, Stock: 20 },
        ...{ Version: 1, CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown },
      });
    }
  });

  it('needs a name and a price only', async () => {
    const answer = await admin.post('/products').send({ name: 'Cable', price: 1 }).expect(201);
    const { productId } = answer.body as { productId: string };
    expect(await productOf(productId)).toMatchObject({ Description: '', Stock: 0 });
  });

  it('with wrong fields is a 422 with one entry a field', async () => {
    const post = (body: object) => admin.post('/products').send(body);
    expectInvalid(await post({}), 'name', 'price');
    for (const price of [0, -1, 0.001, 1e9 + 0.01, '1', null])
      expectInvalid(await post({ name: 'Mouse', price }), 'price');
    for (const stock of [-1, 1.5, '1', null, 1e300])
      expectInvalid(await post({ name: 'Mouse', price: 1, stock }), 'stock');
    expectInvalid(await post({ name: 'Mouse', price: 1, colour: 'red' }), 'colour');
  });
});

describe('reading and changing a product', () => {
  it('gives it, and takes any of its fields', async () => {
    const { ProductId } = await newProduct();
    const read = await admin.get(`/products/${ProductId}/`).expect(200);
    expect(read.body).toMatchObject({ message: expect.any(String) as unknown, success: true, data: { ProductId } });
    const answer = await admin.put(`/products/${ProductId}`).send({ stock: 9, price: 2.5 }).expect(200);
    expect(answer.body).toMatchObject({
      message: 'Product updated successfully',
      success: true,
      data: { Stock: 9, Price: 2.5, Version: 2, UpdatedAt: expect.stringMatching(/Z$/) as unknown },
    });
    expect((answer.body as { data: Product }).data).toEqual(await productOf(ProductId));
  });

  it('for a version that is stale is a 409 and changes nothing', async () => {
    const { ProductId } = await newProduct();
    const put = (body: object) => admin.put(`/products/${ProductId}`).send(body);
    await put({ stock: 9, version: 1 }).expect(200);
    expect(expectProblem(await put({ stock: 1, version: 1 }), 409, 'STALE_VERSION').detail).toContain('version 2');
    expectProblem(await put({ stock: 1 }).set('If-Match', '"1"'), 409, 'STALE_VERSION');
    await put({ stock: 8 }).set('If-Match', '"2"').expect(200);
    expect(await productOf(ProductId)).toMatchObject({ Stock: 8, Version: 3 });
  });

  it('is a 422 with wrong fields, with none, and with two versions', async () => {
    const { ProductId } = await newProduct();
    const put = (body: object) => admin.put(`/products/${ProductId}`).send(body);
    expectInvalid(await put({ stock: -1, price: 0 }), 'price', 'stock');
    expectInvalid(await put({}), 'body');
    expectInvalid(await put({ stock: 1 }).set('If-Match', 'one'), 'If-Match');
    expectInvalid(await put({ stock: 1, version: 1 }).set('If-Match', '2'), 'version');
  });

  it('that does not exist is a 404', async () => {
    for (const id of [UNKNOWN, 'x', '%00', '__proto__', 'x'.repeat(3_000)]) {
      expectProblem(await admin.get(`/products/${id}`), 404, 'PRODUCT_NOT_FOUND');
      expectProblem(await admin.put(`/products/${id}`).send({ stock: 1 }), 404, 'PRODUCT_NOT_FOUND');
      expectProblem(await admin.delete(`/products/${id}`), 404, 'PRODUCT_NOT_FOUND');
    }
  });
});

describe('deleting a product', () => {
  it('takes it out of the shop', async () => {
    const [kept, gone] = [await newProduct(), await newProduct()];
    const answer = await admin.delete(`/products/${gone.ProductId}/`).expect(200);
    expect(answer.body).toEqual({ message: 'Product deleted successfully', success: true });
    for (const call of [
      admin.get(`/products/${gone.ProductId}`),
      admin.put(`/products/${gone.ProductId}`).send({ stock: 1 }),
      admin.delete(`/products/${gone.ProductId}`),
    ])
      expectProblem(await call, 404, 'PRODUCT_NOT_FOUND');
    const listed = (await pagesOf<Product>('/products', { limit: 100 })).flat().map(({ ProductId }) => ProductId);
    expect(listed).toContain(kept.ProductId);
    expect(listed).not.toContain(gone.ProductId);
  });
});

describe('listing products', () => {
  it('gives each once over its pages, 50 a page', async () => {
    for (let at = 0; at < 4; at += 1) await newProduct();
    const all = (await pagesOf<Product>('/products', {})).flat().map(({ ProductId }) => ProductId);
    const pages = await pagesOf<Product>('/products', { limit: 3 });
    expect(pages.flat().map(({ ProductId }) => ProductId)).toEqual(all);
    expect(pages.slice(0, -1).every((page) => page.length === 3)).toBe(true);
    expect(new Set(all).size).toBe(all.length);
  });

  it('takes a limit of 1 to 100 and its own cursors only', async () => {
    for (const limit of ['0', '101', 'ten']) expectInvalid(await admin.get('/products').query({ limit }), 'limit');
    expectProblem(await admin.get('/products?nextToken=forged'), 400, 'BAD_CURSOR');
  });
});
