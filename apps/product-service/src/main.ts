/** The product service as a server. */
import { serve } from '../../../libs/shared/src/http/serve.js';
import { document } from './openapi.js';
import { ProductModule } from './product.module.js';

void serve(ProductModule, document);
