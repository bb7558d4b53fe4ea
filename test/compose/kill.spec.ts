/** Each container is killed in turn while orders are placed: nothing that was answered 201 is lost. */
import { after, before, it, type TestContext } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { until } from '../../localstack/src/child-process.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, killHard, processIn, untilBack } from './containers.js';
import { Notified, publishedIn } from './notified.js';
import { OrderLoad, ordersOf } from './order-load.js';

/** LocalStack comes last: it takes the queues with it that tell of the others. */
const PARTS = [
  'gateway',
  'order-service',
  'user-service',
  'product-service',
  'purchase-service',
  'purchase-writer',
  'notifier',
  'pipes',
  'identity',
  'aws',
];
const PER_SECOND = 20;
/** Orders answered before the kill. */
const EARLY = 5;
/** What one kill can leave in flight, and so be told twice: a batch of the pipe. */
const BATCH = 10;
/** From when the container is back until a new order is placed and every one is told. */
const RECOVERY_MS = 60_000;

const stack = stackUnderTest();
const mayKill = process.getuid?.() === 0;

describeUnless(mayKill ? false : 'needs root to kill', 'kill -9 of each container in turn', () => {
  let notified: Notified;

  /** Orders of a customer who has no others. */
  const loadFor = async (test: TestContext, part: string): Promise<{ username: string; load: OrderLoad }> => {
    const username = `${part}-killed-${Date.now().toString(36)}`;
    const user = { username, name: 'Ada L', email: `${username}@example.com` };
    const answer = await fetch(`${stack.apiUrl}/users`, {
      ...{ method: 'POST', body: JSON.stringify(user), headers: { 'content-type': 'application/json' } },
    });
    expect(answer.status).toBe(201);
    return { username, load: new OrderLoad(test, stack.apiUrl, username, PER_SECOND) };
  };

  /** Until orders are answered: the next ones are on their way. */
  const untilUnderWay = (load: OrderLoad): Promise<unknown> =>
    until('no order is answered', () => Promise.resolve(load.placed.length >= EARLY), RECOVERY_MS);

  before(async () => {
    notified = new Notified(stack.awsUrl);
    await notified.untilEmpty(RECOVERY_MS);
  });

  after(() => notified.stop());

  for (const part of PARTS)
    it(`loses no order when ${part} is killed`, async (test) => {
      const before = notified.repeats;
      const { username, load } = await loadFor(test, part);
      await untilUnderWay(load);
      const [container] = await containersOf(stack, part);
      const early = load.placed.length;
      killHard(container!);
      await untilBack(container!);
      const deadline = Date.now() + RECOVERY_MS;
      const back = load.placed.length;
      await until(
        `no order placed since ${part} is back`,
        () => Promise.resolve(load.placed.length > back),
        deadline - Date.now(),
      );
      await load.stop();
      // Also those whose answer got lost.
      const orders = await ordersOf(stack.apiUrl, username);
      expect(load.placed.filter((order) => !orders.includes(order))).toEqual([]);
      await notified.waitForAll(orders, deadline - Date.now());
      const repeats = notified.repeats - before;
      test.diagnostic(
        `${load.placed.length} orders placed (${early} before the kill, ${load.placed.length - back} since it is back), ${JSON.stringify(Object.fromEntries(load.refused))} refused, ${load.perSecond.toFixed(1)} tried in a second, ${repeats} told twice`,
      );
      expect(repeats).toBeLessThanOrEqual(BATCH);
      // Orders of an earlier case whose answer nobody waited for may be told of only now.
      expect(notified.about(username).sort()).toEqual(orders.map((order) => `${order}.PLACED`).sort());
    });

  it('loses no order when localstack is killed', async (test) => {
    const { username, load } = await loadFor(test, 'localstack');
    await untilUnderWay(load);
    const [container] = await containersOf(stack, 'localstack');
    const early = load.placed.length;
    killHard(container!);
    await untilBack(container!);
    const deadline = Date.now() + RECOVERY_MS;
    // The first order after it shows that everything is there again.
    const back = load.placed.length;
    await until(
      'no order placed since localstack is back',
      () => Promise.resolve(load.placed.length > back),
      deadline - Date.now(),
    );
    await load.stop();
    // Also those whose answer got lost.
    const orders = await ordersOf(stack.apiUrl, username);
    expect(load.placed.filter((order) => !orders.includes(order))).toEqual([]);
    // The queue that the other cases read has lost what was in it, and the notifier's mark may fail to be written after the
    // message is out: what SNS has accepted is in the journal.
    const events = new Set(orders.map((order) => `${order}.PLACED`));
    const told = async (): Promise<string[]> => publishedIn(await stack.journal()).filter((event) => events.has(event));
    await until(
      'an order is not notified',
      async () => new Set(await told()).size === events.size,
      deadline - Date.now(),
    );
    // The stream is read in order: what was in flight was told again before the order that was placed last.
    const repeats = (await told()).length - events.size;
    test.diagnostic(
      `${load.placed.length} orders placed (${early} before the kill), ${JSON.stringify(Object.fromEntries(load.refused))} refused, ${load.perSecond.toFixed(1)} tried in a second, ${repeats} told twice`,
    );
    expect(repeats).toBeLessThanOrEqual(BATCH);
  });

  it('starts LocalStack anew when only its own process is ended, as for lack of memory', async (test) => {
    const { load } = await loadFor(test, 'localstack-process');
    const [container] = await containersOf(stack, 'localstack');
    killHard(await processIn(container!, 'localstack.runtime.main'));
    await untilBack(container!);
    const back = load.placed.length;
    await until('no order placed since it is back', () => Promise.resolve(load.placed.length > back), RECOVERY_MS);
    await load.stop();
  });
});
