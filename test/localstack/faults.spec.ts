/** Throttles as LocalStack makes them up (DYNAMODB_ERROR_PROBABILITY): calls are tried again, and nothing is lost. */
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';

const url = process.env.LOCALSTACK_URL ?? '';
const api = process.env.API_URL ?? '';
const ORDERS = 40;
const PROBABILITY = 0.2;
const PATIENCE_MS = 60_000;

/** https://docs.localstack.cloud/references/configuration/; needs ENABLE_CONFIG_UPDATES=1. Whether it was taken. */
async function setProbability(value: number): Promise<boolean> {
  const body = JSON.stringify({ variable: 'DYNAMODB_ERROR_PROBABILITY', value });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${url}/_localstack/config`, { method: 'POST', body, headers });
  return status === 200;
}

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${api}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });

const mayFail = url !== '' && (await setProbability(0));

describeUnless(!mayFail && 'LOCALSTACK_URL takes no ENABLE_CONFIG_UPDATES', 'a LocalStack that throttles', () => {
  // What looks is throttled as well: four tries in a row fail once in 600 looks, so many as there are in a few runs.
  const tables = new DynamoDBClient({ maxAttempts: 12 });
  const username = `faults-${Date.now().toString(36)}`;

  before(async () => {
    expect((await post('/users', { username, name: 'F', email: `${username}@example.com` })).status).toBe(201);
    await setProbability(PROBABILITY);
  });

  after(async () => {
    await setProbability(0);
    tables.destroy();
  });

  it('loses no order that was taken, and answers the others 503', async (test) => {
    const placed: string[] = [];
    const refused: number[] = [];
    for (let n = 0; n < ORDERS; n++) {
      const answer = await post('/orders', { username, amount: 1, numItems: 1 });
      const { orderId = '' } = (await answer.json()) as { orderId?: string };
      if (answer.status === 201) placed.push(orderId);
      else refused.push(answer.status);
    }
    test.diagnostic(`${placed.length} placed, ${refused.length} refused`);
    expect(placed.length).toBeGreaterThan(ORDERS / 2);
    // While nothing goes through, every order is refused.
    await setProbability(1);
    const hopeless = await post('/orders', { username, amount: 1, numItems: 1 });
    await setProbability(PROBABILITY);
    expect([hopeless.headers.get('retry-after') !== null, ...new Set([...refused, hopeless.status])]).toEqual([
      true,
      503,
    ]);
    const deadline = Date.now() + PATIENCE_MS;
    for (const order of placed) {
      const key = { S: `IDEMPOTENCY#notifier#${order}.PLACED` };
      const isSent = async (): Promise<boolean> => {
        const read = new GetItemCommand({ TableName: 'tabletop-dev-data', Key: { PK: key, SK: key } });
        return (await tables.send(read)).Item?.State?.S === 'SENT';
      };
      while (!(await isSent())) {
        if (Date.now() > deadline) throw new Error(`order ${order} is not notified`);
        await delay(100);
      }
    }
  });
});
