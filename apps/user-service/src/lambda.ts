/** The user service as a Lambda function behind API Gateway. */
import { createHttpHandler, type HttpHandler } from '../../../libs/shared/src/http/lambda-http.js';
import { UserModule } from './user.module.js';

export const handler: HttpHandler = createHttpHandler(UserModule);
