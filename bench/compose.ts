/** `npm run bench:compose`: how long the containers take to be ready, what they hold, and how late a message is. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { topology } from '../libs/topology/src/topology.js';
import { type JournalEntry } from '../localstack/src/journal-event.js';
import { startLocalStack } from '../localstack/src/local-stack.js';
import { composeUp, type ComposeStack } from '../test/fixtures/compose.js';
import { heading, pause, percentile, report } from './measure.js';

const run = promisify(execFile);
const ORDERS = 200;
const PER_SECOND = 10;
const WARM_UP = 30;
const PATIENCE_MS = 60_000;
const ROUND_TRIPS = 500;

/** Of `docker inspect`. */
interface State {
  readonly Name: string;
  readonly State: {
    readonly StartedAt: string;
    readonly Health?: { readonly Log?: readonly { readonly End: string; readonly ExitCode: number }[] };
  };
}

/** Seconds from the start of the first container until each was seen healthy, or only started where nothing is asked. */
async function readiness({ compose }: ComposeStack): Promise<Map<string, number>> {
  const ids = (await compose('ps', '--quiet')).trim().split('\n');
  const states = JSON.parse((await run('docker', ['inspect', ...ids])).stdout) as State[];
  const begun = Math.min(...states.map(({ State: { StartedAt } }) => Date.parse(StartedAt)));
  return new Map(
    states.map(({ Name, State: { StartedAt, Health } }) => {
      const first = Health?.Log?.find(({ ExitCode }) => ExitCode === 0)?.End ?? StartedAt;
      return [Name.slice(1), (Date.parse(first) - begun) / 1000];
    }),
  );
}

async function memory({ compose }: ComposeStack): Promise<Map<string, string>> {
  const ids = (await compose('ps', '--quiet')).trim().split('\n');
  const { stdout } = await run('docker', ['stats', '--no-stream', '--format', '{{.Name}}\t{{.MemUsage}}', ...ids]);
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  );
}

/** Milliseconds from each order's time to that of its message. */
async function latencies(apiUrl: string, messages: () => Promise<Map<string, number>>): Promise<number[]> {
  const post = async (path: string, body: object): Promise<Response> =>
    fetch(`${apiUrl}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    });
  await post('/users', { username: 'bench', name: 'Bench B', email: 'bench@example.com' });
  const placed = new Map<string, number>();
  const place = async (): Promise<void> => {
    const answer = await post('/orders', { username: 'bench', amount: 1, numItems: 1 });
    if (answer.status !== 201) throw new Error(`an order was answered ${answer.status}: ${await answer.text()}`);
    const { orderId, data } = (await answer.json()) as { orderId: string; data: { CreatedAt: string } };
    placed.set(orderId, Date.parse(data.CreatedAt));
  };
  for (let n = 0; n < WARM_UP; n++) await place();
  const all: Promise<void>[] = [];
  for (let n = 0; n < ORDERS; n++) {
    all.push(place());
    await pause(1000 / PER_SECOND);
  }
  await Promise.all(all);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const told = await messages();
    const late = [...placed].flatMap(([id, at]) => (told.has(id) ? [(told.get(id) ?? 0) - at] : []));
    if (late.length === placed.size) return late.slice(WARM_UP);
    if (Date.now() > deadline) throw new Error(`${placed.size - late.length} orders were not told of`);
    await pause(200);
  }
}

/**
 * Milliseconds of a GetItem that finds nothing, p50, asked of LocalStack itself and through the endpoint, by turns, from a
 * container beside both.
 */
async function roundTrips({ compose }: ComposeStack): Promise<Record<'direct' | 'through', number>> {
  const program = `
    const ask = async (host) => {
      const started = performance.now();
      const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0',
        authorization: 'AWS4-HMAC-SHA256 Credential=tabletop/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0' };
      const key = { S: 'nobody' };
      const body = JSON.stringify({ TableName: 'tabletop-dev-data', Key: { PK: key, SK: key } });
      const answer = await fetch('http://' + host + ':4566/', { method: 'POST', headers, body });
      if (answer.status !== 200) throw new Error(await answer.text());
      await answer.arrayBuffer();
      return performance.now() - started;
    };
    const times = { localstack: [], aws: [] };
    for (let n = 0; n < ${ROUND_TRIPS}; n++) for (const host of ['localstack', 'aws']) times[host].push(await ask(host));
    const p50 = (all) => all.sort((a, b) => a - b)[all.length >> 1];
    console.log(JSON.stringify({ direct: p50(times.localstack), through: p50(times.aws) }));`;
  return JSON.parse(await compose('exec', '-T', 'gateway', 'node', '-e', program)) as Awaited<
    ReturnType<typeof roundTrips>
  >;
}

/** When each order was told of, by its id. */
const messagesIn = (entries: readonly JournalEntry[]): Map<string, number> =>
  new Map(
    entries.flatMap((entry) =>
      entry.type === 'message' && entry.service === 'sns'
        ? [[(JSON.parse(entry.body) as { orderId: string }).orderId, entry.at]]
        : [],
    ),
  );

async function benchEmbedded(): Promise<number[]> {
  const stack = await startLocalStack({ topology, root: 'dist', bundles: 'dist/functions' });
  try {
    return await latencies(stack.apiUrl ?? '', () => Promise.resolve(messagesIn(stack.journal.entries())));
  } finally {
    await stack.stop();
  }
}

/** All that is asked of the containers; gives the latencies. */
async function benchCompose(): Promise<number[]> {
  // Images are made first: how long that takes is not the question.
  await (await composeUp({ project: 'tabletop-bench' })).down();
  const started = performance.now();
  const stack = await composeUp({ project: 'tabletop-bench' });
  try {
    const total = (performance.now() - started) / 1000;
    heading('docker compose up --wait, images built');
    report('total', `${total.toFixed(1)} s`);
    const [ready, held] = [await readiness(stack), await memory(stack)];
    for (const [name, seconds] of [...ready].sort(([, a], [, b]) => a - b))
      report(name, `ready after ${seconds.toFixed(1)} s`, held.get(name) ?? '');
    const { direct, through } = await roundTrips(stack);
    heading('GetItem, p50');
    report('LocalStack itself', `${direct.toFixed(1)} ms`);
    report('through the endpoint', `${through.toFixed(1)} ms`, `${(through - direct).toFixed(1)} ms more`);
    return await latencies(stack.apiUrl, async () => messagesIn(await stack.journal()));
  } finally {
    await stack.down();
  }
}

async function main(): Promise<void> {
  const inContainers = await benchCompose();
  const embedded = await benchEmbedded();
  heading(`Order to SNS message (${ORDERS} orders, ${PER_SECOND} a second)`);
  for (const q of [0.5, 0.99]) {
    const [there, here] = [percentile(inContainers, q), percentile(embedded, q)];
    report(
      `p${q * 100}`,
      `compose ${there.toFixed(0)} ms`,
      `embedded ${here.toFixed(0)} ms, ratio ${(there / here).toFixed(1)}`,
    );
  }
}

await main();
