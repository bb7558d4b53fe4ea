/** The routes of products. */
import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { Access } from '../../../libs/shared/src/auth/access.js';
import { HeaderField } from '../../../libs/shared/src/http/header-field.js';
import { Operation } from '../../../libs/shared/src/http/operation.js';
import {
  createdSchema,
  deletedSchema,
  ifMatchSchema,
  newProductSchema,
  productAnswerSchema,
  productChangesSchema,
  productExample,
  productListQuerySchema,
  productListSchema,
  type Created,
  type Deleted,
  type NewProduct,
  type ProductAnswer,
  type ProductChanges,
  type ProductList,
  type ProductListQuery,
} from './product.schema.js';
import { ProductService } from './product.service.js';

const CREATED = 'Product created successfully';
const LISTED = 'products fetched successfully';
const FETCHED = 'Product fetched successfully';
const UPDATED = 'Product updated successfully';
const DELETED = 'Product deleted successfully';

@Controller('products')
export class ProductController {
  constructor(@Inject(ProductService) private readonly products: ProductService) {}

  @Post()
  @Access('admin')
  @Operation({
    id: 'createProduct',
    summary: 'Add a product.',
    status: 201,
    answer: createdSchema,
    example: { productId: productExample.ProductId, message: CREATED },
    bodyExample: { name: 'Laptop', price: 999.99, description: 'Gaming laptop', stock: 5 },
    failures: [],
  })
  async create(@Body({ schema: newProductSchema }) body: NewProduct): Promise<Created> {
    const { ProductId } = await this.products.create(body);
    return { productId: ProductId, message: CREATED };
  }

  @Get()
  @Operation({
    id: 'listProducts',
    summary: 'All products, the oldest first.',
    status: 200,
    answer: productListSchema,
    example: { message: LISTED, success: true, data: [productExample] },
    failures: ['BAD_CURSOR'],
  })
  async list(@Query({ schema: productListQuerySchema }) query: ProductListQuery): Promise<ProductList> {
    return { message: LISTED, success: true, ...(await this.products.list(query)) };
  }

  @Get(':productId')
  @Operation({
    id: 'getProduct',
    summary: 'One product.',
    status: 200,
    answer: productAnswerSchema,
    example: { message: FETCHED, success: true, data: productExample },
    failures: ['PRODUCT_NOT_FOUND'],
  })
  async get(@Param('productId') productId: string): Promise<ProductAnswer> {
    return { message: FETCHED, success: true, data: await this.products.get(productId) };
  }

  @Put(':productId')
  @Access('admin')
  @Operation({
    id: 'updateProduct',
    summary: 'Change a product; with a version only if nobody else has changed it since.',
    status: 200,
    answer: productAnswerSchema,
    example: { message: UPDATED, success: true, data: { ...productExample, Stock: 20, Version: 2 } },
    bodyExample: { stock: 20, version: 1 },
    failures: ['PRODUCT_NOT_FOUND', 'STALE_VERSION'],
  })
  async update(
    @Param('productId') productId: string,
    @Body({ schema: productChangesSchema }) changes: ProductChanges,
    @HeaderField('If-Match', ifMatchSchema) ifMatch: number | undefined,
  ): Promise<ProductAnswer> {
    return { message: UPDATED, success: true, data: await this.products.update(productId, changes, ifMatch) };
  }

  @Delete(':productId')
  @Access('admin')
  @Operation({
    id: 'deleteProduct',
    summary: 'Take a product out of the shop: orders that hold it stay, and give its stock back when cancelled.',
    status: 200,
    answer: deletedSchema,
    example: { message: DELETED, success: true },
    failures: ['PRODUCT_NOT_FOUND'],
  })
  async delete(@Param('productId') productId: string): Promise<Deleted> {
    await this.products.delete(productId);
    return { message: DELETED, success: true };
  }
}
