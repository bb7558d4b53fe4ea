/**
 * `npm run compose`: looks for what would keep the containers from starting and says the way out, then runs
 * `docker compose up --wait`. Run by Node itself, types stripped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { existsSync } from 'node:fs';

const root = dirname(import.meta.dirname);
const OLDEST = [2, 20] as const;
/** Of the engine: older ones know no `start_interval` of a health check. */
const OLDEST_ENGINE = 25;
/** The last image that asks for no token. */
const FREE_IMAGE = 'localstack/localstack:4.14.0';

const LOOK_MS = 5_000;
/** Compose begins a log line by erasing the one before. */
const ERASE = '\u001b[2K';

class Obstacle extends Error {}

function docker(...words: readonly string[]): { ok: boolean; text: string } {
  const { status, stdout, stderr } = spawnSync('docker', words, { cwd: root, encoding: 'utf8' });
  return { ok: status === 0, text: `${stdout ?? ''}${stderr ?? ''}`.trim() };
}

/** @throws Obstacle */
function assertDocker(): void {
  const { ok, text } = docker('compose', 'version', '--short');
  const [major = 0, minor = 0] = text.replace(/^v/, '').split('.').map(Number);
  if (!ok || Number.isNaN(major))
    throw new Obstacle(
      '`docker compose` is not there. Install Docker Engine with the Compose plugin 2.20 or later; `docker-compose` 1.x cannot read this file. Without Docker, `npm start` runs the same system.',
    );
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new Obstacle(`Docker Compose is ${text}; 2.20 or later is needed.`);
  const { ok: answers, text: engine } = docker('version', '--format', '{{.Server.Version}}');
  if (!answers)
    throw new Obstacle(
      'The Docker daemon does not answer. Start it, or give yourself the right to use it (group docker).',
    );
  if (Number.parseInt(engine, 10) < OLDEST_ENGINE)
    throw new Obstacle(
      `Docker Engine is ${engine}; ${OLDEST_ENGINE} or later is needed for health checks that start quickly.`,
    );
}

/** A port may be held by an earlier start of this same system. */
async function assertFree(variable: string, fallback: number): Promise<void> {
  const port = Number(process.env[variable] || fallback);
  const server = createServer().listen(port, '127.0.0.1');
  const [error] = (await Promise.race([once(server, 'listening').then(() => []), once(server, 'error')])) as [Error?];
  server.close();
  if (error === undefined) return;
  const ours = docker('compose', 'ps', '--format', '{{.Publishers}}').text.includes(` ${port} `);
  if (!ours)
    throw new Obstacle(
      `Port ${port} is taken by another program. Stop that one, or choose a port: ${variable}=${port + 1}.`,
    );
}

/** @throws Obstacle */
function assertToken(): void {
  const { LOCALSTACK_IMAGE: image = FREE_IMAGE, LOCALSTACK_AUTH_TOKEN: token = '' } = process.env;
  const [, year = '0'] = /:(20\d\d)\./.exec(image) ?? [];
  if (token === '' && (Number(year) >= 2026 || image.endsWith(':latest')))
    throw new Obstacle(
      `${image} asks for a token since March 2026. Set LOCALSTACK_AUTH_TOKEN, or leave LOCALSTACK_IMAGE out: ${FREE_IMAGE} is the last that needs none.`,
    );
}

/** Compose waits in silence for what may never come: what the endpoint finds wrong meanwhile is shown. Gives the exit code. */
async function up(options: readonly string[]): Promise<number | null> {
  // Progress that is drawn over again would erase the lines between.
  const words = ['compose', '--progress', 'plain', 'up', '--wait', ...options];
  const waiting = spawn('docker', words, { cwd: root, stdio: 'inherit' });
  const since = new Date().toISOString();
  const shown = new Set<string>();
  const looking = setInterval(() => {
    for (const line of docker('compose', 'logs', '--no-log-prefix', '--since', since, 'aws').text.split('\n')) {
      const [, message] = /"level":"ERROR","message":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
      if (message === undefined || shown.has(line)) continue;
      shown.add(line);
      process.stderr.write(`\n${JSON.parse(message) as string}\n`);
    }
  }, LOOK_MS);
  const [code] = (await once(waiting, 'exit')) as [number | null];
  clearInterval(looking);
  return code;
}

async function main(): Promise<void> {
  if (existsSync(join(root, '.env'))) loadEnvFile(join(root, '.env'));
  assertDocker();
  assertToken();
  await assertFree('PORT', 4000);
  await assertFree('AWS_PORT', 4566);
  if ((await up(process.argv.slice(2))) !== 0) {
    const lines = docker('compose', 'logs', '--no-color', '--no-log-prefix', '--tail', '5', 'localstack').text;
    process.stderr.write(`\nThe last lines of LocalStack:\n${lines.replaceAll(ERASE, '')}\n`);
    throw new Obstacle('The system did not come up; the lines above say why.');
  }
  const api = `http://127.0.0.1:${process.env.PORT || 4000}/dev`;
  process.stdout.write(
    [
      '',
      'Tabletop runs in containers; docker compose down stops it and keeps its data, down -v throws them away.',
      '',
      `  API           ${api}`,
      `  AWS endpoint  http://127.0.0.1:${process.env.AWS_PORT || 4566}`,
      '  Kept          tables and topics; not what LocalStack keeps in memory: messages in queues end with its container',
      '',
      'Try it:',
      `  curl -X POST ${api}/add_user/ -H 'Content-Type: application/json' -d '{"email":"john@example.com","name":"John Smith","username":"john"}'`,
      `  curl -X POST ${api}/orders/ -H 'Content-Type: application/json' -d '{"amount":5.5,"numItems":2,"username":"john"}'`,
      '  docker compose logs -f',
      '',
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Obstacle ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
