/** A service as a plain HTTP server, in a file that bundles as its function does: `plain-server user-service`. */
import { document as orderDocument } from '../apps/order-service/src/openapi.js';
import { OrderModule } from '../apps/order-service/src/order.module.js';
import { document as userDocument } from '../apps/user-service/src/openapi.js';
import { UserModule } from '../apps/user-service/src/user.module.js';
import { serve } from '../libs/shared/src/http/serve.js';

const [, , service] = process.argv;
const serving = service === 'user-service' ? serve(UserModule, userDocument) : serve(OrderModule, orderDocument);
serving.catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
