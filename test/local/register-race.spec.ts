/** Who is told of a registration can sign in, however many go for the same name, person and all, at the same time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { startTabletop } from '../fixtures/tabletop.js';

describe('registrations of one person with different passwords', () => {
  let stack: LocalStack;
  let made = 0;
  before(async () => {
    stack = await startTabletop();
  });
  after(() => stack.stop());

  const post = async (path: string, body: object): Promise<{ status: number; code: string | undefined }> => {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, code: ((await response.json()) as { code?: string }).code };
  };

  /** All begin at their time: each is told right, by the answer and by what its password is worth. */
  const race = async (...starts: number[]): Promise<void> => {
    made += 1;
    const person = { username: `racer${made}`, name: 'Some One', email: `racer${made}@example.com` };
    const all = starts.map((start, n) => ({ start, password: `Secret-${n}-x` }));
    const answers = await Promise.all(
      all.map(async ({ start, password }) => {
        await sleep(start);
        return post('/users/register', { ...person, password });
      }),
    );
    const told = answers.map(({ status, code = '' }) => `${status} ${code}`.trim());
    expect([starts, [...told].sort()]).toEqual([
      starts,
      ['201', ...Array<string>(starts.length - 1).fill('409 USERNAME_TAKEN')],
    ]);
    const logins: number[] = [];
    for (const { password } of all)
      logins.push((await post('/users/login', { username: person.username, password })).status);
    expect([starts, logins]).toEqual([starts, answers.map(({ status }) => (status === 201 ? 200 : 401))]);
  };

  it('two, the second up to 100 ms later, are one 201 whose password signs in, and one 409', async () => {
    for (let gap = 0; gap <= 100; gap += 4) await race(0, gap);
  });

  it('three, one after the other, are so too', async () => {
    for (let gap = 0; gap <= 50; gap += 5) await race(0, gap, 2 * gap);
  });

  it('eight at once are so too', async () => {
    for (let round = 0; round < 10; round += 1) await race(...Array<number>(8).fill(0));
  });
});
