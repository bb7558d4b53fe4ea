/** From an order's commit to its SNS message at 50 orders a second. */
import { topology } from '../libs/topology/src/topology.js';
import { startLocalStack } from '../localstack/src/local-stack.js';
import { heading, pause, percentile, report } from './measure.js';

const ORDERS = 500;
const EVERY_MS = 20;

export async function benchLatency(): Promise<void> {
  heading(`Order commit to SNS message (${ORDERS} orders, 50 a second, 20 customers)`);
  const stack = await startLocalStack({ topology, root: 'dist', bundles: 'dist/functions' });
  const committed: number[] = [];
  const published = new Map<string, number>();
  stack.journal.subscribe((entry) => {
    if (entry.type === 'aws-call' && entry.operation === 'TransactWriteItems') committed.push(performance.now());
    if (entry.type === 'message' && entry.service === 'sns')
      published.set((JSON.parse(entry.body) as { orderId: string }).orderId, performance.now());
  });
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const customers = Array.from({ length: 20 }, (_, n) => `customer${n}`);
  for (const username of customers)
    await post('/users', { username, name: username, email: `${username}@example.com` });
  for (let n = 0; n < 50; n++) await post('/orders/', { username: 'customer0', amount: 1, numItems: 1 });
  await stack.drained();
  committed.length = 0;
  const samples: number[] = [];
  const placing: Promise<void>[] = [];
  for (let n = 0; n < ORDERS; n++) {
    placing.push(
      (async () => {
        const sent = performance.now();
        const response = await post('/orders/', { username: customers[n % customers.length], amount: 1, numItems: 1 });
        const { orderId } = (await response.json()) as { orderId: string };
        const answered = performance.now();
        const commit = committed.find((at) => at >= sent && at <= answered);
        while (!published.has(orderId)) await pause(1);
        samples.push((published.get(orderId) ?? 0) - (commit ?? sent));
      })(),
    );
    await pause(EVERY_MS);
  }
  await Promise.all(placing);
  report('p50', `${percentile(samples, 0.5).toFixed(1)} ms`, '<= 25 ms');
  report('p99', `${percentile(samples, 0.99).toFixed(1)} ms`, '<= 100 ms');
  await stack.stop();
}
