/** The order service as a Lambda function behind API Gateway. */
import { createHttpHandler, type HttpHandler } from '../../../libs/shared/src/http/lambda-http.js';
import { OrderModule } from './order.module.js';

export const handler: HttpHandler = createHttpHandler(OrderModule);
