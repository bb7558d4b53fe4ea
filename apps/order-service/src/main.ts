/** The order service as a server. */
import { serve } from '../../../libs/shared/src/http/serve.js';
import { document } from './openapi.js';
import { OrderModule } from './order.module.js';

void serve(OrderModule, document);
