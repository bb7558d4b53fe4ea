/** A declared user pool at the local endpoint: nothing of it is read before the first call. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type UserPool } from '../../../libs/topology/src/model.js';
import { issuerOf, userPoolClientId, userPoolId } from '../identity/pool-settings.js';
import { type Maker } from './local-system.js';

export const makeUserPool: Maker<UserPool, 'name' | 'identity' | 'userPools' | 'physicalName'> = (pool, system) => {
  const { groups, attributes, passwordPolicy, tokenValidity, refreshValidity } = pool;
  const id = userPoolId(system.name);
  const folder = join(system.identity, id);
  system.userPools.set(id, {
    ...{ id, folder, groups, attributes, passwordPolicy, tokenValidity, refreshValidity },
    name: system.physicalName(pool),
    clientId: userPoolClientId(system.name),
    issuer: issuerOf(id),
  });
  const origin = existsSync(folder) ? 'found' : 'created';
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return Promise.resolve(origin);
};
