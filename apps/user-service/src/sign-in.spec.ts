/** Signing in: what a failure gives away, and who is deleted, has a new e-mail, which name, and finds the pool down. */
import { after, afterEach, before, describe, it } from 'node:test';
import { AdminGetUserCommand, AdminUpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { addPoolUser } from '../../../test/fixtures/pool-client.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';
import { password, startUsers, type Registration, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers();
});
afterEach(() => users.heal());
after(() => users.stop());

const tokenOf = async (body: object): Promise<string> =>
  ((await users.login(body).expect(200)).body as { token: string }).token;

describe('signing in', () => {
  it('says of a wrong password, an unknown name and an unknown e-mail the same, after the same calls', async () => {
    const ada = users.person();
    await users.register(ada).expect(201);
    const answers: [string, string[]][] = [];
    for (const who of [
      { username: ada.username },
      { username: 'nobody' },
      { email: ada.email },
      { email: 'no@body.example' },
    ]) {
      const [calls, reads] = [users.pool.calls.length, users.table.proxy.calls.length];
      const answer = await users.login({ ...who, password: 'Wrong-1234' }).expect(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      const { requestId: _id, ...problem } = answer.body as Record<string, unknown>;
      const made = [
        ...users.pool.calls.slice(calls),
        ...users.table.proxy.calls.slice(reads).map(({ operation }) => operation),
      ];
      answers.push([JSON.stringify(problem), made]);
    }
    const [byName, unknownName, byEmail, unknownEmail] = answers;
    expect(unknownName).toEqual(byName);
    expect(unknownEmail).toEqual(byEmail);
    expect(byEmail![0]).toBe(byName![0]);
    expect(fieldsIn(await users.login({ password }))).toEqual(['body']);
    expect(fieldsIn(await users.login({ username: 'a', email: 'a@b.example', password }))).toEqual(['body']);
  });
});

describe('a user that can sign in', () => {
  it('can no longer once deleted, and its name stays taken', async () => {
    const ada = users.person();
    await users.register(ada).expect(201);
    const authorization = `Bearer ${await tokenOf({ username: ada.username, password })}`;
    await users.service.http.delete(`/users/${ada.username}`).set({ authorization }).expect(200);
    expect(await users.status(ada)).toBe(401);
    expect((await users.login({ email: ada.email, password })).status).toBe(401);
    const gone = users.client.send(new AdminGetUserCommand({ UserPoolId: users.pool.id, Username: ada.username }));
    await expect(gone).rejects.toMatchObject({ name: 'UserNotFoundException' });
    expect(codeOf(await users.register(ada))).toEqual([409, 'USERNAME_TAKEN']);
  });

  it('is still there when the pool is down while it is deleted', async () => {
    const ada = users.person();
    await users.register(ada).expect(201);
    users.pool.isDown = true;
    expect(codeOf(await users.open.http.delete(`/users/${ada.username}`))).toEqual([503, 'SIGN_IN_UNAVAILABLE']);
    users.pool.isDown = false;
    await users.open.http.get(`/users/${ada.username}`).expect(200);
    await users.open.http.delete(`/users/${ada.username}`).expect(200);
  });

  it('signs in by its new e-mail, and its tokens tell it', async () => {
    const ada = users.person();
    await users.register(ada).expect(201);
    const email = `new-${ada.email}`;
    const authorization = `Bearer ${await tokenOf({ username: ada.username, password })}`;
    await users.service.http
      .put(`/users/${ada.username}`)
      .set({ authorization })
      .send({ email, name: 'New' })
      .expect(200);
    expect((await users.login({ email: ada.email, password })).status).toBe(401);
    const answer = await users.login({ email, password }).expect(200);
    expect(answer.body).toMatchObject({ userId: ada.username, name: 'New' });
  });

  it('is told its name as the customer has it, and the pool’s where there is no customer', async () => {
    const [ada, byHand, clerk] = [users.person(), users.person(), users.person()];
    const named = async ({ username }: Registration): Promise<unknown> => {
      const { userId, name } = (await users.login({ username, password }).expect(200)).body as Record<string, unknown>;
      return { userId, name };
    };
    const UserAttributes = [{ Name: 'name', Value: 'Of The Pool' }];
    await users.register(ada).expect(201);
    await users.open.http
      .post('/users')
      .send({ ...byHand, password: undefined })
      .expect(201);
    for (const { username } of [byHand, clerk]) await addPoolUser(users.client, users.pool.id, { username, password });
    expect(await named(byHand)).toEqual({ userId: byHand.username, name: byHand.name });
    expect(await named(clerk)).toEqual({ userId: clerk.username, name: clerk.username });
    for (const { username: Username } of [ada, byHand, clerk])
      await users.client.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId: users.pool.id, Username, UserAttributes }),
      );
    for (const { username, name } of [ada, byHand, { ...clerk, name: 'Of The Pool' }])
      expect(await named({ ...ada, username })).toEqual({ userId: username, name });
  });

  it('is told to come back when the pool is down', async () => {
    users.pool.isDown = true;
    for (const call of [users.login({ username: 'ada', password }), users.register(users.person())]) {
      const answer = await call;
      expect([...codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'SIGN_IN_UNAVAILABLE', '1']);
    }
    users.pool.isDown = false;
  });
});
