/** The user pools of the system, in a container of their own. */
import { join } from 'node:path';
import { CognitoApi } from '../identity/cognito-api.js';
import { type PoolSettings } from '../identity/pool-settings.js';
import { makeUserPool } from '../resource/user-pool-maker.js';
import { say } from './log-lines.js';
import { type Role } from './role.js';
import { startRoleServer } from './role-server.js';

export const startIdentity: Role = async (frame, name) => {
  const { container, resources } = frame;
  const userPools = new Map<string, PoolSettings>();
  for (const pool of resources) {
    if (pool.kind !== 'user-pool') continue;
    const origin = await makeUserPool(pool, { ...frame, userPools, identity: join(container.dataDir, 'identity') });
    say(name, `user-pool ${pool.name} ${origin}`);
  }
  const api = new CognitoApi(userPools);
  return startRoleServer({
    ...{ host: container.host, port: container.port, purpose: name, knows: frame.knows },
    waitsFor: () => undefined,
    services: { 'cognito-idp': (request) => api.answer(request) },
  });
};
