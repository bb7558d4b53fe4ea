/** Orders at a steady rate against a running system, and what becomes of each. */
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

export class OrderLoad {
  /** Ids of the orders that were answered 201. */
  readonly placed: string[] = [];
  /** How often each other outcome was seen. */
  readonly refused = new Map<string, number>();
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private readonly under = new Set<Promise<void>>();

  /** Begins at once. @param username of a customer that is registered */
  constructor(
    private readonly apiUrl: string,
    private readonly username: string,
    perSecond: number,
  ) {
    this.running = this.run(1000 / perSecond);
  }

  /** Resolves when every order is answered. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all(this.under);
  }

  private async run(everyMs: number): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const order: Promise<void> = this.place().finally(() => this.under.delete(order));
      this.under.add(order);
      await delay(everyMs);
    }
  }

  private async place(): Promise<void> {
    const body = JSON.stringify({ username: this.username, amount: 5.5, numItems: 2 });
    try {
      const answer = await fetch(`${this.apiUrl}/orders`, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json' } },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { orderId = '' } = (await answer.json()) as { orderId?: string };
      if (answer.status === 201) this.placed.push(orderId);
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
