/** Registering to sign in: whom it lets in, what it needs, and what it says of what is taken. */
import { after, before, describe, it } from 'node:test';
import { AdminGetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';
import { password, startUsers, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers();
});
after(() => users.stop());

describe('a registration', () => {
  it('lets in whom it made, by name and by e-mail in any case', async () => {
    const ada = users.person();
    const answer = await users.register(ada).expect(201);
    expect(answer.body).toEqual({ userId: ada.username, message: 'User registered successfully' });
    for (const by of [{ username: ada.username }, { email: ada.email.toUpperCase() }]) {
      const body = (await users.login({ ...by, password }).expect(200)).body as { token: string };
      expect(body).toEqual({
        userId: ada.username,
        name: ada.name,
        token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        refreshToken: expect.any(String) as unknown,
        expiresIn: 3600,
      });
      const { token } = body;
      await users.service.http.get(`/users/${ada.username}`).set('authorization', `Bearer ${token}`).expect(200);
    }
  });

  it('needs a password where people sign in, and one that is not too simple', async () => {
    const { password: _none, ...without } = users.person();
    expect(fieldsIn(await users.register(without).expect(422))).toEqual(['password']);
    const spaced = [' Secret-123', 'Secret-123 ', 'Secret 123', 'Secret-123\t', 'Secret\u00a0123'];
    for (const simple of ['Short-1', 'no-upper-1', 'NO-LOWER-1', 'No-digits', `Aa1${'x'.repeat(254)}`, ...spaced])
      expect(fieldsIn(await users.register({ ...without, password: simple }).expect(422))).toEqual(['password']);
    expect(
      await users.client
        .send(new AdminGetUserCommand({ UserPoolId: users.pool.id, Username: without.username }))
        .catch(String),
    ).toMatch(/^UserNotFoundException/);
  });

  it('takes every password that the pool’s policy takes, and no other', async () => {
    for (const just of ['Secret12', `Aa1${'x'.repeat(253)}`, 'Aa1-späß']) {
      const ada = { ...users.person(), password: just };
      await users.register(ada).expect(201);
      expect(await users.status(ada, just)).toBe(200);
    }
  });

  it('in open mode makes a pool user only for whoever names a password', async () => {
    const [without, withOne] = [users.person(), users.person()];
    const calls = users.pool.calls.length;
    await users.register({ ...without, password: undefined }, users.open).expect(201);
    expect(users.pool.calls.slice(calls)).toEqual([]);
    expect(codeOf(await users.login({ username: without.username, password }, users.open))).toEqual([
      401,
      'BAD_CREDENTIALS',
    ]);
    await users.register(withOne, users.open).expect(201);
    await users.login({ email: withOne.email, password }, users.open).expect(200);
  });

  it('of a taken name or e-mail is a 409 and changes nobody’s password', async () => {
    const ada = users.person();
    await users.register(ada).expect(201);
    const other = { ...users.person(), password: 'Other-1234' };
    for (const [fields, code] of [
      [{ ...other, username: ada.username }, 'USERNAME_TAKEN'],
      [{ ...ada, password: 'Other-1234' }, 'USERNAME_TAKEN'],
      [{ ...other, email: ada.email.toUpperCase() }, 'EMAIL_TAKEN'],
    ] as const)
      expect(codeOf(await users.register(fields))).toEqual([409, code]);
    expect(await users.status(ada)).toBe(200);
    expect(await users.status(ada, 'Other-1234')).toBe(401);
  });
});
