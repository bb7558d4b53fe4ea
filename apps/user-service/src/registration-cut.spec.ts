/** What a crash at any step of a registration leaves, and who may complete it. */
import { after, afterEach, before, describe, it } from 'node:test';
import {
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { addPoolUser } from '../../../test/fixtures/pool-client.js';
import { codeOf } from '../../../test/fixtures/service.js';
import { password, startUsers, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers();
});
afterEach(() => users.heal());
after(() => users.stop());

describe('a registration whose write to the table is answered by nobody', () => {
  it('knows itself again when it began, and when it ended', async () => {
    for (const operation of ['AdminDisableUser', 'AdminSetUserPassword']) {
      const ada = users.person();
      users.pool.beforeCall = (name) => {
        if (name === operation) users.table.proxy.fail('TransactWriteItems', 'lost-reply', 2);
      };
      await users.register(ada).expect(201);
      users.pool.beforeCall = () => undefined;
      expect(await users.status(ada)).toBe(200);
    }
  });

  it('knows itself again when it took a half over', async () => {
    const ada = users.person();
    users.pool.beforeCall = (name) => {
      users.pool.isDown = name === 'AdminEnableUser';
    };
    expect(codeOf(await users.register(ada))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    users.pool.beforeCall = () => undefined;
    users.pool.isDown = false;
    users.table.proxy.fail('UpdateItem', 'lost-reply', 2);
    await users.register({ ...ada, password: 'Other-1234' }).expect(201);
    expect([await users.status(ada), await users.status(ada, 'Other-1234')]).toEqual([401, 200]);
  });
});

describe('a registration that ends half way', () => {
  // A cut call has taken effect and its caller does not know, so what is left is that of a crash right after it.
  for (const operation of ['AdminCreateUser', 'AdminDisableUser', 'AdminUpdateUserAttributes', 'AdminEnableUser'])
    it(`after ${operation} is a half that cannot sign in, and the next try completes it`, async () => {
      const ada = users.person();
      const answer = await users.cutAt(ada, operation);
      expect([...codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'SIGN_IN_UNAVAILABLE', '1']);
      expect(await users.status(ada)).toBe(401);
      await users.register(ada).expect(201);
      expect(await users.status(ada)).toBe(200);
      expect(codeOf(await users.register(ada))).toEqual([409, 'USERNAME_TAKEN']);
    });

  it('while it replaces another half is completed by the next try, with the password of that one', async () => {
    for (const operation of ['AdminDeleteUser', 'AdminDisableUser', 'AdminEnableUser']) {
      const ada = users.person();
      await users.cutAt(ada, 'AdminEnableUser');
      expect(codeOf(await users.cutAt({ ...ada, password: 'Second-123' }, operation))).toEqual([
        503,
        'SIGN_IN_UNAVAILABLE',
      ]);
      await users.register({ ...ada, password: 'Third-1234' }).expect(201);
      const secrets = [password, 'Second-123', 'Third-1234'];
      expect(await Promise.all(secrets.map((secret) => users.status(ada, secret)))).toEqual([401, 401, 200]);
    }
  });

  it('with its password set and the table out of reach has ended too', async () => {
    const ada = users.person();
    users.pool.beforeCall = (name) => {
      if (name === 'AdminSetUserPassword') users.table.proxy.fail('TransactWriteItems', 'throttled', 8);
    };
    expect(codeOf(await users.register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    users.table.proxy.heal();
    users.pool.beforeCall = () => undefined;
    expect(codeOf(await users.register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await users.status(ada), await users.status(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('before the table has it is anybody’s, with a password of their own', async () => {
    const [ada, other] = [users.person(), { ...users.person(), password: 'Other-1234' }];
    users.table.proxy.fail('TransactWriteItems', 'throttled', 8);
    expect(codeOf(await users.register(ada))).toEqual([503, 'TABLE_UNAVAILABLE']);
    users.table.proxy.heal();
    const user = await users.client.send(
      new AdminGetUserCommand({ UserPoolId: users.pool.id, Username: ada.username }),
    );
    expect(user).toMatchObject({ Enabled: false, UserStatus: 'FORCE_CHANGE_PASSWORD' });
    expect(await users.status(ada)).toBe(401);
    await users.register({ ...other, username: ada.username }).expect(201);
    expect([await users.status(ada), await users.status(ada, 'Other-1234')]).toEqual([401, 200]);
    const { UserAttributes = [] } = await users.client.send(
      new AdminGetUserCommand({ UserPoolId: users.pool.id, Username: ada.username }),
    );
    expect(Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value]))).toEqual({
      sub: expect.any(String) as unknown,
      ...{ email: other.email, name: other.name },
    });
  });

  it('after the table has it is completed by whoever names the same customer, and by nobody else', async () => {
    const ada = users.person();
    await users.cutAt(ada, 'AdminEnableUser');
    for (const other of [{ name: 'Some Other' }, { email: `other-${ada.email}` }])
      expect(codeOf(await users.register({ ...ada, ...other }))).toEqual([409, 'USERNAME_TAKEN']);
    expect(await users.status(ada)).toBe(401);
    await users.register(ada).expect(201);
    expect(await users.status(ada)).toBe(200);
  });

  it('with the password set has ended, and is nobody’s to complete', async () => {
    const ada = users.person();
    await users.cutAt(ada, 'AdminSetUserPassword');
    expect(await users.status(ada)).toBe(200);
    expect(codeOf(await users.register({ ...ada, password: 'Other-1234' }))).toEqual([409, 'USERNAME_TAKEN']);
    expect([await users.status(ada), await users.status(ada, 'Other-1234')]).toEqual([200, 401]);
  });

  it('is never taken for one whom an administrator has made, invited, or shut out', async () => {
    const [invited, clerk, shut] = [users.person(), users.person(), users.person()];
    await addPoolUser(users.client, users.pool.id, {
      username: clerk.username,
      password: 'Clerk-1234',
      groups: ['apiAdmins'],
    });
    await addPoolUser(users.client, users.pool.id, { username: invited.username, password: 'Temp-12345' });
    const Username = invited.username;
    await users.client.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: users.pool.id,
        Username,
        Password: 'Temp-12345',
        Permanent: false,
      }),
    );
    await users.register(shut).expect(201);
    await users.client.send(new AdminDisableUserCommand({ UserPoolId: users.pool.id, Username: shut.username }));
    for (const taken of [invited, clerk, shut]) {
      expect(codeOf(await users.register(taken))).toEqual([409, 'USERNAME_TAKEN']);
      expect(await users.status(taken)).toBe(401);
    }
    expect(await users.status(clerk, 'Clerk-1234')).toBe(200);
  });
});
