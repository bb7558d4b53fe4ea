/** The service's OpenAPI document; run with a file name it writes it there. */
import 'reflect-metadata';
import { describeApi, writeDocument, type OpenApiDocument } from '../../../libs/shared/src/http/openapi-document.js';
import { PurchaseController } from './purchase.controller.js';
import { sentExample } from './purchase.schema.js';

export const document: OpenApiDocument = describeApi(
  {
    title: 'Product purchases',
    version: '1.0',
    description: 'Purchases, buffered through a queue.',
    pathExamples: { id: sentExample.productPurchaseId },
  },
  [PurchaseController],
);

if (import.meta.main) writeDocument(document);
