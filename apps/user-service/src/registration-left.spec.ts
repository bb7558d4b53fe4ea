/** What a registration leaves behind or does too late: nobody gets in by it, nobody is kept out, and the next try ends it. */
import { setImmediate as turn } from 'node:timers/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { AdminGetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';
import { password, startUsers, type Registration, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers();
});
afterEach(() => users.heal());
after(() => users.stop());

describe('a registration', () => {
  it('whose password the pool refuses as malformed is told so, and completed by the next try', async () => {
    const ada = users.person();
    users.pool.refuse = (name) => (name === 'AdminSetUserPassword' ? 'InvalidParameterException' : undefined);
    expect(fieldsIn(await users.register(ada).expect(422))).toEqual(['password']);
    users.pool.refuse = () => undefined;
    expect(await users.status(ada)).toBe(401);
    await users.register(ada).expect(201);
  });
});

describe('a pool user that a registration has left behind', () => {
  const customerOf = ({ username, name, email }: Registration, on = `of-${email}`) =>
    users.open.http.post('/users').send({ username, name, email: on }).expect(201);
  const leftOf = ({ username: Username }: Registration) =>
    users.client
      .send(new AdminGetUserCommand({ UserPoolId: users.pool.id, Username }))
      .then(({ Enabled }) => Enabled, String);

  it('for an e-mail that another had first is gone, and the name’s customer is nobody’s to sign in as', async () => {
    const [ada, quick] = [users.person(), { ...users.person(), password: 'Quick-1234' }];
    let quickOne: Promise<number> | undefined;
    users.pool.beforeCall = async (name) => {
      if (name !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = users.register({ ...quick, email: ada.email }).then((answer) => answer.status);
      await quickOne;
    };
    expect(codeOf(await users.register(ada))).toEqual([409, 'EMAIL_TAKEN']);
    users.pool.beforeCall = () => undefined;
    expect(await quickOne).toBe(201);
    expect(await leftOf(ada)).toMatch(/^UserNotFoundException/);
    await customerOf(ada);
    for (const email of [ada.email, `of-${ada.email}`])
      expect(codeOf(await users.register({ ...ada, email }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await users.status(ada), await users.status(quick, 'Quick-1234')]).toEqual([401, 200]);
  });

  it('because the table was out of reach is nobody’s once an administrator has made the customer', async () => {
    const ada = users.person();
    users.table.proxy.fail('TransactWriteItems', 'throttled', 8);
    expect(codeOf(await users.register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    users.table.proxy.heal();
    expect(await leftOf(ada)).toBe(false);
    await customerOf(ada, ada.email);
    expect(codeOf(await users.register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    const { username: _none, ...unnamed } = ada;
    expect(codeOf(await users.register(unnamed))).toEqual([409, 'EMAIL_TAKEN']);
    expect([await users.status(ada), await leftOf(ada)]).toEqual([401, false]);
  });

  it('does not let in whose customer an administrator makes meanwhile', async () => {
    const ada = users.person();
    users.pool.beforeCall = async (name) => {
      if (name === 'AdminDisableUser') await customerOf(ada, ada.email);
    };
    expect(codeOf(await users.register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    users.pool.beforeCall = () => undefined;
    expect([await users.status(ada), await leftOf(ada)]).toEqual([401, expect.stringMatching(/^UserNotFound/)]);
  });
});

describe('an account that is finished', () => {
  it('is not shut out by a slower one that disables its own and is then cut off', async () => {
    const ada = users.person();
    let quickOne: Promise<number> | undefined;
    users.pool.beforeCall = async (name) => {
      if (name !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = users.register({ ...ada, password: 'Quick-1234' }).then((answer) => answer.status);
      await quickOne;
      users.pool.isDown = true;
    };
    expect(codeOf(await users.register(ada))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    users.pool.beforeCall = () => undefined;
    users.pool.isDown = false;
    expect(await quickOne).toBe(201);
    expect([await users.status(ada), await users.status(ada, 'Quick-1234')]).toEqual([401, 200]);
  });

  it('is not shut out by a call of its own that takes effect when nobody waits for it any longer', async () => {
    const ada = users.person();
    const finished = Promise.withResolvers<void>();
    let late: Promise<void> | undefined;
    users.pool.beforeCall = (name) => {
      if (name !== 'AdminDisableUser' || late !== undefined) return undefined;
      late = finished.promise;
      return late;
    };
    await users.register(ada).expect(201);
    const calls = users.pool.answered;
    finished.resolve();
    users.pool.beforeCall = () => undefined;
    while (users.pool.answered === calls) await turn();
    expect(await users.status(ada)).toBe(200);
  });
});

describe('a registration that names no name', () => {
  const nameless = () => {
    const { username: _none, ...unnamed } = users.person();
    return unnamed;
  };
  const byEmail = async ({ email }: { email: string }, secret = password): Promise<number> =>
    (await users.login({ email, password: secret })).status;
  const half = async (body: object, operation = 'AdminEnableUser'): Promise<void> => {
    expect(codeOf(await users.cutAt(body, operation))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
  };

  for (const operation of ['AdminCreateUser', 'AdminDisableUser', 'AdminUpdateUserAttributes', 'AdminEnableUser'])
    it(`and was cut after ${operation} is completed by the next try`, async () => {
      const ada = nameless();
      await half(ada, operation);
      expect(await byEmail(ada)).toBe(401);
      const { userId } = (await users.register({ ...ada, password: 'Other-1234' }).expect(201)).body as {
        userId: string;
      };
      const answer = await users.login({ email: ada.email, password: 'Other-1234' }).expect(200);
      expect(answer.body).toMatchObject({ userId, name: ada.name });
      expect(await byEmail(ada)).toBe(401);
      expect(codeOf(await users.register(ada))).toEqual([409, 'EMAIL_TAKEN']);
    });

  it('completes only what is unfinished, and of the same name and e-mail', async () => {
    const [ada, named] = [nameless(), users.person()];
    await half(ada);
    for (const other of [{ name: 'Some Other' }, { email: ada.email.toUpperCase() }])
      expect(codeOf(await users.register({ ...ada, ...other }))).toEqual([409, 'EMAIL_TAKEN']);
    expect(await byEmail(ada)).toBe(401);
    await half(named);
    const { username, ...unnamed } = named;
    expect((await users.register(unnamed).expect(201)).body).toMatchObject({ userId: username });
  });

  it('has ended when its password is set, though the table was out of reach', async () => {
    const ada = nameless();
    users.pool.beforeCall = (name) => {
      if (name === 'AdminSetUserPassword') users.table.proxy.fail('TransactWriteItems', 'throttled', 8);
    };
    expect(codeOf(await users.register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    users.table.proxy.heal();
    users.pool.beforeCall = () => undefined;
    expect(codeOf(await users.register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'EMAIL_TAKEN']);
    expect([await byEmail(ada), await byEmail(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('and that many send at once is one user’s, with the password of the one that was told so', async () => {
    const ada = nameless();
    const all = Array.from({ length: 8 }, (_, n) => ({ ...ada, password: `Secret-${n}-x` }));
    const answers = await Promise.all(all.map((body) => users.register(body)));
    const told = answers.map((answer) => codeOf(answer).join(' ').trim());
    expect(told.filter((text) => text === '409 EMAIL_TAKEN')).toHaveLength(7);
    for (const [n, body] of all.entries())
      expect([n, await byEmail(body, body.password)]).toEqual([n, answers[n]?.status === 201 ? 200 : 401]);
  });

  it('reads no more than one that names a name, until its e-mail is taken', async () => {
    const ada = nameless();
    for (const reads of [['BatchGetItem'], ['BatchGetItem', 'GetItem', 'BatchGetItem']]) {
      const before = users.table.proxy.calls.length;
      await users.register(ada);
      const made = users.table.proxy.calls.slice(before).map(({ operation }) => operation);
      expect(made.filter((operation) => operation !== 'TransactWriteItems')).toEqual(reads);
    }
  });
});
