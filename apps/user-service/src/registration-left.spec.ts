/** What a registration leaves behind or does too late: nobody gets in by it, nobody is kept out, and the next try ends it. */
import { setImmediate as turn } from 'node:timers/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { AdminGetUserCommand, type CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { poolClient } from '../../../test/fixtures/pool-client.js';
import { codeOf, fieldsIn, startService, type TestService } from '../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { startPool, type TestPool } from '../../../test/fixtures/user-pool.js';
import { UserModule } from './user.module.js';

let table: TestTable;
let pool: TestPool;
let service: TestService;
let open: TestService;
let client: CognitoIdentityProviderClient;
let made = 0;

before(async () => {
  [table, pool] = await Promise.all([startTable(), startPool()]);
  service = await startService(UserModule, table, { tokens: pool.tokens });
  open = await startService(UserModule, table);
  client = poolClient(pool.origin);
});
// One that fails does not fail the others.
afterEach(() => {
  Object.assign(pool, { beforeCall: () => undefined, refuse: () => undefined, isDown: false });
});
after(async () => {
  client.destroy();
  for (const part of [service, open, table, pool]) await part.stop();
});

const password = 'Secret-123';
const person = () => {
  made += 1;
  return { username: `late${made}`, name: 'Some One', email: `late${made}@example.com`, password };
};
type Registration = ReturnType<typeof person>;
const register = (body: object) => service.http.post('/users/register').send(body);
const login = (body: object) => service.http.post('/users/login').send(body);
const status = async ({ username }: Registration, secret = password): Promise<number> =>
  (await login({ username, password: secret })).status;

describe('a registration', () => {
  it('whose password the pool refuses as malformed is told so, and completed by the next try', async () => {
    const ada = person();
    pool.refuse = (name) => (name === 'AdminSetUserPassword' ? 'InvalidParameterException' : undefined);
    expect(fieldsIn(await register(ada).expect(422))).toEqual(['password']);
    pool.refuse = () => undefined;
    expect(await status(ada)).toBe(401);
    await register(ada).expect(201);
  });
});

