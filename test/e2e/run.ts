/**
 * `npm run test:e2e`: one suite for every runtime; STACK names the one to run against. With `--and-runtime`, what is tested
 * of that runtime alone comes after it, on the same system.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { end } from '../../localstack/src/child-process.js';
import { hasDocker } from '../fixtures/docker.js';
import { MissingOutputsError } from './deployed.js';
import { AUTH_MODE, RUNTIMES, type Runtime } from './runtimes.js';

/** Starts what the suite runs on; where a variable is missing, says so and no more. */
async function started(start: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MissingOutputsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Longer than any run takes. A test that is still under way then is named by node's runner, which is told to end. */
const LIMIT_MS = 15 * 60_000;
const PARTING_MS = 10_000;

/** Runs test files in one process of their own; whether all passed. */
async function pass(
  { environment }: Runtime,
  files: readonly string[],
  extra: Record<string, string> = {},
): Promise<boolean> {
  const suite = spawn(
    process.execPath,
    ['--enable-source-maps', '--test', '--test-isolation=none', '--test-timeout=200000', ...files],
    { stdio: 'inherit', env: { ...process.env, ...environment, ...extra } },
  );
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    process.stderr.write(`The tests did not end within ${LIMIT_MS / 60_000} minutes and are ended.\n`);
    void end(suite, PARTING_MS);
  }, LIMIT_MS);
  const [code] = (await once(suite, 'exit')) as [number | null];
  clearTimeout(limit);
  // One that was only kept alive by something left open ends with 0.
  return code === 0 && !isLate;
}

// A program that exits takes its stack's processes and containers along; one that a signal ends does not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const name = process.env.STACK ?? 'embedded';
const start = RUNTIMES[name];
if (start === undefined) {
  process.stderr.write(`STACK=${name} is not a runtime; choose one of ${Object.keys(RUNTIMES).join(', ')}.\n`);
  process.exit(1);
}
if (name === 'compose' && !(await hasDocker())) {
  // Worded as node's runner words a skipped test.
  process.stdout.write('﹣ the system in containers # needs Docker with Compose 2, whose daemon answers\n');
  process.exit(0);
}
const files = globSync('dist/test/e2e/**/*.e2e-spec.js');
const isSeed = (file: string): boolean => file.endsWith('seeds.e2e-spec.js');
/** Their lines carry no token. */
const needsOpen = (file: string): boolean => isSeed(file) || file.endsWith('purchase-seed.e2e-spec.js');

let runtime = await started(start);
const passed = [
  await pass(
    runtime,
    files.filter((file) => !(AUTH_MODE === 'jwt' ? needsOpen(file) : isSeed(file))),
  ),
];
// Each seed document describes a system that nobody has used yet, which a deployed one is only once.
for (const SEED of AUTH_MODE === 'jwt' || name === 'aws' ? [] : ['000', '001']) {
  if (runtime.empty) await runtime.empty();
  else {
    await runtime.stop();
    runtime = await start();
  }
  passed.push(await pass(runtime, files.filter(isSeed), { SEED }));
}
if (process.argv.includes('--and-runtime') && runtime.specs)
  passed.push(await pass(runtime, globSync(runtime.specs).sort()));
await runtime.stop();
if (!passed.every(Boolean)) process.exitCode = 1;
