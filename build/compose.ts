/**
 * `npm run compose`: looks for what would keep the containers from starting and says the way out, then runs
 * `docker compose up --wait`. Run by Node itself, types stripped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { dirname, join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { existsSync } from 'node:fs';

const root = dirname(import.meta.dirname);
const OLDEST = [2, 20] as const;
/** Of the engine: older ones know no `start_interval` of a health check. */
const OLDEST_ENGINE = 25;

/** Variables that name ports of this machine, with their defaults. */
const PORTS = { PORT: 4000, AWS_PORT: 4566, TABLES_PORT: 8001 } as const;

/** Of LocalStack's container, as in docker-compose.yml. */
const DEFAULT_CPUS = 2;

const LOOK_MS = 5_000;
/** For an answer of Docker: a daemon that hangs takes the question and says nothing. */
const PATIENCE_MS = 20_000;
/** Compose begins a log line by erasing the one before. */
const ERASE = '\u001b[2K';

/** What `docker compose ps` tells of one. */
interface Container {
  readonly Publishers?: readonly { readonly PublishedPort: number }[] | null;
}

class Obstacle extends Error {}

/** Modules that this program loads as they are, without a build. */
interface TryOut {
  readonly tryOut: (api: string, authMode: 'open' | 'jwt') => readonly string[];
}

interface Image {
  readonly FREE_IMAGE: string;
  readonly asksForToken: (image: string) => boolean | undefined;
}

const moduleAt = (...path: readonly string[]): Promise<unknown> =>
  import(pathToFileURL(join(root, 'localstack', 'src', ...path)).href);

