/** What each call costs with 100 and with 100,000 products and orders in the table: requests to DynamoDB, and time. */
import { topology } from '../libs/topology/src/topology.js';
import { type LocalStack } from '../localstack/src/local-stack.js';
import { countRequests } from '../test/fixtures/request-count.js';
import { newOrder, newUser, send, startTabletop } from '../test/fixtures/tabletop.js';
import { fill } from './fill.js';
import { heading, percentile, report } from './measure.js';

const FEW = 100;
const MANY = 100_000;
const ROUNDS = 300;

/** A call that is timed; each stack has its own ids. */
type Call = readonly [title: string, method: string, path: string, body?: object];

/** @throws Error when a call takes other requests to a large table than to a small one */
export async function benchGrowth(): Promise<void> {
  // Without stream and pipe: nobody waits for the notification of orders that are only there to be many.
  const resources = topology.resources
    .filter(({ kind }) => kind !== 'pipe')
    .map((resource) => (resource.kind === 'table' ? { ...resource, streamView: undefined } : resource));
  const quiet = { topology: { ...topology, resources } };
  const stacks = [await startTabletop(quiet), await startTabletop(quiet)] as const;
  const [small, large] = stacks;
  try {
    await fill(small, FEW);
    await fill(large, MANY);
    await compareRequests(small, large);
    await compareTimes(small, large);
  } finally {
    for (const stack of stacks) await stack.stop();
  }
}

async function compareRequests(small: LocalStack, large: LocalStack): Promise<void> {
  heading('Requests to DynamoDB for each call');
  const [few, many] = [await countRequests(small), await countRequests(large)];
  for (const [call, operations] of Object.entries(few))
    report(`${call}: ${operations}`, many[call] === operations ? 'same' : (many[call] ?? ''), `at ${MANY} of each`);
  const different = Object.keys(few).filter((call) => many[call] !== few[call]);
  if (different.length > 0) throw new Error(`${different.join(', ')}: the requests grow with the table`);
}

/** One call to the one stack, then to the other: what slows the machine slows both. */
async function compareTimes(small: LocalStack, large: LocalStack): Promise<void> {
  heading(`p50 with ${MANY} products and orders over p50 with ${FEW} (${ROUNDS} calls to each, in turn)`);
  const calls = [await callsOf(small), await callsOf(large)] as const;
  for (const [index, [title]] of calls[0].entries()) {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [which, stack] of [small, large].entries()) {
        const [, method, path, body] = calls[which as 0 | 1][index] as Call;
        const started = performance.now();
        const { status } = await send(stack, method, path, body);
        if (status >= 300) throw new Error(`${title}: ${status}`);
        times[which as 0 | 1].push(performance.now() - started);
      }
    const [few, many] = times.map((each) => percentile(each, 0.5)) as [number, number];
    report(`${title}: ${many.toFixed(1)} / ${few.toFixed(1)} ms`, (many / few).toFixed(2), '<= 1.1');
  }
}

async function callsOf(stack: LocalStack): Promise<readonly Call[]> {
  const username = await newUser(stack);
  const orderId = await newOrder(stack, username);
  const product = await send(stack, 'POST', '/products', { name: 'Laptop', price: 999.99, stock: 1_000_000_000 });
  const productId = String(product.body.productId);
  return [
    ['GET /products/{productId}', 'GET', `/products/${productId}`],
    ['GET /products', 'GET', '/products'],
    ['GET /orders/{orderId}', 'GET', `/orders/${orderId}`],
    ['GET /orders?username=', 'GET', `/orders?username=${username}`],
    ['GET /orders', 'GET', '/orders'],
    ['POST /orders', 'POST', '/orders', { username, amount: 5.5, numItems: 2 }],
    ['POST /orders, items', 'POST', '/orders', { userId: username, items: [{ productId, quantity: 1 }] }],
  ];
}
