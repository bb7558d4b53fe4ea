/** Registering to sign in: what a crash at any step leaves, and who may complete it. */
import { after, before, describe, it } from 'node:test';
import {
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import type supertest from 'supertest';
import { addPoolUser, poolClient } from '../../../test/fixtures/pool-client.js';
import { codeOf, fieldsIn, startService, type TestService } from '../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { startPool, type TestPool } from '../../../test/fixtures/user-pool.js';
import { UserModule } from './user.module.js';

let table: TestTable;
let pool: TestPool;
let open: TestService;
let service: TestService;
let client: CognitoIdentityProviderClient;
let made = 0;

before(async () => {
  table = await startTable();
  pool = await startPool();
  open = await startService(UserModule, table);
  service = await startService(UserModule, table, { tokens: pool.tokens });
  client = poolClient(pool.origin);
});
after(async () => {
  client.destroy();
  await Promise.all([open.stop(), service.stop()]);
  await Promise.all([table.stop(), pool.stop()]);
});
const password = 'Secret-123';
const person = () => {
  made += 1;
  return { username: `person${made}`, name: 'Some One', email: `person${made}@example.com`, password };
};
type Registration = ReturnType<typeof person>;
const register = (body: object, on = service) => on.http.post('/users/register').send(body);
const login = (body: object, on = service) => on.http.post('/users/login').send(body);
const status = async ({ username }: Registration, secret = password): Promise<number> =>
  (await login({ username, password: secret })).status;
const tokenOf = async (body: object): Promise<string> =>
  ((await login(body).expect(200)).body as { token: string }).token;

describe('a registration', () => {
  it('lets in whom it made, by name and by e-mail in any case', async () => {
    const ada = person();
    const answer = await register(ada).expect(201);
    expect(answer.body).toEqual({ userId: ada.username, message: 'User registered successfully' });
    for (const by of [{ username: ada.username }, { email: ada.email.toUpperCase() }]) {
      const body = (await login({ ...by, password }).expect(200)).body as { token: string };
      expect(body).toEqual({
        userId: ada.username,
        name: ada.name,
        token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        refreshToken: expect.any(String) as unknown,
        expiresIn: 3600,
      });
      const { token } = body;
      await service.http.get(`/users/${ada.username}`).set('authorization', `Bearer ${token}`).expect(200);
    }
  });

  it('needs a password where people sign in, and one that is not too simple', async () => {
    const { password: _none, ...without } = person();
    expect(fieldsIn(await register(without).expect(422))).toEqual(['password']);
    const spaced = [' Secret-123', 'Secret-123 ', 'Secret 123', 'Secret-123\t', 'Secret\u00a0123'];
    for (const simple of ['Short-1', 'no-upper-1', 'NO-LOWER-1', 'No-digits', `Aa1${'x'.repeat(254)}`, ...spaced])
      expect(fieldsIn(await register({ ...without, password: simple }).expect(422))).toEqual(['password']);
    expect(
      await client.send(new AdminGetUserCommand({ UserPoolId: pool.id, Username: without.username })).catch(String),
    ).toMatch(/^UserNotFoundException/);
  });

  it('takes every password that the pool’s policy takes, and no other', async () => {
    for (const just of ['Secret12', `Aa1${'x'.repeat(253)}`, 'Aa1-späß']) {
      const ada = { ...person(), password: just };
      await register(ada).expect(201);
      expect(await status(ada, just)).toBe(200);
    }
  });

  it('in open mode makes a pool user only for whoever names a password', async () => {
    const [without, withOne] = [person(), person()];
    const calls = pool.calls.length;
    await register({ ...without, password: undefined }, open).expect(201);
    expect(pool.calls.slice(calls)).toEqual([]);
    expect(codeOf(await login({ username: without.username, password }, open))).toEqual([401, 'BAD_CREDENTIALS']);
    await register(withOne, open).expect(201);
    await login({ email: withOne.email, password }, open).expect(200);
  });

  it('of a taken name or e-mail is a 409 and changes nobody’s password', async () => {
    const ada = person();
    await register(ada).expect(201);
    const other = { ...person(), password: 'Other-1234' };
    for (const [fields, code] of [
      [{ ...other, username: ada.username }, 'USERNAME_TAKEN'],
      [{ ...ada, password: 'Other-1234' }, 'USERNAME_TAKEN'],
      [{ ...other, email: ada.email.toUpperCase() }, 'EMAIL_TAKEN'],
    ] as const)
      expect(codeOf(await register(fields))).toEqual([409, code]);
    expect(await status(ada)).toBe(200);
    expect(await status(ada, 'Other-1234')).toBe(401);
  });

  it('says of a wrong password, an unknown name and an unknown e-mail the same, after the same calls', async () => {
    const ada = person();
    await register(ada).expect(201);
    const answers: [string, string[]][] = [];
    for (const who of [
      { username: ada.username },
      { username: 'nobody' },
      { email: ada.email },
      { email: 'no@body.example' },
    ]) {
      const [calls, reads] = [pool.calls.length, table.proxy.calls.length];
      const answer = await login({ ...who, password: 'Wrong-1234' }).expect(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      const { requestId: _id, ...problem } = answer.body as Record<string, unknown>;
      const made = [...pool.calls.slice(calls), ...table.proxy.calls.slice(reads).map(({ operation }) => operation)];
      answers.push([JSON.stringify(problem), made]);
    }
    const [byName, unknownName, byEmail, unknownEmail] = answers;
    expect(unknownName).toEqual(byName);
    expect(unknownEmail).toEqual(byEmail);
    expect(byEmail![0]).toBe(byName![0]);
    expect(fieldsIn(await login({ password }))).toEqual(['body']);
    expect(fieldsIn(await login({ username: 'a', email: 'a@b.example', password }))).toEqual(['body']);
  });

  it('that twenty send at once is one user’s, with the password of the one that was told so', async () => {
    const ada = person();
    const all = Array.from({ length: 20 }, (_, n) => ({
      ...ada,
      email: `${n}-${ada.email}`,
      password: `Secret-${n}-x`,
    }));
    const answers = await Promise.all(all.map((body) => register(body)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
    const winner = answers.findIndex((answer) => answer.status === 201);
    for (const [n, { password: secret }] of all.entries())
      expect([n, await status(ada, secret)]).toEqual([n, n === winner ? 200 : 401]);
  });
});

describe('two registrations of one name', () => {
  it('do not hurt each other, though the slower one disables its pool user when the other has finished', async () => {
    const [slow, quick] = [person(), { ...person(), password: 'Quick-1234' }];
    let quickOne: Promise<number> | undefined;
    pool.beforeCall = async (operation) => {
      if (operation !== 'AdminDisableUser' || quickOne !== undefined) return;
      quickOne = register({ ...quick, username: slow.username }).then((answer) => answer.status);
      await quickOne;
    };
    expect(codeOf(await register(slow))).toEqual([409, 'USERNAME_TAKEN']);
    pool.beforeCall = () => undefined;
    expect(await quickOne).toBe(201);
    expect([await status(slow), await status(slow, quick.password)]).toEqual([401, 200]);
  });

  const CALLS = ['CreateUser', 'DisableUser', 'UpdateUserAttributes', 'EnableUser', 'SetUserPassword'];
  for (const operation of CALLS.map((name) => `Admin${name}`))
    it(`and one person let in one, though the other’s ${operation} is late`, async () => {
      const ada = person();
      let quickOne: Promise<number> | undefined;
      pool.beforeCall = async (name) => {
        if (name !== operation || quickOne !== undefined) return;
        quickOne = register({ ...ada, password: 'Quick-1234' }).then((answer) => answer.status);
        await quickOne;
      };
      expect(codeOf(await register(ada))).toEqual([409, 'USERNAME_TAKEN']);
      pool.beforeCall = () => undefined;
      expect(await quickOne).toBe(201);
      expect([await status(ada), await status(ada, 'Quick-1234')]).toEqual([401, 200]);
    });

  it('and one person let in the one that the table names, though the other’s password is set meanwhile', async () => {
    const ada = person();
    const tookOver = Promise.withResolvers<void>();
    let quickOne: Promise<supertest.Response> | undefined;
    let deletes = 0;
    pool.beforeCall = async (name) => {
      if (name === 'AdminSetUserPassword' && quickOne === undefined) {
        quickOne = register({ ...ada, password: 'Quick-1234' }).then((answer) => answer);
        await tookOver.promise;
      }
      if (name !== 'AdminDeleteUser' || (deletes += 1) > 1) return;
      tookOver.resolve();
      await slowOne;
    };
    const slowOne = register(ada).then((answer) => answer);
    expect(codeOf(await slowOne)).toEqual([409, 'USERNAME_TAKEN']);
    expect((await quickOne)?.status).toBe(201);
    pool.beforeCall = () => undefined;
    expect([await status(ada), await status(ada, 'Quick-1234')]).toEqual([401, 200]);
  });
});

describe('a registration whose write to the table is answered by nobody', () => {
  it('knows itself again when it began, and when it ended', async () => {
    for (const operation of ['AdminDisableUser', 'AdminSetUserPassword']) {
      const ada = person();
      pool.beforeCall = (name) => {
        if (name === operation) table.proxy.fail('TransactWriteItems', 'lost-reply', 2);
      };
      await register(ada).expect(201);
      pool.beforeCall = () => undefined;
      expect(await status(ada)).toBe(200);
    }
  });

  it('knows itself again when it took a half over', async () => {
    const ada = person();
    pool.beforeCall = (name) => {
      pool.isDown = name === 'AdminEnableUser';
    };
    expect(codeOf(await register(ada))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    pool.beforeCall = () => undefined;
    pool.isDown = false;
    table.proxy.fail('UpdateItem', 'lost-reply', 2);
    await register({ ...ada, password: 'Other-1234' }).expect(201);
    expect([await status(ada), await status(ada, 'Other-1234')]).toEqual([401, 200]);
  });
});

describe('a registration that ends half way', () => {
  /** Runs it with a pool that is cut off once a call of this name comes, for good. */
  const cutAt = async (body: object, operation: string): Promise<supertest.Response> => {
    pool.beforeCall = (name) => {
      if (name === operation) pool.isDown = true;
    };
    const answer = await register(body);
    pool.beforeCall = () => undefined;
    pool.isDown = false;
    return answer;
  };

  // A cut call has taken effect and its caller does not know, so what is left is that of a crash right after it.
  for (const operation of ['AdminCreateUser', 'AdminDisableUser', 'AdminUpdateUserAttributes', 'AdminEnableUser'])
    it(`after ${operation} is a half that cannot sign in, and the next try completes it`, async () => {
      const ada = person();
      const answer = await cutAt(ada, operation);
      expect([...codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'SIGN_IN_UNAVAILABLE', '1']);
      expect(await status(ada)).toBe(401);
      await register(ada).expect(201);
      expect(await status(ada)).toBe(200);
      expect(codeOf(await register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    });

  it('while it replaces another half is completed by the next try, with the password of that one', async () => {
    for (const operation of ['AdminDeleteUser', 'AdminDisableUser', 'AdminEnableUser']) {
      const ada = person();
      await cutAt(ada, 'AdminEnableUser');
      expect(codeOf(await cutAt({ ...ada, password: 'Second-123' }, operation))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
      await register({ ...ada, password: 'Third-1234' }).expect(201);
      const secrets = [password, 'Second-123', 'Third-1234'];
      expect(await Promise.all(secrets.map((secret) => status(ada, secret)))).toEqual([401, 401, 200]);
    }
  });

  it('with its password set and the table out of reach has ended too', async () => {
    const ada = person();
    pool.beforeCall = (name) => {
      if (name === 'AdminSetUserPassword') table.proxy.fail('TransactWriteItems', 'throttled', 8);
    };
    expect(codeOf(await register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    table.proxy.heal();
    pool.beforeCall = () => undefined;
    expect(codeOf(await register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await status(ada), await status(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('before the table has it is anybody’s, with a password of their own', async () => {
    const [ada, other] = [person(), { ...person(), password: 'Other-1234' }];
    table.proxy.fail('TransactWriteItems', 'throttled', 8);
    expect(codeOf(await register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    table.proxy.heal();
    const user = await client.send(new AdminGetUserCommand({ UserPoolId: pool.id, Username: ada.username }));
    expect(user).toMatchObject({ Enabled: false, UserStatus: 'FORCE_CHANGE_PASSWORD' });
    expect(await status(ada)).toBe(401);
    await register({ ...other, username: ada.username }).expect(201);
    expect([await status(ada), await status(ada, 'Other-1234')]).toEqual([401, 200]);
    const { UserAttributes = [] } = await client.send(
      new AdminGetUserCommand({ UserPoolId: pool.id, Username: ada.username }),
    );
    expect(Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]))).toEqual({
      sub: expect.any(String) as unknown,
      ...{ email: other.email, name: other.name },
    });
  });

  it('after the table has it is completed by whoever names the same customer, and by nobody else', async () => {
    const ada = person();
    await cutAt(ada, 'AdminEnableUser');
    for (const other of [{ name: 'Some Other' }, { email: `other-${ada.email}` }])
      expect(codeOf(await register({ ...ada, ...other }))).toEqual([409, 'USERNAME_TAKEN']);
    expect(await status(ada)).toBe(401);
    await register(ada).expect(201);
    expect(await status(ada)).toBe(200);
  });

  it('with the password set has ended, and is nobody’s to complete', async () => {
    const ada = person();
    await cutAt(ada, 'AdminSetUserPassword');
    expect(await status(ada)).toBe(200);
    expect(codeOf(await register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await status(ada), await status(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('is never taken for one whom an administrator has made, invited, or shut out', async () => {
    const [invited, clerk, shut] = [person(), person(), person()];
    await addPoolUser(client, pool.id, { username: clerk.username, password: 'Clerk-1234', groups: ['apiAdmins'] });
    await addPoolUser(client, pool.id, { username: invited.username, password: 'Temp-12345' });
    const Username = invited.username;
    await client.send(
      new AdminSetUserPasswordCommand({ UserPoolId: pool.id, Username, Password: 'Temp-12345', Permanent: false }),
    );
    await register(shut).expect(201);
    await client.send(new AdminDisableUserCommand({ UserPoolId: pool.id, Username: shut.username }));
    for (const taken of [invited, clerk, shut]) {
      expect(codeOf(await register(taken))).toEqual([409, 'USERNAME_TAKEN']);
      expect(await status(taken)).toBe(401);
    }
    expect(await status(clerk, 'Clerk-1234')).toBe(200);
  });
});

describe('a user that can sign in', () => {
  it('can no longer once deleted, and its name stays taken', async () => {
    const ada = person();
    await register(ada).expect(201);
    const authorization = `Bearer ${await tokenOf({ username: ada.username, password })}`;
    await service.http.delete(`/users/${ada.username}`).set({ authorization }).expect(200);
    expect(await status(ada)).toBe(401);
    expect((await login({ email: ada.email, password })).status).toBe(401);
    const gone = client.send(new AdminGetUserCommand({ UserPoolId: pool.id, Username: ada.username }));
    await expect(gone).rejects.toMatchObject({ name: 'UserNotFoundException' });
    expect(codeOf(await register(ada))).toEqual([409, 'USERNAME_TAKEN']);
  });

  it('is still there when the pool is down while it is deleted', async () => {
    const ada = person();
    await register(ada).expect(201);
    pool.isDown = true;
    expect(codeOf(await open.http.delete(`/users/${ada.username}`))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    pool.isDown = false;
    await open.http.get(`/users/${ada.username}`).expect(200);
    await open.http.delete(`/users/${ada.username}`).expect(200);
  });

  it('signs in by its new e-mail, and its tokens tell it', async () => {
    const ada = person();
    await register(ada).expect(201);
    const email = `new-${ada.email}`;
    const authorization = `Bearer ${await tokenOf({ username: ada.username, password })}`;
    await service.http.put(`/users/${ada.username}`).set({ authorization }).send({ email, name: 'New' }).expect(200);
    expect((await login({ email: ada.email, password })).status).toBe(401);
    const answer = await login({ email, password }).expect(200);
    expect(answer.body).toMatchObject({ userId: ada.username, name: 'New' });
  });

  it('is told its name as the customer has it, and the pool’s where there is no customer', async () => {
    const [ada, byHand, clerk] = [person(), person(), person()];
    const named = async ({ username }: Registration): Promise<unknown> => {
      const { userId, name } = (await login({ username, password }).expect(200)).body as Record<string, unknown>;
      return { userId, name };
    };
    const UserAttributes = [{ Name: 'name', Value: 'Of The Pool' }];
    await register(ada).expect(201);
    await open.http
      .post('/users')
      .send({ ...byHand, password: undefined })
      .expect(201);
    for (const { username } of [byHand, clerk]) await addPoolUser(client, pool.id, { username, password });
    expect(await named(byHand)).toEqual({ userId: byHand.username, name: byHand.name });
    expect(await named(clerk)).toEqual({ userId: clerk.username, name: clerk.username });
    for (const { username: Username } of [ada, byHand, clerk])
      await client.send(new AdminUpdateUserAttributesCommand({ UserPoolId: pool.id, Username, UserAttributes }));
    for (const { username, name } of [ada, byHand, { ...clerk, name: 'Of The Pool' }])
      expect(await named({ ...ada, username })).toEqual({ userId: username, name });
  });

  it('is told to come back when the pool is down', async () => {
    pool.isDown = true;
    for (const call of [login({ username: 'ada', password }), register(person())]) {
      const answer = await call;
      expect([...codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'SIGN_IN_UNAVAILABLE', '1']);
    }
    pool.isDown = false;
  });
});
