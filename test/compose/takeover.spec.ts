/** Several runners of pipes share a volume: one works, another takes over, and none moves a checkpoint back. */
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, freeze, killHard, thaw, untilBack, type Container } from './containers.js';
import { Notified } from './notified.js';
import { OrderLoad } from './order-load.js';

const stack = stackUnderTest();
const TAKEOVER_MS = 10_000;
const ALL_TOLD_MS = 60_000;

/** What a runner says of itself. */
interface Health {
  readonly status: string;
  readonly fence?: number;
  readonly standsBy?: string;
}

const healthOf = async (container: Container): Promise<Health> => JSON.parse(await get(container, '/health')) as Health;

/** What ListPipes answers there. */
const pipesOf = (container: Container): Promise<string> => get(container, '/v1/pipes');

/** Asks the runner from inside its container. */
function get({ name }: Container, path: string): Promise<string> {
  const program = `fetch('http://127.0.0.1:8080${path}').then(async (r) => console.log(await r.text()))`;
  return stack.compose('exec', '-T', '--index', name.split('-').at(-1) ?? '1', 'pipes', 'node', '-e', program);
}

/** The runner that holds the lease and has its pipes running. @throws Error after `timeoutMs` */
async function holder(timeoutMs: number, other?: Container): Promise<{ container: Container; fence: number }> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    for (const container of await containersOf(stack, 'pipes')) {
      if (container.id === other?.id || container.pid === 0) continue;
      // One that begins or ends answers nothing yet.
      const { fence, status } = await healthOf(container).catch((): Partial<Health> => ({}));
      if (fence !== undefined && status === 'ready') return { container, fence };
    }
    if (Date.now() > deadline) throw new Error(`no runner holds the lease after ${timeoutMs} ms`);
    await delay(100);
  }
}

/** When the work under a lease began, in epoch milliseconds, as the runner itself has told: to ask it takes a while. */
async function begunAt(fence: number): Promise<number> {
  const lines = (await stack.compose('logs', '--no-color', '--no-log-prefix', 'pipes')).split('\n');
  const line = lines.find((each) => each.includes(`holds the lease ${fence} `)) ?? '';
  return Date.parse((JSON.parse(line.slice(line.indexOf('{'))) as { timestamp: string }).timestamp);
}

const mayKill = process.getuid?.() === 0;

describeUnless(mayKill ? false : 'needs root to kill', 'two runners of pipes', () => {
  let notified: Notified;

  before(async () => {
    await stack.recover('--scale', 'pipes=2', '--no-recreate');
    const user = { username: 'tess', name: 'Tess T', email: 'tess@example.com' };
    await fetch(`${stack.apiUrl}/users`, {
      ...{ method: 'POST', body: JSON.stringify(user), headers: { 'content-type': 'application/json' } },
    });
    notified = new Notified(stack.awsUrl);
  });

  after(async () => {
    await notified.stop();
    await stack.recover('--scale', 'pipes=1', '--no-recreate');
  });

  it('are one that works and one that stands by, and both answer for the pipes', async () => {
    await holder(ALL_TOLD_MS);
    const roles = async (): Promise<string> => {
      const healths = await Promise.all((await containersOf(stack, 'pipes')).map(healthOf));
      return healths
        .map(({ fence, standsBy }) => (fence !== undefined ? 'works' : standsBy !== undefined ? 'stands by' : 'waits'))
        .join();
    };
    await until(
      'there are not one that works and one that stands by',
      async () => ['works,stands by', 'stands by,works'].includes(await roles().catch(String)),
      ALL_TOLD_MS,
    );
    const containers = await containersOf(stack, 'pipes');
    for (const container of containers) expect(await pipesOf(container)).toMatch(/tabletop-dev-order-events/);
  });

  it('change hands within 10 s when the first is killed, and no order is lost or told twice but what was in flight', async (test) => {
    const first = await holder(ALL_TOLD_MS);
    const load = new OrderLoad(stack.apiUrl, 'tess', 20);
    await delay(500);
    const killed = Date.now();
    killHard(first.container);
    const second = await holder(ALL_TOLD_MS, first.container);
    const took = (await begunAt(second.fence)) - killed;
    await load.stop();
    await notified.waitForAll(load.placed, ALL_TOLD_MS);
    await untilBack(first.container);
    test.diagnostic(
      `taken over in ${Math.round(took)} ms; ${load.placed.length} orders, ${notified.repeats} told twice`,
    );
    expect(took).toBeLessThan(TAKEOVER_MS);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(notified.repeats).toBeLessThanOrEqual(10);
  });

  it('change hands when the first is paused; back again, it finds that it may do nothing', async (test) => {
    const first = await holder(ALL_TOLD_MS);
    const before = notified.repeats;
    const load = new OrderLoad(stack.apiUrl, 'tess', 20);
    await delay(500);
    await freeze(first.container);
    try {
      const second = await holder(ALL_TOLD_MS, first.container);
      expect(second.fence).toBeGreaterThan(first.fence);
    } finally {
      await thaw(first.container);
    }
    await load.stop();
    await notified.waitForAll(load.placed, ALL_TOLD_MS);
    // It learns of its loss when it looks at the lease next.
    await until(
      'the first does not stand by',
      async () => {
        const { standsBy, fence } = await healthOf(first.container).catch((): Partial<Health> => ({}));
        return standsBy !== undefined && fence === undefined;
      },
      ALL_TOLD_MS,
    );
    test.diagnostic(`${load.placed.length} orders, ${notified.repeats - before} told twice`);
    expect(notified.repeats - before).toBeLessThanOrEqual(10);
  });
});
