/** A declared API as a local gateway in front of the functions' pools. */
import { join } from 'node:path';
import { TokenVerifier } from '../../../libs/shared/src/auth/token-verifier.js';
import { nameOf, type LambdaFunction, type RestApi } from '../../../libs/topology/src/model.js';
import { type FunctionPool } from '../function/function-pool.js';
import { startApiGateway } from '../gateway/api-gateway.js';
import { LambdaIntegration } from '../gateway/lambda-integration.js';
import { issuerOf, jwksUri, userPoolClientId, userPoolId } from '../identity/pool-settings.js';
import { type LocalSystem, type Maker } from './local-system.js';

export const makeApi: Maker<RestApi> = async (api, system) => {
  const poolOf = (lambda: LambdaFunction): FunctionPool => {
    const pool = system.functions.get(lambda.name);
    if (pool === undefined) throw new Error(`${nameOf(lambda)} is not running`);
    return pool;
  };
  const gateway = await startApiGateway({
    api,
    name: system.physicalName(api),
    stage: system.stage,
    host: system.host,
    port: system.apiPort,
    journal: system.journal,
    corsOrigins: system.settings.corsOrigins,
    authorizer: api.authorizer && system.settings.authMode === 'jwt' ? tokenVerifier(system) : undefined,
    integration: new LambdaIntegration(poolOf, system.integrationTimeoutMs),
    documentOf: ({ entry }) => join(system.root, entry, 'openapi.json'),
  });
  system.apis.set(api.name, gateway);
  return 'started';
};

/** For the tokens of the system's pool. */
export function tokenVerifier({ name, endpoint }: Pick<LocalSystem, 'name' | 'endpoint'>): TokenVerifier {
  const id = userPoolId(name);
  return new TokenVerifier({ issuer: issuerOf(id), jwksUri: jwksUri(endpoint, id), audience: userPoolClientId(name) });
}
