/** Itemised orders a second, replays of orders under a key, and purchases a second from POST to stored. */
import { type LocalStack } from '../localstack/src/local-stack.js';
import { send, startTabletop } from '../test/fixtures/tabletop.js';
import { heading, percentile, report } from './measure.js';

const LINES = [1, 5, 25];
const PRODUCTS = 500;
const ORDERS = 400;
const REPLAYS = 300;
const PURCHASES = 1_000;
const AT_ONCE = 8;

export async function benchShop(): Promise<void> {
  await withStack(benchOrders);
  await withStack(benchReplays);
  await withStack(benchPurchases);
}

async function benchOrders(stack: LocalStack): Promise<void> {
  heading(
    `Itemised orders, ${AT_ONCE} at once, of ${PRODUCTS} products (${ORDERS} of each kind, after as many to warm up)`,
  );
  const products: string[] = [];
  await atOnce(PRODUCTS, async (n) => {
    const { body } = await send(stack, 'POST', '/products', { name: `Product ${n}`, price: 1.5, stock: 1_000_000 });
    products.push(String(body.productId));
  });
  let next = 0;
  const place = async (lines: number): Promise<void> => {
    const items = Array.from({ length: lines }, () => ({ productId: products[(next += 1) % PRODUCTS], quantity: 1 }));
    await mustBe(201, send(stack, 'POST', '/orders', { userId: 'john', items }));
  };
  for (const lines of LINES) {
    await atOnce(ORDERS, () => place(lines));
    await stack.drained(60_000);
    const rate = await perSecond(ORDERS, () => atOnce(ORDERS, () => place(lines)));
    report(`of ${lines} ${lines === 1 ? 'line' : 'lines'}`, `${rate}/s`);
    await stack.drained(60_000);
  }
}

async function benchReplays(stack: LocalStack): Promise<void> {
  heading(`Orders under a key, one after another (${REPLAYS} of each)`);
  const [first, again]: [number[], number[]] = [[], []];
  const timed = async (into: number[], orderId: string): Promise<void> => {
    const started = performance.now();
    await mustBe(201, send(stack, 'POST', '/orders', { username: 'john', amount: 5.5, numItems: 2, orderId }));
    into.push(performance.now() - started);
  };
  for (let n = 0; n < REPLAYS; n += 1) {
    await timed(first, `cart-${n}`);
    await timed(again, `cart-${n}`);
  }
  const [p50, replayed] = [percentile(first, 0.5), percentile(again, 0.5)];
  report(
    `p50 of the replay over the first, ${replayed.toFixed(1)} / ${p50.toFixed(1)} ms`,
    (replayed / p50).toFixed(2),
  );
}

async function benchPurchases(stack: LocalStack): Promise<void> {
  heading(`Purchases from POST to stored (${PURCHASES}, ${AT_ONCE} at once)`);
  const rate = await perSecond(PURCHASES, async () => {
    await atOnce(PURCHASES, (n) =>
      mustBe(200, send(stack, 'POST', '/product-purchase', { ProductName: `Jacket ${n}` })),
    );
    await stack.drained(120_000);
  });
  report('stored', `${rate}/s`);
}

async function withStack(run: (stack: LocalStack) => Promise<void>): Promise<void> {
  const stack = await startTabletop();
  try {
    await mustBe(201, send(stack, 'POST', '/users', { username: 'john', name: 'John', email: 'john@example.com' }));
    await run(stack);
  } finally {
    await stack.stop();
  }
}

/** Calls `one` for each number below `count`, a few at once. */
async function atOnce(count: number, one: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) await one((next += 1) - 1);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function perSecond(count: number, run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return Math.round(count / ((performance.now() - started) / 1000));
}

/** @throws Error for another status: a fast error is no figure */
async function mustBe(status: number, answer: ReturnType<typeof send>): Promise<void> {
  const { status: got, body } = await answer;
  if (got !== status) throw new Error(`${got} instead of ${status}: ${JSON.stringify(body)}`);
}