function docker(...words: readonly string[]): { ok: boolean; isLate: boolean; text: string } {
  const options = { cwd: root, encoding: 'utf8', timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const;
  const { status, error, stdout, stderr } = spawnSync('docker', words, options);
  const isLate = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  return { ok: status === 0, isLate, text: `${stdout ?? ''}${stderr ?? ''}`.trim() };
}

/** What has to be known before the start. @throws Obstacle when Docker leaves the question open */
function asked(...words: readonly string[]): { ok: boolean; text: string } {
  const { isLate, ...answer } = docker(...words);
  if (isLate)
    throw new Obstacle(
      `Docker hangs: \`docker ${words.join(' ')}\` had no answer in ${PATIENCE_MS / 1000} s. Start Docker anew, and try again.`,
    );
  return answer;
}

/** @throws Obstacle */
function assertDocker(): void {
  const { ok, text } = asked('compose', 'version', '--short');
  const [major = 0, minor = 0] = text.replace(/^v/, '').split('.').map(Number);
  if (!ok || Number.isNaN(major))
    throw new Obstacle(
      '`docker compose` is not there. Install Docker Engine with the Compose plugin 2.20 or later; `docker-compose` 1.x cannot read this file. Without Docker, `npm start` runs the same system.',
    );
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new Obstacle(`Docker Compose is ${text}; 2.20 or later is needed.`);
  const { ok: answers, text: engine } = asked('version', '--format', '{{.Server.Version}}');
  if (!answers)
    throw new Obstacle(
      'The Docker daemon does not answer. Start it, or give yourself the right to use it (group docker).',
    );
  if (Number.parseInt(engine, 10) < OLDEST_ENGINE)
    throw new Obstacle(
      `Docker Engine is ${engine}; ${OLDEST_ENGINE} or later is needed for health checks that start quickly.`,
    );
}

/** What is not set, or set to nothing, is the default, as Compose has it. @throws Obstacle */
function portOf(variable: keyof typeof PORTS): number {
  const text = process.env[variable] || String(PORTS[variable]);
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new Obstacle(`${variable} is "${text}"; give a whole number from 1 to 65535, such as ${PORTS[variable]}.`);
  return port;
}

/** @throws Obstacle when two are the same */
function assertDifferent(variables: readonly (keyof typeof PORTS)[]): void {
  for (const [at, variable] of variables.entries()) {
    const same = variables.slice(0, at).find((each) => portOf(each) === portOf(variable));
    if (same !== undefined)
      throw new Obstacle(`${same} and ${variable} are both ${portOf(variable)}; give each its own.`);
  }
}

/** Ports of this machine that the system's containers hold. */
function published(): Set<number> {
  const { ok, text } = asked('compose', 'ps', '--format', 'json');
  if (!ok) return new Set();
  // A list in some versions of Compose, a line for each container in others.
  const containers = text
    .split('\n')
    .filter((line) => /^[[{]/.test(line))
    .flatMap((line) => JSON.parse(line) as Container | Container[]);
  return new Set(containers.flatMap(({ Publishers }) => (Publishers ?? []).map(({ PublishedPort }) => PublishedPort)));
}

/** A port may be held by an earlier start of this same system. @throws Obstacle */
async function assertFree(variable: keyof typeof PORTS): Promise<void> {
  const port = portOf(variable);
  const server = createServer().listen(port, '127.0.0.1');
  const [error] = (await Promise.race([once(server, 'listening').then(() => []), once(server, 'error')])) as [Error?];
  server.close();
  if (error === undefined) return;
  if (!published().has(port))
    throw new Obstacle(
      `Port ${port} is taken by another program. Stop that one, or choose a port: ${variable}=${port + 1}.`,
    );
}

/** @throws Obstacle */
async function assertToken(): Promise<void> {
  const { FREE_IMAGE, asksForToken } = (await moduleAt('container', 'localstack-image.ts')) as Image;
  const image = process.env.LOCALSTACK_IMAGE || FREE_IMAGE;
  const { LOCALSTACK_AUTH_TOKEN: token = '' } = process.env;
  if (token === '' && asksForToken(image) === true)
    throw new Obstacle(
      `${image} asks for a token since March 2026. Set LOCALSTACK_AUTH_TOKEN, or leave LOCALSTACK_IMAGE out: ${FREE_IMAGE} is the last that needs none.`,
    );
}

/** Docker refuses a limit above what the machine has. @throws Obstacle */
function assertProcessors(): void {
  const { ok, text } = asked('info', '--format', '{{.NCPU}}');
  const { LOCALSTACK_CPUS = '' } = process.env;
  const [has, wanted] = [Number(text), Number(LOCALSTACK_CPUS || DEFAULT_CPUS)];
  if (!(wanted > 0)) throw new Obstacle(`LOCALSTACK_CPUS is "${LOCALSTACK_CPUS}"; give a number above 0, such as 1.5.`);
  if (ok && has > 0 && wanted > has)
    throw new Obstacle(
      `Docker has ${has} processor${has === 1 ? '' : 's'}, and LocalStack may take ${wanted}: set LOCALSTACK_CPUS=${has}.`,
    );
}

/** Shows what containers say is wrong, each message once. */
class Troubles {
  private readonly shown = new Set<string>();
  private readonly since = new Date().toISOString();
  private hangs = false;

  /** @param services all of them when none is named */
  show(...services: readonly string[]): void {
    if (this.hangs) return;
    const { isLate, text: lines } = docker('compose', 'logs', '--no-log-prefix', '--since', this.since, ...services);
    this.hangs = isLate;
    if (isLate) this.tell(`Docker hangs: \`docker compose logs\` had no answer in ${PATIENCE_MS / 1000} s.`);
    for (const line of lines.split('\n')) {
      const [, text] = /"level":"ERROR","message":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
      if (text !== undefined) this.tell(JSON.parse(text) as string);
    }
  }

  private tell(message: string): void {
    if (this.shown.has(message)) return;
    this.shown.add(message);
    process.stderr.write(`\n${message}\n`);
  }
}

/** Compose waits in silence for what may never come: what the endpoint finds wrong meanwhile is shown. Gives the exit code. */
async function up(options: readonly string[]): Promise<number | null> {
  // Progress that is drawn over again would erase the lines between.
  const words = ['compose', '--progress', 'plain', 'up', '--wait', ...options];
  const waiting = spawn('docker', words, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches both; what is meant for this program alone would leave the other starting containers.
  let isEnded = false;
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      isEnded = true;
      waiting.kill('SIGINT');
    });
  const troubles = new Troubles();
  const looking = setInterval(() => troubles.show('aws'), LOOK_MS);
  const [code] = (await once(waiting, 'exit')) as [number | null];
  clearInterval(looking);
  if (isEnded) process.exit(1);
  // Whatever ended may have said why just before.
  if (code !== 0) troubles.show();
  return code;
}

async function main(): Promise<void> {
  if (existsSync(join(root, '.env'))) loadEnvFile(join(root, '.env'));
  assertDocker();
  await assertToken();
  assertProcessors();
  const named: (keyof typeof PORTS)[] = ['PORT', 'AWS_PORT', 'TABLES_PORT'];
  assertDifferent(named);
  // That of the table browser is only taken where it is asked for.
  const withTools = (process.env.COMPOSE_PROFILES ?? '').split(',').includes('tools');
  for (const variable of named.slice(0, withTools ? 3 : 2)) await assertFree(variable);
  if ((await up(process.argv.slice(2))) !== 0) {
    if (docker('compose', 'ps', '--format', '{{.Health}}', 'localstack').text !== 'healthy') {
      const lines = docker('compose', 'logs', '--no-color', '--no-log-prefix', '--tail', '5', 'localstack').text;
      process.stderr.write(`\nThe last lines of LocalStack:\n${lines.replaceAll(ERASE, '')}\n`);
    }
    throw new Obstacle('The system did not come up; the lines above say why.');
  }
  const api = `http://127.0.0.1:${portOf('PORT')}/dev`;
  const { tryOut } = (await moduleAt('try-out.ts')) as TryOut;
  process.stdout.write(
    [
      '',
      'Tabletop runs in containers; docker compose down stops it and keeps its data, down -v throws them away.',
      '',
      `  API           ${api}`,
      `  AWS endpoint  http://127.0.0.1:${portOf('AWS_PORT')}`,
      '  Kept          tables and their streams; declared topics, queues and subscriptions are made again, without the',
      '                messages in them, and what you made of these by hand is gone when its container ends',
      '',
      'Try it:',
      ...tryOut(api, process.env.AUTH_MODE === 'jwt' ? 'jwt' : 'open').map((request) => `  ${request}`),
      '  docker compose logs -f',
      '',
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Obstacle ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
