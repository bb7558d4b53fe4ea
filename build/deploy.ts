/**
 * `npm run synth`, `npm run test:deploy` and the other commands of cdktf/: builds what is stale, then runs them where that
 * package's own dependencies (410 MB, so not part of the root's install) are there, and says how to get them where not.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, lstatSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const installed = join(root, 'cdktf', 'node_modules');
const compiled = join(root, 'dist', 'cdktf');

/** Runs a program to its end in the root, and ends this one where it failed. */
function run(file: string, args: readonly string[]): void {
  const { status } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The compiled output stands in dist/, from where Node would not find what is installed in cdktf/. */
function linkDependencies(): void {
  const link = join(compiled, 'node_modules');
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && resolve(dirname(link), readlinkSync(link)) === installed) return;
  // Another command may be reading by it, or making it too.
  const draft = `${link}.${process.pid}`;
  symlinkSync(installed, draft, 'junction');
  renameSync(draft, link);
}

const [command = '', ...rest] = process.argv.slice(2);
/** Without the dependencies these say so and pass: the root's own gate does not need them. */
const skippable: Readonly<Record<string, string>> = { test: 'tests', types: 'types' };
if (!existsSync(join(installed, 'cdktf'))) {
  const how = 'CDK for Terraform is not installed; install it by `npm ci --prefix cdktf` (410 MB).';
  const skipped = skippable[command];
  process.stdout.write(skipped === undefined ? `${how}\n` : `Skipped the deployment's ${skipped}: ${how}\n`);
  process.exit(skipped === undefined ? 1 : 0);
}
if (command === 'types') run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'cdktf']);
else {
  run(process.execPath, [join(root, 'build', 'build.ts')]);
  linkDependencies();
  const specs = globSync('dist/cdktf/{src,test}/**/*.spec.js', { cwd: root });
  run(process.execPath, [
    '--enable-source-maps',
    ...(command === 'test'
      ? ['--test', '--test-timeout=300000', ...rest, ...specs]
      : [join(compiled, 'src', 'command', 'main.js'), command, ...rest]),
  ]);
}
