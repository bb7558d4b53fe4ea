/** What can be done with products. */
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { ProductRepository } from '../../../libs/shared/src/table/product.repository.js';
import { wantedVersion } from './product.rules.js';
import {
  toProductView,
  type NewProduct,
  type ProductChanges,
  type ProductListQuery,
  type ProductView,
} from './product.schema.js';

@Injectable()
export class ProductService {
  constructor(
    @Inject(ProductRepository) private readonly products: ProductRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async create(product: NewProduct): Promise<ProductView> {
    return toProductView(await this.products.create(product, this.clock.now()));
  }

  /** @throws Problem BAD_CURSOR */
  async list(query: ProductListQuery): Promise<{ data: ProductView[]; nextToken?: string }> {
    const { products, ...next } = await this.products.list(query);
    return { data: products.map(toProductView), ...next };
  }

  /** @throws Problem PRODUCT_NOT_FOUND */
  async get(id: string): Promise<ProductView> {
    return toProductView(await this.products.get(id));
  }

  /**
   * @param ifMatch the version in the header of that name
   * @throws Problem PRODUCT_NOT_FOUND, STALE_VERSION, VALIDATION_FAILED
   */
  async update(id: string, changes: ProductChanges, ifMatch: number | undefined): Promise<ProductView> {
    const version = wantedVersion(changes.version, ifMatch);
    return toProductView(await this.products.update(id, { ...changes, version }, this.clock.now()));
  }

  /** @throws Problem PRODUCT_NOT_FOUND */
  delete(id: string): Promise<void> {
    return this.products.delete(id, this.clock.now());
  }
}
