/** How `docker compose stop` and `down` end what is under way. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf } from './containers.js';
import { Notified } from './notified.js';
import { OrderLoad, ordersOf, PurchaseLoad, purchaseStored } from './order-load.js';

const stack = stackUnderTest();

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${stack.apiUrl}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });

const created = async (path: string, body: object): Promise<Response> => {
  const answer = await post(path, body);
  expect([path, answer.status]).toEqual([path, 201]);
  return answer;
};

const GRACE_MS = 10_000;
/** Well under the grace, after which a stop is no longer one in order. */
const STOP_MS = 8_000;

describe('a stop', () => {
  for (const service of ['gateway', 'order-service'])
    it(`lets what is under way end: a stop of ${service} leaves no order that nobody was told of`, async (test) => {
      const username = `${service}-${Date.now().toString(36)}`;
      await created('/users', { username, name: 'Some One', email: `${username}@example.com` });
      const load = new OrderLoad(test, stack.apiUrl, username, 10);
      await until('no 20 orders are placed', () => Promise.resolve(load.placed.length >= 20), 30_000);
      const asked = performance.now();
      await stack.compose('stop', service);
      const took = performance.now() - asked;
      await load.stop();
      const [stopped] = await containersOf(stack, service);
      expect(stopped?.exitCode).toBe(0);
      expect(took).toBeLessThan(STOP_MS);
      await stack.recover();
      test.diagnostic(`${load.placed.length} placed, refused: ${JSON.stringify(Object.fromEntries(load.refused))}`);
      expect((await ordersOf(stack.apiUrl, username)).sort()).toEqual([...load.placed].sort());
    });

  it('ends every part in order under load, and what was answered is told and stored', async (test) => {
    const services = ['product-service', 'purchase-service', 'user-service', 'identity'];
    services.push('notifier', 'purchase-writer', 'pipes');
    const username = `ends-${Date.now().toString(36)}`;
    await created('/users', { username, name: 'Some One', email: `${username}@example.com` });
    const notified = new Notified(stack.awsUrl);
    const orders = new OrderLoad(test, stack.apiUrl, username, 10);
    const purchases = new PurchaseLoad(test, stack.apiUrl, 5);
    try {
      const isUnderWay = (): Promise<boolean> =>
        Promise.resolve(orders.placed.length >= 10 && purchases.placed.length >= 5);
      await until('no 10 orders and 5 purchases are placed', isUnderWay, 30_000);
      const took: Record<string, number> = {};
      const stop = async (service: string): Promise<void> => {
        const asked = performance.now();
        await stack.compose('stop', service);
        took[service] = Math.round(performance.now() - asked);
      };
      // Together, and the endpoint after those that need it, as Compose ends them.
      await Promise.all(services.map(stop));
      await stop('aws');
      await Promise.all([orders.stop(), purchases.stop()]);
      test.diagnostic(`${orders.placed.length} orders, ${purchases.placed.length} purchases; ${JSON.stringify(took)}`);
      for (const service of [...services, 'aws']) {
        for (const { exitCode } of await containersOf(stack, service))
          expect([service, exitCode]).toEqual([service, 0]);
        expect([service, took[service]! < GRACE_MS]).toEqual([service, true]);
      }
      await stack.recover();
      await notified.waitForAll(orders.placed, 60_000);
      for (const id of purchases.placed) await purchaseStored(stack.apiUrl, id);
    } finally {
      await notified.stop();
    }
  });
});
