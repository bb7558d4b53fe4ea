import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import {
  ADMIN,
  api,
  asCaller,
  expectInvalid,
  expectProblem,
  newOrder,
  newUser,
  PASSWORD,
  unique,
  userFields,
  type Api,
} from './stack.js';

let http: Api;

before(async () => {
  http = await asCaller(ADMIN);
});

describe('registering a user', () => {
  it('by add_user answers 200 in the words of the seed, with and without a slash', async () => {
    for (const path of ['/add_user', '/add_user/']) {
      const user = userFields();
      const answer = await http.post(path).send(user);
      expect([answer.status, answer.body]).toEqual([200, { message: `User ${user.username} with added successfully` }]);
    }
  });

  it('by POST /users answers 201 with the customer', async () => {
    const user = userFields();
    const answer = await http.post('/users').send(user).expect(201);
    expect(answer.body).toEqual({
      message: expect.any(String) as unknown,
      success: true,
      data: {
        PK: `CUSTOMER#${user.username}`,
        SK: `CUSTOMER#${user.username}`,
        Username: user.username,
        Name: user.name,
        Email: user.email,
        CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
      },
    });
  });

  it('trims what it is given', async () => {
    const user = userFields();
    const padded = { username: ` ${user.username} `, name: '  Some One ', email: ` ${user.email}  ` };
    const answer = await http.post('/users').send(padded).expect(201);
    expect(answer.body).toMatchObject({ data: { Username: user.username, Name: 'Some One', Email: user.email } });
  });

  it('of a taken name is a 409', async () => {
    const { username } = await newUser();
    for (const path of ['/add_user', '/users']) {
      const { detail } = expectProblem(
        await http.post(path).send({ ...userFields(), username }),
        409,
        'USERNAME_TAKEN',
      );
      expect(detail).toMatch(/^Transaction canceled/);
    }
  });

  it('of a taken e-mail is a 409, whatever its case', async () => {
    const { email } = await newUser();
    for (const same of [email, email.toUpperCase(), email.toLowerCase()])
      expectProblem(await http.post('/add_user').send({ ...userFields(), email: same }), 409, 'EMAIL_TAKEN');
  });

  it('with wrong fields is a 422 with one entry a field', async () => {
    expectInvalid(await http.post('/users').send({}), 'email', 'name', 'username');
    expectInvalid(
      await http.post('/users').send({ username: 'x', name: '', email: 'nobody' }),
      'email',
      'name',
      'username',
    );
    expectInvalid(await http.post('/add_user').send({ ...userFields(), role: 'admin' }), 'role');
    expectInvalid(await http.post('/users').send({ ...userFields(), name: 'a'.repeat(201) }), 'name');
    const email = `${'a'.repeat(250)}@b.example`;
    expectInvalid(await http.post('/users').send({ ...userFields(), email }), 'email');
  });
});

describe('reading a user', () => {
  it('answers 200 with it', async () => {
    const { username, name, email } = await newUser();
    for (const path of [`/users/${username}`, `/users/${username}/`]) {
      const answer = await (await asCaller(username)).get(path).expect(200);
      expect(answer.body).toMatchObject({
        message: 'user fetched successfully',
        success: true,
        data: { Username: username, Name: name, Email: email },
      });
    }
  });

  it('answers 404 for one that is not there', async () => {
    expectProblem(await http.get(`/users/${unique('nobody')}`), 404, 'USER_NOT_FOUND');
  });
});

