/** Changing a customer: name, e-mail and address, and what cannot be. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { fieldsIn } from '../../../test/fixtures/service.js';
import { startUsers, type TestUsers, type UserBody } from '../../../test/fixtures/user-service.js';

let users: TestUsers;

before(async () => {
  users = await startUsers({ now: () => new Date('2026-01-01T00:00:00.000Z') });
});
after(() => users.stop());

describe('changing a user', () => {
  it('takes name, e-mail or both, and says when', async () => {
    const { Username } = await users.add();
    const answer = await users.open.http
      .put(`/users/${Username}`)
      .send({ name: 'New', email: 'new@example.com' })
      .expect(200);
    expect(answer.body).toMatchObject({
      message: 'User updated successfully',
      success: true,
      data: { Username, Name: 'New', Email: 'new@example.com', UpdatedAt: '2026-01-01T00:00:00.000Z' },
    });
    const stored = await users.open.http.get(`/users/${Username}`);
    expect((stored.body as UserBody).data).toEqual((answer.body as UserBody).data);
  });

  it('is a 404, 409 or 422 where it cannot be', async () => {
    const [one, other] = [await users.add(), await users.add()];
    const put = (name: string, body: object) => users.open.http.put(`/users/${name}`).send(body);
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
    const { Username } = await users.add();
    const answer = await users.open.http
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
    const edit = (query: string) => users.open.http.post(`/edit-address?${query}`);
    expect((await edit('username=nobody&new_address=x')).status).toBe(404);
    expect((await users.open.http.get('/users/nobody')).status).toBe(404);
    expect(fieldsIn(await edit(''))).toEqual(['username', 'new_address']);
    expect(fieldsIn(await edit('username=john&username=jane&new_address=x'))).toEqual(['username']);
    expect(fieldsIn(await edit(`username=john&new_address=${'x'.repeat(501)}`))).toEqual(['new_address']);
    expect(fieldsIn(await edit(`username=${'x'.repeat(3_000)}&new_address=x`))).toEqual(['username']);
    expect(fieldsIn(await edit('username=john&new_address=%00'))).toEqual(['new_address']);
    expect(fieldsIn(await edit('username=john&new_address=%ED%A0%80'))).toEqual(['new_address']);
  });
});
