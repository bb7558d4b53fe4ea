/** The service's OpenAPI document; run with a file name it writes it there. */
import 'reflect-metadata';
import { describeApi, writeDocument, type OpenApiDocument } from '../../../libs/shared/src/http/openapi-document.js';
import { ProductController } from './product.controller.js';
import { productExample } from './product.schema.js';

export const document: OpenApiDocument = describeApi(
  {
    title: 'Products',
    version: '1.0',
    description: 'What there is to order: prices and stock.',
    pathExamples: { productId: productExample.ProductId },
  },
  [ProductController],
);

if (import.meta.main) writeDocument(document);
