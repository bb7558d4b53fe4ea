import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { sealCursor } from '../../../libs/shared/src/table/cursor.js';
import { codeOf, fieldsIn, startService, type TestService } from '../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { startPool, type TestPool } from '../../../test/fixtures/user-pool.js';
import { UserModule } from './user.module.js';

let table: TestTable;
let service: TestService;
let pool: TestPool;
let made = 0;

interface UserBody {
  data: { Username: string; Email: string };
}

/** Registers a user with a name of its own and gives it. */
const register = async (): Promise<UserBody['data']> => {
  made += 1;
  const body = { username: `user${made}`, name: 'Some One', email: `User${made}@example.com` };
  return ((await service.http.post('/users').send(body).expect(201)).body as UserBody).data;
};

before(async () => {
  table = await startTable();
  pool = await startPool();
  service = await startService(UserModule, table, { now: () => new Date('2026-01-01T00:00:00.000Z') });
});
after(async () => {
  await service.stop();
  await table.stop();
  await pool.stop();
});

describe('adding a user', () => {
  it('answers 200 in the words of the seed, with and without a slash', async () => {
    for (const [path, username] of [
      ['/add_user/', 'test111'],
      ['/add_user', 'test112'],
    ] as const) {
      const answer = await service.http
        .post(path)
        .send({ email: `${username}@gmail.com`, name: 'Test Name', username });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ message: `User ${username} with added successfully` });
    }
  });

  it('of a taken name or e-mail is a 409 whose detail opens as the seed says', async () => {
    const { Username, Email } = await register();
    for (const path of ['/add_user', '/users']) {
      const name = await service.http.post(path).send({ email: 'free@example.com', name: 'A', username: Username });
      expect(codeOf(name)).toEqual([409, 'USERNAME_TAKEN']);
      expect((name.body as { detail: string }).detail).toMatch(/^Transaction canceled/);
      const email = await service.http.post(path).send({ email: Email.toUpperCase(), name: 'A', username: 'free' });
      expect(codeOf(email)).toEqual([409, 'EMAIL_TAKEN']);
      expect(fieldsIn(email)).toEqual(['email']);
    }
  });

  it('gives the user back under the names it is stored by', async () => {
    const body = { username: 'jane', name: ' Jane ', email: ' Jane@Example.com ' };
    const answer = await service.http.post('/users/').send(body).expect(201);
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
      const answer = await service.http.post('/users').send({ ...valid, ...fields });
      expect(answer.status).toBe(422);
      expect(fieldsIn(answer)).toEqual(named);
    }
  });
});

describe('reading a user', () => {
  it('is a 200 with what was registered', async () => {
    const user = await register();
    const answer = await service.http.get(`/users/${user.Username}/`).expect(200);
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
        service.http.get(`/users/${name}`),
        service.http.delete(`/users/${name}`),
        service.http.put(`/users/${name}`).send({ name: 'A' }),
        service.http.put(`/users/${name}`).send({ email: 'a@example.com' }),
      ]) {
        expect(codeOf(await call)).toEqual([404, 'USER_NOT_FOUND']);
      }
    }
  });
});

describe('listing users', () => {
  it('gives all of them by name over its pages, and a cursor that is bound to the list', async () => {
    for (let at = 0; at < 5; at += 1) await register();
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const query = { limit: 3, ...(nextToken !== undefined && { nextToken }) };
      const answer = await service.http.get('/users').query(query).expect(200);
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
    const forged = await service.http.get('/users').query({ nextToken: 'forged' });
    expect(codeOf(forged)).toEqual([400, 'BAD_CURSOR']);
    const longest = await service.http.get('/users').query({ nextToken: sealCursor('users', 'x'.repeat(740)) });
    expect(longest.status).toBe(200);
    const long = await service.http.get('/users').query({ nextToken: sealCursor('users', 'x'.repeat(3_000)) });
    expect([long.status, fieldsIn(long)]).toEqual([422, ['nextToken']]);
  });

  it('takes a limit of 1 to 100 only', async () => {
    for (const limit of ['0', '101', '-1', 'ten', '1.5', '']) {
      const answer = await service.http.get('/users').query({ limit });
      expect([answer.status, fieldsIn(answer)]).toEqual([422, ['limit']]);
    }
    expect((await service.http.get('/users?limit=1&limit=2')).status).toBe(422);
  });
});

