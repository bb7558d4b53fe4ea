/** Throttles as LocalStack makes them up (DYNAMODB_ERROR_PROBABILITY): calls are tried again, and nothing is lost. */
import { after, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';

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

const journal = `${process.env.AWS_ENDPOINT_URL ?? ''}/_tabletop/journal`;
const journalNext = async (): Promise<string> =>
  (await fetch(journal, { method: 'HEAD' })).headers.get('x-journal-next') ?? '';
const journalSince = async (since: string): Promise<JournalEntry[]> =>
  (await (await fetch(`${journal}?since=${since}`)).text())
    .split('\n')
    .flatMap((line) => (line === '' ? [] : (JSON.parse(line) as JournalEntry)));

const mayFail = url !== '' && (await setProbability(0));

describeUnless(!mayFail && 'LOCALSTACK_URL takes no ENABLE_CONFIG_UPDATES', 'a LocalStack that throttles', () => {
  const username = `faults-${Date.now().toString(36)}`;

  before(async () => {
    expect((await post('/users', { username, name: 'F', email: `${username}@example.com` })).status).toBe(201);
    await setProbability(PROBABILITY);
  });

  after(() => setProbability(0));

  it('loses no order that was taken, and answers the others 503', async (test) => {
    const since = await journalNext();
    const placed: string[] = [];
    const refused: number[] = [];
    for (let n = 0; n < ORDERS; n++) {
      const answer = await post('/orders', { username, amount: 1, numItems: 1 });
      const { orderId = '' } = (await answer.json()) as { orderId?: string };
      if (answer.status === 201) placed.push(orderId);
      else refused.push(answer.status);
    }
    // The test says nothing where nothing was throttled; no call for these orders is refused for a condition.
    const throttled = (await journalSince(since)).filter(
      (entry) => entry.type === 'aws-call' && entry.service === 'dynamodb' && entry.status === 400,
    );
    test.diagnostic(`${throttled.length} calls throttled, ${placed.length} placed, ${refused.length} refused`);
    expect(throttled.length).toBeGreaterThan(0);
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
    // By the messages themselves: an event whose mark is throttled away is sent nevertheless, and not marked.
    for (const missing = new Set(placed); missing.size > 0; await delay(100)) {
      for (const entry of await journalSince(since))
        if (entry.type === 'message' && entry.service === 'sns')
          missing.delete((entry.attributes.eventId ?? '').replace(/\.PLACED$/, ''));
      if (Date.now() > deadline) throw new Error(`not notified: ${[...missing].join(', ')}`);
    }
  });
});
