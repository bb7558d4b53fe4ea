/** Requests a second through the local gateway, against the same Nest app as a plain HTTP server. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribePipeCommand, PipesClient, StopPipeCommand } from '@aws-sdk/client-pipes';
import autocannon from 'autocannon';
import { bundle } from '../libs/bundler/src/bundle.js';
import { CREDENTIALS, REGION } from '../localstack/src/account.js';
import { freePort, until } from '../localstack/src/child-process.js';
import { localAws } from '../localstack/src/function/function-environment.js';
import { startStackProcess } from '../test/fixtures/stack-process.js';
import { heading, median, report } from './measure.js';

const CONNECTIONS = 32;
const ROUNDS = 3;
const SECONDS = 10;

interface Route {
  readonly title: string;
  readonly service: 'user-service' | 'order-service';
  readonly path: string;
  readonly status: number;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
}

const ORDER = JSON.stringify({ username: 'john', amount: 5.5, numItems: 2 });

const ROUTES: readonly Route[] = [
  {
    title: 'without I/O (GET /users?limit=0, a 422)',
    service: 'user-service',
    method: 'GET',
    path: '/users?limit=0',
    status: 422,
  },
  { title: 'GET /users/{u}', service: 'user-service', method: 'GET', path: '/users/john', status: 200 },
  {
    title: 'POST /orders/',
    service: 'order-service',
    method: 'POST',
    path: '/orders/',
    status: 201,
    body: ORDER,
  },
];

export async function benchThroughput(): Promise<void> {
  heading(
    `Requests/s through the gateway over the plain server (${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s after one to warm up)`,
  );
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'tabletop-bench-'));
  const stack = await startStackProcess({ DATA_DIR, LOG_LEVEL: 'ERROR' }, { options: ['--quiet'] });
  await post(`${stack.apiUrl}/users`, JSON.stringify({ username: 'john', name: 'John', email: 'john@example.com' }));
  await stopPipe(stack.awsUrl);
  for (const route of ROUTES) {
    const plain = await startPlain(route.service, stack.awsUrl);
    const rates = { gateway: [] as number[], plain: [] as number[] };
    // Compilers first: a round that is half spent in an interpreter is no figure of either.
    for (const origin of [plain.origin, stack.apiUrl]) await rate(origin, route);
    for (let round = 0; round < ROUNDS; round++) {
      rates.plain.push(await rate(plain.origin, route));
      rates.gateway.push(await rate(stack.apiUrl, route));
    }
    const [gateway, direct] = [median(rates.gateway), median(rates.plain)];
    report(`${route.title}: ${Math.round(gateway)} / ${Math.round(direct)}`, (gateway / direct).toFixed(2), '>= 0.5');
    plain.child.kill();
  }
  await stack.end('SIGINT');
  rmSync(DATA_DIR, { recursive: true });
}

/** What the pipe does for each order would be taken from whichever side leaves it room. */
async function stopPipe(awsUrl: string): Promise<void> {
  const pipes = new PipesClient({ endpoint: awsUrl, region: REGION, credentials: CREDENTIALS });
  const Name = 'tabletop-dev-order-events';
  await pipes.send(new StopPipeCommand({ Name }));
  const isStopped = async (): Promise<boolean> =>
    (await pipes.send(new DescribePipeCommand({ Name }))).CurrentState === 'STOPPED';
  await until(`${Name} does not stop`, isStopped, 10_000);
  pipes.destroy();
}

const post = (url: string, body: string): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

/** The service's own server, bundled as its function is, on the same AWS endpoint. */
async function startPlain(service: Route['service'], awsUrl: string): Promise<{ origin: string; child: ChildProcess }> {
  const outFile = 'dist/bench/plain-server.cjs';
  await bundle({ entry: 'dist/bench/plain-server.js', outFile });
  const port = await freePort();
  const child = spawn(process.execPath, [outFile, service], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...localAws(awsUrl),
      TABLE_NAME: 'tabletop-dev-data',
      USER_POOL_ID: 'us-east-1_tabletop',
      USER_POOL_CLIENT_ID: 'tabletop',
      AUTH_MODE: 'open',
      CORS_ORIGINS: '*',
      LOG_LEVEL: 'ERROR',
      PORT: String(port),
    },
  });
  const ended = once(child, 'exit').then(() => true);
  const origin = `http://127.0.0.1:${port}`;
  const live = async (): Promise<boolean> => {
    const answer = await fetch(`${origin}/health/live`).catch((error: unknown) => error);
    return answer instanceof Response && answer.ok;
  };
  const died = await Promise.race([ended, until(`${service} does not answer`, live, 10_000)]);
  if (died === true) throw new Error(`${service} ended before it answered`);
  return { origin, child };
}

/** @throws Error when an answer is not the expected one: a fast error is no figure */
async function rate(origin: string, { path, method, body, status }: Route): Promise<number> {
  const result = await autocannon({
    url: `${origin}${path}`,
    method,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  });
  const counts = (result as unknown as { statusCodeStats: Record<string, { count: number }> }).statusCodeStats;
  const good = counts[String(status)]?.count ?? 0;
  if (good < result.requests.total * 0.999) throw new Error(`${method} ${path}: ${JSON.stringify(counts)}`);
  return result.requests.average;
}