describe('changing a user', () => {
  it('takes name, e-mail or both, and says when', async () => {
    const { Username } = await register();
    const answer = await service.http
      .put(`/users/${Username}`)
      .send({ name: 'New', email: 'new@example.com' })
      .expect(200);
    expect(answer.body).toMatchObject({
      message: 'User updated successfully',
      success: true,
      data: { Username, Name: 'New', Email: 'new@example.com', UpdatedAt: '2026-01-01T00:00:00.000Z' },
    });
    const stored = await service.http.get(`/users/${Username}`);
    expect((stored.body as UserBody).data).toEqual((answer.body as UserBody).data);
  });

  it('is a 404, 409 or 422 where it cannot be', async () => {
    const [one, other] = [await register(), await register()];
    const put = (name: string, body: object) => service.http.put(`/users/${name}`).send(body);
    expect((await put('nobody', { name: 'A' })).status).toBe(404);
    expect((await put('nobody', { email: 'a@example.com' })).status).toBe(404);
    expect((await put(one.Username, { email: other.Email })).status).toBe(409);
    expect((await put(one.Username, {})).status).toBe(422);
    expect((await put(one.Username, { username: 'renamed' })).status).toBe(422);
    expect(fieldsIn(await put(one.Username, { email: 'x', name: '' }))).toEqual(['email', 'name']);
  });
});

describe('editing an address', () => {
  it('takes it from the query, with an empty form body as curl sends it', async () => {
    const { Username } = await register();
    const answer = await service.http
      .post(`/edit-address?username=${Username}&new_address=124%20Street%20Akl%20NZ`)
      .set('content-type', 'application/x-www-form-urlencoded')
      .send('');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      message: 'Address updated successfully',
      success: true,
      data: { Address: '124 Street Akl NZ' },
    });
  });

  it('never makes a user, and needs both parameters once', async () => {
    const edit = (query: string) => service.http.post(`/edit-address?${query}`);
    expect((await edit('username=nobody&new_address=x')).status).toBe(404);
    expect((await service.http.get('/users/nobody')).status).toBe(404);
    expect(fieldsIn(await edit(''))).toEqual(['username', 'new_address']);
    expect(fieldsIn(await edit('username=john&username=jane&new_address=x'))).toEqual(['username']);
    expect(fieldsIn(await edit(`username=john&new_address=${'x'.repeat(501)}`))).toEqual(['new_address']);
    expect(fieldsIn(await edit(`username=${'x'.repeat(3_000)}&new_address=x`))).toEqual(['username']);
    expect(fieldsIn(await edit('username=john&new_address=%00'))).toEqual(['new_address']);
    expect(fieldsIn(await edit('username=john&new_address=%ED%A0%80'))).toEqual(['new_address']);
  });
});

describe('deleting a user', () => {
  it('frees the e-mail and keeps the name', async () => {
    const { Username, Email } = await register();
    const answer = await service.http.delete(`/users/${Username}`).expect(200);
    expect(answer.body).toEqual({ message: 'User deleted successfully', success: true });
    await service.http.get(`/users/${Username}`).expect(404);
    await service.http.delete(`/users/${Username}`).expect(404);
    await service.http.post('/users').send({ username: Username, name: 'A', email: Email }).expect(409);
    await service.http
      .post('/users')
      .send({ username: `${Username}.next`, name: 'A', email: Email })
      .expect(201);
  });
});

describe('a table that is busy', () => {
  it('is a 503 that says when to come back', async () => {
    table.proxy.fail('TransactWriteItems', 'throttled', 8);
    const answer = await service.http.post('/users').send({ username: 'busy', name: 'A', email: 'busy@example.com' });
    table.proxy.heal();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toMatchObject({ code: 'TABLE_UNAVAILABLE' });
    expect(answer.text).not.toMatch(/Throttling|Rate exceeded/);
  });
});
