/** What `docker compose down` keeps: it is made before one `down` and `up`, and looked at after them. */
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { HandMadePipe } from './hand-made-pipe.js';
import { Notified } from './notified.js';

const stack = stackUnderTest();
const PATIENCE_MS = 60_000;
const MINUTE_MS = 60_000;
const PASSWORD = 'Secret-123';
const username = `dora-${Date.now().toString(36)}`;
const ALARM = 'tabletop-dev-order-service-errors';

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${stack.apiUrl}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });

/** Places an order of the customer's; gives its id. */
async function placeOrder(): Promise<string> {
  const answer = await post('/orders', { username, amount: 7, numItems: 1 });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { orderId: string }).orderId;
}

/** Waits until the order is told of; gives all events that came meanwhile. */
async function toldOf(order: string): Promise<string[]> {
  const notified = new Notified(stack.awsUrl);
  try {
    await notified.waitForAll([order], PATIENCE_MS);
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

describe('docker compose down keeps', () => {
  const pipe = new HandMadePipe(stack.awsUrl, 'kept-notes');
  const alarms = new CloudWatchClient(localStackAccess(stack.awsUrl));
  let orderId: string;

  before(async () => {
    const dora = { username, name: 'Dora D', email: `${username}@example.com`, password: PASSWORD };
    expect((await post('/users/register', dora)).status).toBe(201);
    orderId = await placeOrder();
    await toldOf(orderId);
    await pipe.make();
    await pipe.put('before');
    await pipe.deliveredUntil('before');
    // When a minute ends each alarm is looked at, and goes into the state that its metrics lead to: not before the end.
    await until('the minute does not end', () => Promise.resolve(Date.now() % MINUTE_MS < 45_000), MINUTE_MS);
    await alarms.send(new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: 'ALARM', StateReason: 'a drill' }));
    await stack.compose('down');
    await stack.up();
  });

  after(async () => {
    await pipe.remove();
    alarms.destroy();
  });

  it('the states of alarms', async () => {
    const { MetricAlarms } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [ALARM] }));
    const changes = (await stack.journal()).filter((entry) => entry.type === 'alarm' && entry.alarm === ALARM);
    // It may have been looked at since: then it came from there.
    const [change] = changes;
    const { StateValue, StateReason } = MetricAlarms?.[0] ?? {};
    const found = change?.type === 'alarm' ? { from: change.from } : { StateValue, StateReason };
    expect(found).toEqual(change === undefined ? { StateValue: 'ALARM', StateReason: 'a drill' } : { from: 'ALARM' });
  });

  it('customers, orders and how far the pipes have come', async () => {
    expect((await fetch(`${stack.apiUrl}/orders/${orderId}`)).status).toBe(200);
    const next = await placeOrder();
    expect((await toldOf(next)).filter((eventId) => eventId.startsWith(orderId))).toEqual([]);
    // The notifier would swallow a repeat: that the pipe has not read the old record again shows what it did read.
    await until(`no record of order ${next}`, async () => (await recordsOf(next)).length > 0, 10_000);
    expect(await recordsOf(orderId)).toEqual([]);
  });

  it('who has registered, with the password', async () => {
    const login = (password: string): Promise<Response> => post('/users/login', { username, password });
    const answer = await login(PASSWORD);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ userId: username, token: expect.any(String) as unknown }),
    ]);
    expect((await login('Wrong-1234')).status).toBe(401);
  });

  it('a pipe made by hand: it waits for its queue, which is gone, and goes on after its checkpoint', async () => {
    const settledIn = async (state: string): Promise<string | undefined> => {
      let reason: string | undefined;
      await until(
        `the pipe is not ${state}`,
        async () => {
          const { CurrentState, StateReason } = await pipe.describe();
          reason = StateReason;
          return CurrentState === state;
        },
        PATIENCE_MS,
      );
      return reason;
    };
    expect(await settledIn('CREATE_FAILED')).toMatch(/there is no such queue/);
    await pipe.put('meanwhile');
    await pipe.makeQueue();
    expect(await settledIn('RUNNING')).toBeUndefined();
    const delivered = await pipe.deliveredUntil('meanwhile');
    expect(delivered.map(({ dynamodb }) => dynamodb.Keys.PK.S)).toEqual(['meanwhile']);
  });
});
