/** `npm run test:e2e`: one suite for every runtime; STACK names the one to run against. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { topology } from '../../libs/topology/src/topology.js';
import { ACCOUNT, queueUrl } from '../../localstack/src/account.js';
import { type TableBackendName } from '../../localstack/src/backend/tables.js';
import { localAws } from '../../localstack/src/function/function-environment.js';
import { userPoolId } from '../../localstack/src/identity/pool-settings.js';
import { startLocalStack } from '../../localstack/src/local-stack.js';

/** What the suite is told of the runtime, and how it is taken down. */
interface Runtime {
  environment: Record<string, string>;
  stop(): Promise<void>;
}

const STACKS: Readonly<Record<string, () => Promise<Runtime>>> = { embedded };

const authMode = process.env.AUTH_MODE === 'jwt' ? 'jwt' : 'open';

/** A fresh embedded stack on free ports. */
async function embedded(): Promise<Runtime> {
  const stack = await startLocalStack({
    topology,
    // The suite looks at what pages of other origins are told, which in jwt mode is nothing by default.
    settings: { authMode, corsOrigins: '*' },
    root: 'dist',
    bundles: 'dist/functions',
    tables: process.env.TABLE_BACKEND as TableBackendName | undefined,
  });
  process.stdout.write(`The suite runs on the embedded stack (${stack.backend}, ${authMode}), account ${ACCOUNT}.\n`);
  return {
    environment: {
      ...localAws(stack.awsUrl),
      AUTH_MODE: authMode,
      USER_POOL_ID: userPoolId(topology.name),
      API_URL: stack.apiUrl ?? '',
      INBOX_QUEUE_URL: queueUrl(stack.awsUrl, stack.physicalName('queue', 'order-events-inbox')),
    },
    stop: () => stack.stop(),
  };
}

/** Runs test files in one process of their own against a fresh stack; whether all passed. */
async function pass(
  start: () => Promise<Runtime>,
  files: readonly string[],
  extra: Record<string, string> = {},
): Promise<boolean> {
  const runtime = await start();
  const suite = spawn(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-isolation=none', '--test-timeout=120000', ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, ...runtime.environment, ...extra },
    },
  );
  const [code] = (await once(suite, 'exit')) as [number | null];
  await runtime.stop();
  return code === 0;
}

// A program that exits takes its stack's processes along; one that a signal ends does not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const name = process.env.STACK ?? 'embedded';
const start = STACKS[name];
if (start === undefined) {
  process.stderr.write(`STACK=${name} is not a runtime; choose one of ${Object.keys(STACKS).join(', ')}.\n`);
  process.exit(1);
}
const files = globSync('dist/test/e2e/**/*.e2e-spec.js');
const isSeed = (file: string): boolean => file.endsWith('seeds.e2e-spec.js');
/** Their lines carry no token. */
const needsOpen = (file: string): boolean => isSeed(file) || file.endsWith('purchase-seed.e2e-spec.js');
const passed = [
  await pass(
    start,
    files.filter((file) => !(authMode === 'jwt' ? needsOpen(file) : isSeed(file))),
  ),
];
// Each seed document describes a system that nobody has used yet.
for (const SEED of authMode === 'jwt' ? [] : ['000', '001'])
  passed.push(await pass(start, files.filter(isSeed), { SEED }));
if (!passed.every(Boolean)) process.exitCode = 1;