describe('a pool user that a registration has left behind', () => {
  const customerOf = ({ username, name, email }: Registration, on = `of-${email}`) =>
    open.http.post('/users').send({ username, name, email: on }).expect(201);
  const leftOf = ({ username: Username }: Registration) =>
    client.send(new AdminGetUserCommand({ UserPoolId: pool.id, Username })).then(({ Enabled }) => Enabled, String);

  it('for an e-mail that another had first is gone, and the name’s customer is nobody’s to sign in as', async () => {
    const [ada, quick] = [person(), { ...person(), password: 'Quick-1234' }];
    let quickOne: Promise<number> | undefined;
    pool.beforeCall = async (name) => {
      if (name !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = register({ ...quick, email: ada.email }).then((answer) => answer.status);
      await quickOne;
    };
    expect(codeOf(await register(ada))).toEqual([409, 'EMAIL_TAKEN']);
    pool.beforeCall = () => undefined;
    expect(await quickOne).toBe(201);
    expect(await leftOf(ada)).toMatch(/^UserNotFoundException/);
    await customerOf(ada);
    for (const email of [ada.email, `of-${ada.email}`])
      expect(codeOf(await register({ ...ada, email }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await status(ada), await status(quick, 'Quick-1234')]).toEqual([401, 200]);
  });

  it('because the table was out of reach is nobody’s once an administrator has made the customer', async () => {
    const ada = person();
    table.proxy.fail('TransactWriteItems', 'throttled', 8);
    expect(codeOf(await register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    table.proxy.heal();
    expect(await leftOf(ada)).toBe(false);
    await customerOf(ada, ada.email);
    expect(codeOf(await register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    const { username: _none, ...unnamed } = ada;
    expect(codeOf(await register(unnamed))).toEqual([409, 'EMAIL_TAKEN']);
    expect([await status(ada), await leftOf(ada)]).toEqual([401, false]);
  });

  it('does not let in whose customer an administrator makes meanwhile', async () => {
    const ada = person();
    pool.beforeCall = async (name) => {
      if (name === 'AdminDisableUser') await customerOf(ada, ada.email);
    };
    expect(codeOf(await register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    pool.beforeCall = () => undefined;
    expect([await status(ada), await leftOf(ada)]).toEqual([401, expect.stringMatching(/^UserNotFound/)]);
  });
});

describe('an account that is finished', () => {
  it('is not shut out by a slower one that disables its own and is then cut off', async () => {
    const ada = person();
    let quickOne: Promise<number> | undefined;
    pool.beforeCall = async (name) => {
      if (name !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = register({ ...ada, password: 'Quick-1234' }).then((answer) => answer.status);
      await quickOne;
      pool.isDown = true;
    };
    expect(codeOf(await register(ada))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    pool.beforeCall = () => undefined;
    pool.isDown = false;
    expect(await quickOne).toBe(201);
    expect([await status(ada), await status(ada, 'Quick-1234')]).toEqual([401, 200]);
  });

  it('is not shut out by a call of its own that takes effect when nobody waits for it any longer', async () => {
    const ada = person();
    const finished = Promise.withResolvers<void>();
    let late: Promise<void> | undefined;
    pool.beforeCall = (name) => {
      if (name !== 'AdminDisableUser' || late !== undefined) return undefined;
      late = finished.promise;
      return late;
    };
    await register(ada).expect(201);
    const calls = pool.answered;
    finished.resolve();
    pool.beforeCall = () => undefined;
    while (pool.answered === calls) await turn();
    expect(await status(ada)).toBe(200);
  });
});

describe('a registration that names no name', () => {
  const nameless = () => {
    const { username: _none, ...unnamed } = person();
    return unnamed;
  };
  const byEmail = async ({ email }: { email: string }, secret = password): Promise<number> =>
    (await login({ email, password: secret })).status;
  const half = async (body: object, operation = 'AdminEnableUser'): Promise<void> => {
    pool.beforeCall = (name) => {
      if (name === operation) pool.isDown = true;
    };
    expect(codeOf(await register(body))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    pool.beforeCall = () => undefined;
    pool.isDown = false;
  };

  for (const operation of ['AdminCreateUser', 'AdminDisableUser', 'AdminUpdateUserAttributes', 'AdminEnableUser'])
    it(`and was cut after ${operation} is completed by the next try`, async () => {
      const ada = nameless();
      await half(ada, operation);
      expect(await byEmail(ada)).toBe(401);
      const { userId } = (await register({ ...ada, password: 'Other-1234' }).expect(201)).body as { userId: string };
      const answer = await login({ email: ada.email, password: 'Other-1234' }).expect(200);
      expect(answer.body).toMatchObject({ userId, name: ada.name });
      expect(await byEmail(ada)).toBe(401);
      expect(codeOf(await register(ada))).toEqual([409, 'EMAIL_TAKEN']);
    });

  it('completes only what is unfinished, and of the same name and e-mail', async () => {
    const [ada, named] = [nameless(), person()];
    await half(ada);
    for (const other of [{ name: 'Some Other' }, { email: ada.email.toUpperCase() }])
      expect(codeOf(await register({ ...ada, ...other }))).toEqual([409, 'EMAIL_TAKEN']);
    expect(await byEmail(ada)).toBe(401);
    await half(named);
    const { username, ...unnamed } = named;
    expect((await register(unnamed).expect(201)).body).toMatchObject({ userId: username });
  });

  it('has ended when its password is set, though the table was out of reach', async () => {
    const ada = nameless();
    pool.beforeCall = (name) => {
      if (name === 'AdminSetUserPassword') table.proxy.fail('TransactWriteItems', 'throttled', 8);
    };
    expect(codeOf(await register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    table.proxy.heal();
    pool.beforeCall = () => undefined;
    expect(codeOf(await register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'EMAIL_TAKEN']);
    expect([await byEmail(ada), await byEmail(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('and that many send at once is one user’s, with the password of the one that was told so', async () => {
    const ada = nameless();
    const all = Array.from({ length: 8 }, (_, n) => ({ ...ada, password: `Secret-${n}-x` }));
    const answers = await Promise.all(all.map((body) => register(body)));
    const told = answers.map((answer) => codeOf(answer).join(' ').trim());
    expect(told.filter((text) => text === '409 EMAIL_TAKEN')).toHaveLength(7);
    for (const [n, body] of all.entries())
      expect([n, await byEmail(body, body.password)]).toEqual([n, answers[n]?.status === 201 ? 200 : 401]);
  });

  it('reads no more than one that names a name, until its e-mail is taken', async () => {
    const ada = nameless();
    for (const reads of [['BatchGetItem'], ['BatchGetItem', 'GetItem', 'BatchGetItem']]) {
      const before = table.proxy.calls.length;
      await register(ada);
      const made = table.proxy.calls.slice(before).map(({ operation }) => operation);
      expect(made.filter((operation) => operation !== 'TransactWriteItems')).toEqual(reads);
    }
  });
});
