import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  asCaller,
  expectProblem,
  IS_SLOW,
  newOrder,
  newUser,
  pagesOf,
  setStatus,
  unique,
  userFields,
  type Api,
  type Order,
  type Problem,
} from './stack.js';

let http: Api;

before(async () => {
  http = await asCaller(ADMIN);
});

interface Outcome {
  status: number;
  code: string | undefined;
}

/** Runs `total` calls, `width` at a time. */
async function race(total: number, width: number, call: (at: number) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < total) {
      next += 1;
      outcomes.push(await call(next));
    }
  };
  await Promise.all(Array.from({ length: width }, runner));
  return outcomes;
}

const register = async (fields: object): Promise<Outcome> => {
  const answer = await http.post('/users').send({ ...userFields('racer'), ...fields });
  return { status: answer.status, code: (answer.body as Partial<Problem>).code };
};

/** How often each outcome came. */
function tally(outcomes: Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of outcomes) {
    const key = code === undefined ? String(status) : `${status} ${code}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** More at a time would wait for longer than a call may take where tables are slow. */
const WIDTH = IS_SLOW ? 10 : 50;

describe(`1,000 registrations, ${WIDTH} at a time`, () => {
  it('of one username have exactly one winner', async () => {
    const username = unique('wanted');
    const outcomes = await race(1_000, WIDTH, () => register({ username }));
    expect(tally(outcomes)).toEqual({ 201: 1, '409 USERNAME_TAKEN': 999 });
    await http.get(`/users/${username}`).expect(200);
  });

  it('of one e-mail in different case have exactly one winner', async () => {
    const email = `${unique('Shared')}@Example.com`;
    const spell = (at: number): string =>
      [...email]
        .map((letter, index) => ((at >> (index % 10)) & 1 ? letter.toUpperCase() : letter.toLowerCase()))
        .join('');
    const outcomes = await race(1_000, WIDTH, (at) => register({ email: spell(at) }));
    expect(tally(outcomes)).toEqual({ 201: 1, '409 EMAIL_TAKEN': 999 });
  });
});

describe('updates of one order at once', () => {
  it('have one winner; the other is told the state', async () => {
    const { username } = await newUser();
    for (let round = 0; round < 10; round += 1) {
      const order = await newOrder(username);
      const answers = await Promise.all([setStatus(order, 'ACKNOWLEDGED'), setStatus(order, 'CANCELED')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const won = answers.find(({ status }) => status === 200)!.body as { data: { Status: string } };
      const lost = answers.find(({ status }) => status === 409)!.body as Problem;
      expect([lost.code, lost.detail]).toEqual(['ORDER_STATE', expect.stringContaining(won.data.Status)]);
    }
  });

  it('to the same status have one winner too', async () => {
    const { username } = await newUser();
    const order = await newOrder(username);
    const outcomes = await race(20, 20, async () => {
      const answer = await setStatus(order, 'ACKNOWLEDGED');
      return { status: answer.status, code: (answer.body as Partial<Problem>).code };
    });
    expect(tally(outcomes)).toEqual({ 200: 1, '409 ORDER_STATE': 19 });
  });
});

describe('an e-mail that two users move to at once', () => {
  it('is had by one', async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => newUser()));
    const { email } = userFields();
    const answers = await Promise.all(users.map(({ username }) => http.put(`/users/${username}`).send({ email })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('a user that is deleted while orders are placed', () => {
  it('has the orders that were answered 201 and no other; after the delete every order is a 404', async () => {
    const { username } = await newUser();
    const placed: string[] = [];
    let deleting: Promise<number> | undefined;
    const order = () => http.post('/orders').send({ username, amount: 1, numItems: 1 });
    const placeUntilRefused = async (): Promise<void> => {
      for (let at = 0; at < 100; at += 1) {
        const answer = await order();
        if (answer.status !== 201) {
          expectProblem(answer, 404, 'USER_NOT_FOUND');
          return;
        }
        placed.push((answer.body as { orderId: string }).orderId);
        if (placed.length === 10) deleting = http.delete(`/users/${username}`).then(({ status }) => status);
      }
      throw new Error(`orders of ${username} are still placed long after its delete was sent`);
    };
    await Promise.all(Array.from({ length: 4 }, placeUntilRefused));
    expect(await deleting).toBe(200);
    expectProblem(await order(), 404, 'USER_NOT_FOUND');
    const all = (await pagesOf<Order>('/orders', { limit: 100 })).flat();
    const stored = all.filter(({ PK }) => PK === `CUSTOMER#${username}`).map(({ OrderId }) => OrderId);
    expect(stored.sort()).toEqual(placed.sort());
  });
});
