/** The runtimes that the suite can be run against; each start gives a system that nobody has used yet. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topology } from '../../libs/topology/src/topology.js';
import { ACCOUNT, queueUrl } from '../../localstack/src/account.js';
import { type TableBackendName } from '../../localstack/src/backend/tables.js';
import { startOnThisMachine } from '../../localstack/src/container/on-this-machine.js';
import { localAws } from '../../localstack/src/function/function-environment.js';
import { userPoolId } from '../../localstack/src/identity/pool-settings.js';
import { startLocalStack } from '../../localstack/src/local-stack.js';
import { composeUp } from '../fixtures/compose.js';
import { UsedRights, usedRightsFile } from '../fixtures/used-rights.js';
import { emptyLocalStack, emptyTable } from '../fixtures/empty-localstack.js';
import { deployedVariables } from './deployed.js';

/** What the suite is told of the runtime, and how it is taken down. */
export interface Runtime {
  environment: Record<string, string>;
  /** Takes what was written to it away, where that is quicker than another start. */
  empty?(): Promise<void>;
  /** What is tested of this runtime alone. */
  specs?: string;
  stop(): Promise<void>;
}

/** A deployed stage asks for tokens unless one says that it does not. */
export const AUTH_MODE =
  (process.env.AUTH_MODE ?? (process.env.STACK === 'aws' ? 'jwt' : 'open')) === 'jwt' ? 'jwt' : 'open';

export const RUNTIMES: Readonly<Record<string, () => Promise<Runtime>>> = {
  embedded,
  localstack,
  compose,
  aws,
};

const INBOX = 'tabletop-dev-order-events-inbox';

const environmentOf = (apiUrl: string, awsUrl: string): Runtime['environment'] => ({
  ...localAws(awsUrl),
  AUTH_MODE,
  USER_POOL_ID: userPoolId(topology.name),
  API_URL: apiUrl,
  INBOX_QUEUE_URL: queueUrl(awsUrl, INBOX),
});

/** The embedded stack, on free ports. */
async function embedded(): Promise<Runtime> {
  const rights = new UsedRights(topology);
  const stack = await startLocalStack({
    topology,
    // The suite looks at what pages of other origins are told, which in jwt mode is nothing by default.
    settings: { authMode: AUTH_MODE, corsOrigins: '*' },
    root: 'dist',
    bundles: 'dist/functions',
    tables: process.env.TABLE_BACKEND as TableBackendName | undefined,
    onCall: (request) => rights.take(request),
  });
  rights.follow(stack.journal);
  process.stdout.write(`The suite runs on the embedded stack (${stack.backend}, ${AUTH_MODE}), account ${ACCOUNT}.\n`);
  return {
    environment: environmentOf(stack.apiUrl ?? '', stack.awsUrl),
    stop: async () => {
      await stack.stop();
      rights.keep(usedRightsFile(AUTH_MODE));
    },
  };
}

/** What runs in containers, as processes of this machine in front of the LocalStack at LOCALSTACK_URL. */
async function localstack(): Promise<Runtime> {
  const localStackUrl = process.env.LOCALSTACK_URL ?? '';
  if (!URL.canParse(localStackUrl))
    throw new Error('Set LOCALSTACK_URL to the address of a running LocalStack, such as http://127.0.0.1:4566.');
  await emptyLocalStack(localStackUrl);
  const dataDir = mkdtempSync(join(tmpdir(), 'tabletop-e2e-'));
  const stack = await startOnThisMachine({
    ...{ topology, localStackUrl, dataDir, root: 'dist', port: 0, awsPort: 0 },
    variables: { AUTH_MODE, CORS_ORIGINS: '*' },
  });
  process.stdout.write(`The suite runs on LocalStack at ${localStackUrl} (${AUTH_MODE}).\n`);
  return {
    environment: { ...environmentOf(stack.apiUrl, stack.awsUrl), LOCALSTACK_URL: localStackUrl },
    empty: () => emptyTable(stack.awsUrl),
    specs: 'dist/test/localstack/**/*.spec.js',
    stop: async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** `docker compose up --wait` as a project of its own, beside one that may be running. */
async function compose(): Promise<Runtime> {
  const stack = await composeUp({ project: 'tabletop-e2e', variables: { AUTH_MODE, CORS_ORIGINS: '*' } });
  process.once('exit', stack.abandon);
  process.stdout.write(`The suite runs on docker compose (${AUTH_MODE}).\n`);
  return {
    environment: { ...environmentOf(stack.apiUrl, stack.awsUrl), ...stack.environment },
    empty: () => emptyTable(stack.awsUrl),
    specs: 'dist/test/{localstack,compose}/**/*.spec.js',
    stop: async () => {
      await stack.down();
      process.off('exit', stack.abandon);
    },
  };
}

/** A deployed stage. The suite leaves there what it writes; credentials and region are the shell's. */
function aws(): Promise<Runtime> {
  const variables = deployedVariables();
  process.stdout.write(`The suite runs on ${variables.API_URL} (${AUTH_MODE}).\n`);
  return Promise.resolve({ environment: { ...variables, AUTH_MODE }, stop: () => Promise.resolve() });
}
