/** How the containers call LocalStack. */
import { CREDENTIALS, REGION } from '../account.js';

/** Without the last one, the SDK only writes a warning once the time is over, and goes on waiting. */
const PATIENCE = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

interface LocalStackAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof CREDENTIALS;
  readonly requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean };
}

/**
 * Options of an SDK client for LocalStack; one that hangs is asked anew.
 * @param requestTimeout how long an answer may take, milliseconds
 */
export const localStackAccess = (endpoint: string, requestTimeout = PATIENCE.requestTimeout): LocalStackAccess => ({
  ...{ endpoint, region: REGION, credentials: CREDENTIALS },
  requestHandler: { ...PATIENCE, requestTimeout },
});
