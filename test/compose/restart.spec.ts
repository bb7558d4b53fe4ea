/** What `docker compose down` keeps, and how it ends what is under way. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf } from './containers.js';
import { Notified } from './notified.js';
import { OrderLoad, ordersOf } from './order-load.js';

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

/** Well under the grace of 10 s, after which a stop is no longer one in order. */
const STOP_MS = 8_000;

/** Waits until the orders are told of; gives all events that came meanwhile. */
async function toldOf(orders: readonly string[]): Promise<string[]> {
  const notified = new Notified(stack.awsUrl);
  try {
    await notified.waitForAll(orders, 60_000);
    return [...notified.events.keys()];
  } finally {
    await notified.stop();
  }
}

/** The keys of an order's stream records that pipes have read since the system started. */
async function recordsOf(order: string): Promise<string[]> {
  return (
    (await stack.journal())
      .flatMap((entry) => (entry.type === 'stream-record' ? JSON.stringify(entry.keys) : []))
      // What the notifier notes of an order is written last, and may be read after a stop for the first time.
      .filter((keys) => keys.includes(`#ORDER#${order}`))
  );
}

describe('docker compose down', () => {
  it('keeps customers, orders and how far the pipes have come', async () => {
    await created('/users', { username: 'dora', name: 'Dora D', email: 'dora@example.com' });
    const placed = await created('/orders', { username: 'dora', amount: 7, numItems: 1 });
    const { orderId } = (await placed.json()) as { orderId: string };
    await toldOf([orderId]);
    await stack.compose('down');
    await stack.up();
    const found = await fetch(`${stack.apiUrl}/orders/${orderId}`);
    expect(found.status).toBe(200);
    const next = await created('/orders', { username: 'dora', amount: 8, numItems: 1 });
    const { orderId: nextId } = (await next.json()) as { orderId: string };
    expect((await toldOf([nextId])).filter((eventId) => eventId.startsWith(orderId))).toEqual([]);
    // The notifier would swallow a repeat: that the pipe has not read the old record again shows what it did read.
    await until(`no record of order ${nextId}`, async () => (await recordsOf(nextId)).length > 0, 10_000);
    expect(await recordsOf(orderId)).toEqual([]);
  });

  for (const service of ['gateway', 'order-service'])
    it(`lets what is under way end: a stop of ${service} leaves no order that nobody was told of`, async (test) => {
      const username = `${service}-user`;
      await created('/users', { username, name: 'Some One', email: `${username}@example.com` });
      const load = new OrderLoad(stack.apiUrl, username, 10);
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

  it('ends every part in order', async () => {
    const services = ['notifier', 'purchase-writer', 'pipes', 'user-service', 'identity', 'aws'];
    await stack.compose('stop', ...services);
    for (const service of services)
      for (const { exitCode } of await containersOf(stack, service)) expect([service, exitCode]).toEqual([service, 0]);
    await stack.recover();
  });
});
