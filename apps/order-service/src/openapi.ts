/** The service's OpenAPI document; run with a file name it writes it there. */
import 'reflect-metadata';
import { describeApi, writeDocument, type OpenApiDocument } from '../../../libs/shared/src/http/openapi-document.js';
import { OrderController } from './order.controller.js';
import { orderExample } from './order.schema.js';

export const document: OpenApiDocument = describeApi(
  {
    title: 'Orders',
    version: '1.0',
    description: 'Place orders, follow and change them.',
    pathExamples: { orderId: orderExample.OrderId },
  },
  [OrderController],
);

if (import.meta.main) writeDocument(document);
