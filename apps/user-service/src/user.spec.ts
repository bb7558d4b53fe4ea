/** Customers: added, read, listed and deleted, and what is said while their table is busy. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { sealCursor } from '../../../libs/shared/src/table/cursor.js';
import { codeOf, fieldsIn } from '../../../test/fixtures/service.js';
import { startUsers, type TestUsers } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers({ now: () => new Date('2026-01-01T00:00:00.000Z') });
});
after(() => users.stop());

describe('adding a user', () => {
  it('answers 200 in the words of the seed, with and without a slash', async () => {
    for (const [path, username] of [
      ['/add_user/', 'test111'],
      ['/add_user', 'test112'],
    ] as const) {
      const answer = await users.open.http
        .post(path)
        .send({ email: `${username}@gmail.com`, name: 'Test Name', username });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ message: `User ${username} with added successfully` });
    }
  });

  it('of a taken name or e-mail is a 409 whose detail opens as the seed says', async () => {
    const { Username, Email } = await users.add();
    for (const path of ['/add_user', '/users']) {
      const name = await users.open.http.post(path).send({ email: 'free@example.com', name: 'A', username: Username });
      expect(codeOf(name)).toEqual([409, 'USERNAME_TAKEN']);
      expect((name.body as { detail: string }).detail).toMatch(/^Transaction canceled/);
      const email = await users.open.http.post(path).send({ email: Email.toUpperCase(), name: 'A', username: 'free' });
      expect(codeOf(email)).toEqual([409, 'EMAIL_TAKEN']);
      expect(fieldsIn(email)).toEqual(['email']);
    }
  });

  it('gives the user back under the names it is stored by', async () => {
    const body = { username: 'jane', name: ' Jane ', email: ' Jane@Example.com ' };
    const answer = await users.open.http.post('/users/').send(body).expect(201);
    expect(answer.body).toEqual({
      message: 'User created successfully',
      success: true,
      data: {
        PK: 'CUSTOMER#jane',
        SK: 'CUSTOMER#jane',
        Username: 'jane',
        Name: 'Jane',
        Email: 'Jane@Example.com',
        CreatedAt: '2026-01-01T00:00:00.000Z',
      },
    });
  });

  it('with wrong fields is a 422 that names each', async () => {
    const valid = { username: 'valid', name: 'Valid', email: 'valid@example.com' };
    const wrong: [fields: object, named: string[]][] = [
      [{ username: undefined, name: undefined, email: undefined }, ['email', 'name', 'username']],
      [{ username: 'x' }, ['username']],
      [{ username: 'has space' }, ['username']],
      [{ username: 'a'.repeat(65) }, ['username']],
      [{ username: ['john'] }, ['username']],
      [{ username: 'nul\0' }, ['username']],
      [{ name: '' }, ['name']],
      [{ name: 'a\0b' }, ['name']],
      [{ name: 'a'.repeat(201) }, ['name']],
      [{ name: { $ne: 1 } }, ['name']],
      [{ email: 'no-at' }, ['email']],
      [{ email: `${'a'.repeat(64)}@${'b'.repeat(190)}.com` }, ['email']],
      [{ email: 'a@b.com\ud800' }, ['email']],
      [{ password: 'secret' }, ['password']],
    ];
    for (const [fields, named] of wrong) {
      const answer = await users.open.http.post('/users').send({ ...valid, ...fields });
      expect(answer.status).toBe(422);
      expect(fieldsIn(answer)).toEqual(named);
    }
  });
});

describe('reading a user', () => {
  it('is a 200 with what was registered', async () => {
    const user = await users.add();
    const answer = await users.open.http.get(`/users/${user.Username}/`).expect(200);
    expect(answer.body).toEqual({ message: 'user fetched successfully', success: true, data: user });
  });

  it('that does not or cannot exist is a 404', async () => {
    const impossible = [
      'nobody',
      'x',
      '%00%00',
      encodeURIComponent('__proto__'),
      '%F0%9F%98%80',
      ' john '.trim() + '%20',
      'a'.repeat(5_000),
    ];
    for (const name of impossible) {
      for (const call of [
        users.open.http.get(`/users/${name}`),
        users.open.http.delete(`/users/${name}`),
        users.open.http.put(`/users/${name}`).send({ name: 'A' }),
        users.open.http.put(`/users/${name}`).send({ email: 'a@example.com' }),
      ]) {
        expect(codeOf(await call)).toEqual([404, 'USER_NOT_FOUND']);
      }
    }
  });
});

describe('listing users', () => {
  it('gives all of them by name over its pages, and a cursor that is bound to the list', async () => {
    for (let at = 0; at < 5; at += 1) await users.add();
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const query = { limit: 3, ...(nextToken !== undefined && { nextToken }) };
      const answer = await users.open.http.get('/users').query(query).expect(200);
      const page = answer.body as {
        message: string;
        success: boolean;
        data: { Username: string }[];
        nextToken?: string;
      };
      expect(page).toMatchObject({ message: 'users fetched successfully', success: true });
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map(({ Username }) => Username));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(['jane', 'test111', 'user1']));
    const forged = await users.open.http.get('/users').query({ nextToken: 'forged' });
    expect(codeOf(forged)).toEqual([400, 'BAD_CURSOR']);
    const longest = await users.open.http.get('/users').query({ nextToken: sealCursor('users', 'x'.repeat(740)) });
    expect(longest.status).toBe(200);
    const long = await users.open.http.get('/users').query({ nextToken: sealCursor('users', 'x'.repeat(3_000)) });
    expect([long.status, fieldsIn(long)]).toEqual([422, ['nextToken']]);
  });

  it('takes a limit of 1 to 100 only', async () => {
    for (const limit of ['0', '101', '-1', 'ten', '1.5', '']) {
      const answer = await users.open.http.get('/users').query({ limit });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, ['limit']]);
    }
    expect((await users.open.http.get('/users?limit=1&limit=2')).status).toBe(422);
  });
});

describe('deleting a user', () => {
  it('frees the e-mail and keeps the name', async () => {
    const { Username, Email } = await users.add();
    const answer = await users.open.http.delete(`/users/${Username}`).expect(200);
    expect(answer.body).toEqual({ message: 'User deleted successfully', success: true });
    await users.open.http.get(`/users/${Username}`).expect(404);
    await users.open.http.delete(`/users/${Username}`).expect(404);
    await users.open.http.post('/users').send({ username: Username, name: 'A', email: Email }).expect(409);
    await users.open.http
      .post('/users')
      .send({ username: `${Username}.next`, name: 'A', email: Email })
      .expect(201);
  });
});

describe('a table that is busy', () => {
  it('is a 503 that says when to come back', async () => {
    users.table.proxy.fail('TransactWriteItems', 'throttled', 8);
    const answer = await users.open.http
      .post('/users')
      .send({ username: 'busy', name: 'A', email: 'busy@example.com' });
    users.table.proxy.heal();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toMatchObject({ code: 'TABLE_UNAVAILABLE' });
    expect(answer.text).not.toMatch(/Throttling|Rate exceeded/);
  });
});
