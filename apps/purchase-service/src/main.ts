/** The purchase service as a server. */
import { serve } from '../../../libs/shared/src/http/serve.js';
import { document } from './openapi.js';
import { PurchaseModule } from './purchase.module.js';

void serve(PurchaseModule, document);
