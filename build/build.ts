/** `npm run build`: compiles what is stale, then writes each service's openapi.json. Run by Node itself, types stripped. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { createRequire } from 'node:module';

const root = dirname(import.meta.dirname);
const SOURCES = ['apps', 'libs', 'localstack', 'test', 'bench', 'cdktf/src', 'cdktf/test'];
/** A service that has an OpenAPI document is one with HTTP routes. */
const SERVICES = globSync('apps/*/src/openapi.ts', { cwd: root }).map((file) => file.split(sep)[1] ?? '');
const stampFile = join(root, 'dist', 'build.stamp');

/** Changes when a source, a setting of the compiler or a dependency does. */
function fingerprint(): string {
  const files = [
    ...globSync(
      SOURCES.map((folder) => `${folder}/**/*.ts`),
      { cwd: root },
    ).sort(),
    '.swcrc',
    'package-lock.json',
  ];
  const hash = createHash('sha256').update(process.version);
  for (const file of files.filter((name) => existsSync(join(root, name)))) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function compile(): void {
  const swc = join(dirname(createRequire(import.meta.url).resolve('@swc/cli/package.json')), 'bin', 'swc.js');
  execFileSync(
    process.execPath,
    [swc, ...SOURCES.filter((folder) => existsSync(join(root, folder))), '-d', 'dist', '--quiet'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
}

/** A source that is no more must not live on as compiled output: its tests would still run. */
function removeOrphans(): void {
  for (const output of globSync(`dist/{${SOURCES.join(',')}}/**/*.js`, { cwd: root }))
    if (!existsSync(join(root, output.replace(/^dist./, '').replace(/js$/, 'ts')))) rmSync(join(root, output));
}

function writeOpenApi(service: string): Promise<void> {
  const folder = join('dist', 'apps', service);
  const child = spawn(process.execPath, [join(folder, 'src', 'openapi.js'), join(folder, 'openapi.json')], {
    cwd: root,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${service}: openapi.json was not written`)),
    );
  });
}

const current = fingerprint();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== current) {
  process.stdout.write('Building...\n');
  const started = performance.now();
  rmSync(stampFile, { force: true });
  compile();
  removeOrphans();
  await Promise.all(SERVICES.map(writeOpenApi));
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, current);
  process.stdout.write(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
}
