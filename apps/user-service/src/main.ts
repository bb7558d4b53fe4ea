/** The user service as a server. */
import { serve } from '../../../libs/shared/src/http/serve.js';
import { document } from './openapi.js';
import { UserModule } from './user.module.js';

void serve(UserModule, document);
