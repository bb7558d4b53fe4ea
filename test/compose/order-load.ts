/** Orders and purchases at a steady rate against a running system, and what becomes of each. */
import { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 10_000;
/** A pause of the machine that is caught up with: after a longer one all at once would be a flood. */
const MOST_BEHIND_MS = 1_000;

type Test = Pick<TestContext, 'after'>;

/** What is asked, and how an answer shows that it was taken. */
interface Request {
  readonly path: string;
  readonly body: object;
  readonly status: number;
  /** The id in the answer. */
  readonly idOf: (answer: Record<string, unknown>) => unknown;
}

class Load {
  /** Ids of what was taken. */
  readonly placed: string[] = [];
  /** How often each other outcome was seen. */
  readonly refused = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private readonly under = new Set<Promise<void>>();
  private readonly begun = performance.now();
  private seconds = 0;

  /** Begins at once, and ends with the test at the latest: one that fails would leave it to those that follow. */
  constructor(
    test: Test,
    private readonly apiUrl: string,
    private readonly request: Request,
    perSecond: number,
  ) {
    this.running = this.run(1000 / perSecond);
    test.after(() => this.stop());
  }

  /** Resolves when everything is answered. */
  async stop(): Promise<void> {
    if (!this.stopping.signal.aborted) this.seconds = (performance.now() - this.begun) / 1000;
    this.stopping.abort();
    await this.running;
    await Promise.all(this.under);
  }

  /** How many were tried in a second, placed or refused, until it was stopped. */
  get perSecond(): number {
    const refused = [...this.refused.values()].reduce((sum, count) => sum + count, 0);
    return (this.placed.length + refused) / this.seconds;
  }

  private async run(everyMs: number): Promise<void> {
    let next = this.begun;
    while (!this.stopping.signal.aborted) {
      const placing: Promise<void> = this.place().finally(() => this.under.delete(placing));
      this.under.add(placing);
      // By the clock, not one after another.
      next = Math.max(next + everyMs, performance.now() - MOST_BEHIND_MS);
      await delay(Math.max(next - performance.now(), 0));
    }
  }

  private async place(): Promise<void> {
    const { path, body, status, idOf } = this.request;
    try {
      const answer = await fetch(`${this.apiUrl}${path}`, {
        ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const id = idOf((await answer.json()) as Record<string, unknown>);
      if (answer.status === status) this.placed.push(String(id));
      else this.count(String(answer.status));
    } catch (error) {
      const { name, cause } = error as { name: string; cause?: NodeJS.ErrnoException };
      this.count(cause?.code ?? name);
    }
  }

  private count(outcome: string): void {
    this.refused.set(outcome, (this.refused.get(outcome) ?? 0) + 1);
  }
}

export class OrderLoad extends Load {
  /** @param username of a customer that is registered */
  constructor(test: Test, apiUrl: string, username: string, perSecond: number) {
    const body = { username, amount: 5.5, numItems: 2 };
    super(test, apiUrl, { path: '/orders', body, status: 201, idOf: ({ orderId }) => orderId }, perSecond);
  }
}

export class PurchaseLoad extends Load {
  constructor(test: Test, apiUrl: string, perSecond: number) {
    const idOf: Request['idOf'] = ({ productPurchaseId }) => productPurchaseId;
    super(test, apiUrl, { path: '/product-purchase', body: { Price: 9.5 }, status: 200, idOf }, perSecond);
  }
}

/** Of a system that has just come back. */
const RECOVERY_MS = 30_000;

/** Asks until it is answered 200. @throws Error with the last answer after 30 s */
async function answered(url: string): Promise<Response> {
  const deadline = Date.now() + RECOVERY_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 200) return answer;
    if (Date.now() > deadline) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
    await answer.text();
    await delay(100);
  }
}

/** The ids of a customer's orders, answered or not. */
export async function ordersOf(apiUrl: string, username: string): Promise<string[]> {
  const ids: string[] = [];
  let nextToken: string | undefined;
  do {
    const query = new URLSearchParams({ username, limit: '100', ...(nextToken !== undefined && { nextToken }) });
    const answer = await answered(`${apiUrl}/orders?${query.toString()}`);
    const page = (await answer.json()) as { data: { OrderId?: string }[]; nextToken?: string };
    ids.push(...page.data.flatMap(({ OrderId }) => OrderId ?? []));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return ids;
}

/** Resolves when the purchase can be read: it is stored a moment after it was answered. @throws Error after 30 s */
export async function purchaseStored(apiUrl: string, id: string): Promise<void> {
  await (await answered(`${apiUrl}/product-purchase/${id}`)).text();
}
