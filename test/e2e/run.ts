/** `npm run test:e2e`: one suite for every runtime; STACK names the one to run against. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { AUTH_MODE, RUNTIMES, type Runtime } from './runtimes.js';

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
const start = RUNTIMES[name];
if (start === undefined) {
  process.stderr.write(`STACK=${name} is not a runtime; choose one of ${Object.keys(RUNTIMES).join(', ')}.\n`);
  process.exit(1);
}
const files = globSync('dist/test/e2e/**/*.e2e-spec.js');
const isSeed = (file: string): boolean => file.endsWith('seeds.e2e-spec.js');
/** Their lines carry no token. */
const needsOpen = (file: string): boolean => isSeed(file) || file.endsWith('purchase-seed.e2e-spec.js');
const passed = [
  await pass(
    start,
    files.filter((file) => !(AUTH_MODE === 'jwt' ? needsOpen(file) : isSeed(file))),
  ),
];
// Each seed document describes a system that nobody has used yet.
for (const SEED of AUTH_MODE === 'jwt' ? [] : ['000', '001'])
  passed.push(await pass(start, files.filter(isSeed), { SEED }));
if (!passed.every(Boolean)) process.exitCode = 1;
