/** Each container is killed in turn while orders are placed: nothing that was answered 201 is lost. */
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { CREDENTIALS, REGION } from '../../localstack/src/account.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, killHard, untilBack } from './containers.js';
import { Notified } from './notified.js';
import { OrderLoad } from './order-load.js';

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
/** What one kill can leave in flight, and so be told twice: a batch of the pipe. */
const BATCH = 10;
const RECOVERY_MS = 60_000;

const stack = stackUnderTest();
const mayKill = process.getuid?.() === 0;

describe('kill -9 of each container in turn', { skip: mayKill ? false : 'needs root to kill' }, () => {
  let notified: Notified;

  before(async () => {
    const user = { username: 'ada', name: 'Ada L', email: 'ada@example.com' };
    const answer = await fetch(`${stack.apiUrl}/users`, {
      ...{ method: 'POST', body: JSON.stringify(user), headers: { 'content-type': 'application/json' } },
    });
    expect(answer.status).toBe(201);
    notified = new Notified(stack.awsUrl);
  });

  after(() => notified.stop());

  for (const part of PARTS)
    it(`loses no order when ${part} is killed`, async (test) => {
      const before = notified.repeats;
      const load = new OrderLoad(stack.apiUrl, 'ada', PER_SECOND);
      await delay(500);
      const [container] = await containersOf(stack, part);
      killHard(container!);
      await untilBack(container!);
      await delay(500);
      await load.stop();
      await notified.waitForAll(load.placed, RECOVERY_MS);
      const repeats = notified.repeats - before;
      test.diagnostic(
        `${load.placed.length} orders placed, ${JSON.stringify(Object.fromEntries(load.refused))} refused, ${repeats} told twice`,
      );
      expect(load.placed.length).toBeGreaterThan(0);
      expect(repeats).toBeLessThanOrEqual(BATCH);
    });

  it('loses no order when LocalStack is killed, but for the messages in its queues', async (test) => {
    const load = new OrderLoad(stack.apiUrl, 'ada', PER_SECOND);
    await delay(500);
    const [container] = await containersOf(stack, 'localstack');
    killHard(container!);
    await untilBack(container!);
    // The first order after it shows that everything is there again.
    const early = load.placed.length;
    const deadline = Date.now() + RECOVERY_MS;
    while (load.placed.length === early && Date.now() < deadline) await delay(100);
    await load.stop();
    expect(load.placed.length).toBeGreaterThan(early);
    const tables = new DynamoDBClient({ endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS });
    const isSent = async (order: string): Promise<boolean> => {
      const key = { S: `IDEMPOTENCY#notifier#${order}.PLACED` };
      const { Item } = await tables.send(
        new GetItemCommand({ TableName: 'tabletop-dev-data', Key: { PK: key, SK: key } }),
      );
      return Item?.State?.S === 'SENT';
    };
    for (const order of load.placed) {
      while (!(await isSent(order))) {
        if (Date.now() > deadline) throw new Error(`order ${order} is not notified`);
        await delay(100);
      }
    }
    tables.destroy();
    test.diagnostic(
      `${load.placed.length} orders placed (${early} before the kill), ${JSON.stringify(Object.fromEntries(load.refused))} refused`,
    );
  });
});
