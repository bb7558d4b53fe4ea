/** The product service as a Lambda function behind API Gateway. */
import { createHttpHandler, type HttpHandler } from '../../../libs/shared/src/http/lambda-http.js';
import { ProductModule } from './product.module.js';

export const handler: HttpHandler = createHttpHandler(ProductModule);
