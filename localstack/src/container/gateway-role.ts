/** The system's API, in front of its services as servers. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startApiGateway } from '../gateway/api-gateway.js';
import { HttpIntegration } from '../gateway/http-integration.js';
import { tokenVerifier } from '../resource/api-maker.js';
import { StartError } from '../start-error.js';
import { JournalLink } from './journal-link.js';
import { writeLines } from './log-lines.js';
import { type Role } from './role.js';
import { isReady } from './wait-for-endpoint.js';

/** Docker waits longer before it kills. */
const GRACE_MS = 10_000;
const LINGER_MS = 1_000;

export const startGateway: Role = async (frame, name) => {
  const { container, resources, journal, settings } = frame;
  const api = resources.find((resource) => resource.kind === 'rest-api');
  if (api?.kind !== 'rest-api') throw new StartError('The system has no API.');
  writeLines(journal, name);
  const link = new JournalLink(journal, container.awsUrl, name);
  // It tells whose tokens are good, and registers and signs in.
  const identity = (): Promise<boolean> => isReady(`${container.peer('identity')}/health`);
  const integration = new HttpIntegration(container.peer, frame.integrationTimeoutMs);
  const gateway = await startApiGateway({
    api,
    name: frame.physicalName(api),
    stage: frame.stage,
    ...{ host: container.host, port: container.port },
    journal,
    corsOrigins: settings.corsOrigins,
    authorizer: api.authorizer && settings.authMode === 'jwt' ? tokenVerifier(frame) : undefined,
    integration,
    ...(settings.authMode === 'jwt' && { needs: { identity } }),
    graceMs: GRACE_MS,
    documentOf: ({ entry }) => join(frame.root, entry, 'openapi.json'),
  });
  return {
    stop: async () => {
      await gateway.stop();
      integration.close();
      await link.stop();
      // Docker ends its proxy of the port together with the container: the last answers have to be through it.
      await delay(LINGER_MS);
    },
  };
};
