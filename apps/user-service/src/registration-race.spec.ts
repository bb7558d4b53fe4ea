/** Who register at the same time, at once and step by step: one of them gets in, by the password of its own. */
import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type supertest from 'supertest';
import { codeOf } from '../../../test/fixtures/service.js';
import { startUsers, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers();
});
afterEach(() => users.heal());
after(() => users.stop());

describe('a registration', () => {
  it('that twenty send at once is one user’s, with the password of the one that was told so', async () => {
    const ada = users.person();
    const all = Array.from({ length: 20 }, (_, n) => ({
      ...ada,
      email: `${n}-${ada.email}`,
      password: `Secret-${n}-x`,
    }));
    const answers = await Promise.all(all.map((body) => users.register(body)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
    const winner = answers.findIndex((answer) => answer.status === 201);
    for (const [n, { password: secret }] of all.entries())
      expect([n, await users.status(ada, secret)]).toEqual([n, n === winner ? 200 : 401]);
  });
});

describe('two registrations of one name', () => {
  it('do not hurt each other, though the slower one disables its pool user when the other has finished', async () => {
    const [slow, quick] = [users.person(), { ...users.person(), password: 'Quick-1234' }];
    let quickOne: Promise<number> | undefined;
    users.pool.beforeCall = async (operation) => {
      if (operation !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = users.register({ ...quick, username: slow.username }).then((answer) => answer.status);
      await quickOne;
    };
    expect(codeOf(await users.register(slow))).toEqual([409, 'USERNAME_TAKEN']);
    users.pool.beforeCall = () => undefined;
    expect(await quickOne).toBe(201);
    expect([await users.status(slow), await users.status(slow, quick.password)]).toEqual([401, 200]);
  });

  const CALLS = ['CreateUser', 'DisableUser', 'UpdateUserAttributes', 'EnableUser', 'SetUserPassword'];
  for (const operation of CALLS.map((name) => `Admin${name}`))
    it(`and one person let in one, though the other’s ${operation} is late`, async () => {
      const ada = users.person();
      let quickOne: Promise<number> | undefined;
      users.pool.beforeCall = async (name) => {
        if (name !== operation || quickOne !== undefined) return;
        quickOne = users.register({ ...ada, password: 'Quick-1234' }).then((answer) => answer.status);
        await quickOne;
      };
      expect(codeOf(await users.register(ada))).toEqual([409, 'USERNAME_TAKEN']);
      users.pool.beforeCall = () => undefined;
      expect(await quickOne).toBe(201);
      expect([await users.status(ada), await users.status(ada, 'Quick-1234')]).toEqual([401, 200]);
    });

  it('and one person let in the one that the table names, though the other’s password is set meanwhile', async () => {
    const ada = users.person();
    const tookOver = Promise.withResolvers<void>();
    let quickOne: Promise<supertest.Response> | undefined;
    let deletes = 0;
    users.pool.beforeCall = async (name) => {
      if (name === 'AdminSetUserPassword' && quickOne === undefined) {
        quickOne = users.register({ ...ada, password: 'Quick-1234' }).then((answer) => answer);
        await tookOver.promise;
      }
      if (name !== 'AdminDeleteUser' || (deletes += 1) > 1) return;
      tookOver.resolve();
      await slowOne;
    };
    const slowOne = users.register(ada).then((answer) => answer);
    expect(codeOf(await slowOne)).toEqual([409, 'USERNAME_TAKEN']);
    expect((await quickOne)?.status).toBe(201);
    users.pool.beforeCall = () => undefined;
    expect([await users.status(ada), await users.status(ada, 'Quick-1234')]).toEqual([401, 200]);
  });
});
