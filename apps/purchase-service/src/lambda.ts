/** The purchase service as a Lambda function behind API Gateway. */
import { createHttpHandler, type HttpHandler } from '../../../libs/shared/src/http/lambda-http.js';
import { PurchaseModule } from './purchase.module.js';

export const handler: HttpHandler = createHttpHandler(PurchaseModule);
