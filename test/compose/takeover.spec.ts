/** Several runners of pipes share a volume: one works, another takes over, and none moves a checkpoint back. */
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, freeze, killHard, thaw, untilBack } from './containers.js';
import { deliveriesIn, repeatedIn, type Delivery } from './deliveries.js';
import { Notified } from './notified.js';
import { OrderLoad } from './order-load.js';
import { movedBack, Runners } from './runners.js';

const stack = stackUnderTest();
const runners = new Runners(stack);
const TAKEOVER_MS = 10_000;
const ALL_TOLD_MS = 60_000;
/** What was in flight: a batch of the pipe. */
const BATCH = 10;
const LOOK_MS = 100;
/** The end of a delivery is in the journal sooner. */
const HELD_UP_MS = 2_000;

/** What was delivered since the journal's entry `since`. */
const deliveries = async (since: number): Promise<Delivery[]> => deliveriesIn(await stack.journal(since));

/** The number of the journal's next entry. */
const nextEntry = async (): Promise<number> => ((await stack.journal()).at(-1)?.seq ?? -1) + 1;

/** Looks at what is delivered until some of it is as meant: not all the time, as the system has to work beside it. */
async function untilDelivered(since: number, isAsMeant: (delivery: Delivery) => boolean): Promise<void> {
  const deadline = Date.now() + ALL_TOLD_MS;
  while (!(await deliveries(since)).some(isAsMeant)) {
    if (Date.now() > deadline) throw new Error(`no such delivery after ${ALL_TOLD_MS} ms`);
    await delay(LOOK_MS);
  }
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
    await runners.holder(ALL_TOLD_MS);
    const roles = async (): Promise<string> => {
      const healths = await Promise.all((await containersOf(stack, 'pipes')).map((each) => runners.healthOf(each)));
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
    for (const container of containers) expect(await runners.pipesOf(container)).toMatch(/tabletop-dev-order-events/);
  });

  it('change hands within 10 s when the first is killed, and no order is lost or told twice but what was in flight', async (test) => {
    const first = await runners.holder(ALL_TOLD_MS);
    const since = await nextEntry();
    const load = new OrderLoad(test, stack.apiUrl, 'tess', 20);
    await untilDelivered(since, () => true);
    const killed = Date.now();
    killHard(first.container);
    const second = await runners.holder(ALL_TOLD_MS, first.container);
    const took = (await runners.begunAt(second.fence)) - killed;
    await load.stop();
    await notified.waitForAll(load.placed, ALL_TOLD_MS);
    await untilBack(first.container);
    const repeated = repeatedIn(await deliveries(since));
    test.diagnostic(
      `taken over in ${Math.round(took)} ms; ${load.placed.length} orders, ${repeated.length} delivered and ${notified.repeats} told twice`,
    );
    expect(took).toBeLessThan(TAKEOVER_MS);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(repeated.length).toBeLessThanOrEqual(BATCH);
    expect(notified.repeats).toBeLessThanOrEqual(BATCH);
  });

  it('change hands when the first is paused with a batch on its way; back again, it may do nothing', async (test) => {
    const first = await runners.holder(ALL_TOLD_MS);
    const [notifier] = await containersOf(stack, 'notifier');
    const since = await nextEntry();
    const before = notified.repeats;
    const load = new OrderLoad(test, stack.apiUrl, 'tess', 20);
    try {
      // From here on what it delivers has begun after that entry.
      await untilDelivered(since, ({ outcome }) => outcome === 'succeeded');
      // The answer to its last delivery comes while it stands still: the checkpoint that it has to store then is old.
      await freeze(notifier!);
      await untilDelivered(
        since,
        ({ outcome, startedAt }) => outcome === 'open' && Date.now() - startedAt > HELD_UP_MS,
      );
      await freeze(first.container);
      await thaw(notifier!);
      const second = await runners.holder(ALL_TOLD_MS, first.container);
      expect(second.fence).toBeGreaterThan(first.fence);
      await load.stop();
      await notified.waitForAll(load.placed, ALL_TOLD_MS);
      const reached = await runners.checkpoint(second.container);
      const thawed = Date.now();
      await thaw(first.container);
      await runners.untilStandsBy(first.container, ALL_TOLD_MS);
      expect(movedBack(reached, await runners.checkpoint(second.container))).toEqual([]);
      const delivered = await deliveries(since);
      const late = delivered.filter(({ startedAt }) => startedAt >= thawed);
      expect(late.filter(({ outcome }) => outcome === 'succeeded')).toEqual([]);
      const repeated = repeatedIn(delivered.filter(({ startedAt }) => startedAt < thawed));
      const told = notified.repeats - before;
      test.diagnostic(`${load.placed.length} orders, ${repeated.length} delivered and ${told} told twice`);
      // What was on its way was delivered by both.
      expect(repeated.length).toBeGreaterThan(0);
      expect(repeated.length).toBeLessThanOrEqual(BATCH);
      expect(told).toBeLessThanOrEqual(BATCH);
    } finally {
      // Of a case that failed: they run already otherwise.
      await Promise.allSettled([thaw(notifier!), thaw(first.container)]);
    }
  });
});
