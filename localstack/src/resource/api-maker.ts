/** A declared API as a local gateway in front of the functions' pools. */
import { join } from 'node:path';
import { nameOf, type LambdaFunction, type RestApi } from '../../../libs/topology/src/model.js';
import { type FunctionPool } from '../function/function-pool.js';
import { startApiGateway } from '../gateway/api-gateway.js';
import { type Maker } from './local-system.js';

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
    integrationTimeoutMs: system.integrationTimeoutMs,
    poolOf,
    documentOf: ({ entry }) => join(system.root, entry, 'openapi.json'),
    health: () => Object.fromEntries(api.routes.map(({ target }) => [target.name, poolOf(target).alive])),
  });
  system.apis.set(api.name, gateway);
  return 'started';
};