describe('changing a user', () => {
  it('takes a new name and a new e-mail, and frees the old e-mail', async () => {
    const { username, email } = await newUser();
    const moved = userFields().email;
    const own = await asCaller(username);
    const answer = await own.put(`/users/${username}`).send({ name: 'New', email: moved }).expect(200);
    const data = { Username: username, Name: 'New', Email: moved, UpdatedAt: expect.stringMatching(/Z$/) as unknown };
    expect(answer.body).toMatchObject({ success: true, data });
    expect((await own.get(`/users/${username}`)).body).toMatchObject({ data });
    await http
      .post('/users')
      .send({ ...userFields(), email })
      .expect(201);
    expectProblem(await http.post('/users').send({ ...userFields(), email: moved.toUpperCase() }), 409, 'EMAIL_TAKEN');
  });

  it('to the e-mail it has changes nothing; to another case of it keeps it', async () => {
    const { username, email } = await newUser();
    const own = await asCaller(username);
    const before = await own.get(`/users/${username}`);
    expect((await own.put(`/users/${username}`).send({ email }).expect(200)).body).toMatchObject({
      data: (before.body as { data: object }).data,
    });
    const answer = await own.put(`/users/${username}`).send({ email: email.toUpperCase() }).expect(200);
    expect(answer.body).toMatchObject({ data: { Email: email.toUpperCase() } });
    expectProblem(await http.post('/users').send({ ...userFields(), email }), 409, 'EMAIL_TAKEN');
  });

  it('is a 404, 409 or 422 where it cannot be', async () => {
    const [one, other] = [await newUser(), await newUser()];
    const put = (username: string, body: object) => http.put(`/users/${username}`).send(body);
    expectProblem(await put(unique('nobody'), { name: 'A' }), 404, 'USER_NOT_FOUND');
    expectProblem(await put(one.username, { email: other.email }), 409, 'EMAIL_TAKEN');
    expect((await put(one.username, {})).status).toBe(422);
    expectInvalid(await put(one.username, { email: 'x', name: ' ' }), 'email', 'name');
  });
});

describe('deleting a user', () => {
  it('hides it, frees its e-mail, keeps its name taken and its orders', async () => {
    const { username, email } = await newUser();
    const order = await newOrder(username);
    const answer = await http.delete(`/users/${username}`).expect(200);
    expect(answer.body).toEqual({ message: expect.any(String) as unknown, success: true });
    expectProblem(await http.get(`/users/${username}`), 404, 'USER_NOT_FOUND');
    expectProblem(await http.delete(`/users/${username}`), 404, 'USER_NOT_FOUND');
    expectProblem(await http.put(`/users/${username}`).send({ name: 'A' }), 404, 'USER_NOT_FOUND');
    expectProblem(await http.get('/orders').query({ username }), 404, 'USER_NOT_FOUND');
    expectProblem(await http.post('/users').send({ ...userFields(), username }), 409, 'USERNAME_TAKEN');
    await http
      .post('/users')
      .send({ ...userFields(), email })
      .expect(201);
    await http.get(`/orders/${order.OrderId}`).expect(200);
    const late = await http.post('/orders').send({ username, amount: 1, numItems: 1 });
    expectProblem(late, 404, 'USER_NOT_FOUND');
  });
});

describe('registering by the shop’s route', () => {
  it('makes a username where none is given', async () => {
    const { name, email } = userFields();
    const answer = await api().post('/users/register').send({ name, email, password: PASSWORD }).expect(201);
    const { userId } = answer.body as { userId: string };
    expect(answer.body).toEqual({ userId, message: 'User registered successfully' });
    const user = await (await asCaller(userId)).get(`/users/${userId}`).expect(200);
    expect(user.body).toMatchObject({ data: { Username: userId, Email: email } });
  });

  it('takes the username that is given, once', async () => {
    const { name, email, username } = userFields();
    const answer = await api().post('/users/register').send({ name, email, username, password: PASSWORD }).expect(201);
    expect((answer.body as { userId: string }).userId).toBe(username);
    const again = { name, email: `other-${email}`, username, password: PASSWORD };
    expectProblem(await api().post('/users/register').send(again), 409, 'USERNAME_TAKEN');
    expectProblem(await api().post('/users/register').send({ name, email, password: PASSWORD }), 409, 'EMAIL_TAKEN');
  });

  it('lets in who has registered with a password, by name and by e-mail', async () => {
    const user = { ...userFields(), password: PASSWORD };
    await api().post('/users/register').send(user).expect(201);
    for (const by of [{ username: user.username }, { email: user.email.toLowerCase() }]) {
      const answer = await api()
        .post('/users/login')
        .send({ ...by, password: user.password })
        .expect(200);
      expect(answer.body).toEqual({
        userId: user.username,
        name: user.name,
        token: expect.any(String) as unknown,
        refreshToken: expect.any(String) as unknown,
        expiresIn: 3600,
      });
      expectProblem(
        await api()
          .post('/users/login')
          .send({ ...by, password: 'Wrong-1234' }),
        401,
        'BAD_CREDENTIALS',
      );
    }
    const nobody = { username: unique('nobody'), password: user.password };
    expectProblem(await api().post('/users/login').send(nobody), 401, 'BAD_CREDENTIALS');
  });
});
