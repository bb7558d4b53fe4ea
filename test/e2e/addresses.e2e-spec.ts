import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, asCaller, expectInvalid, expectProblem, newUser, unique } from './stack.js';

describe('editing an address', () => {
  it('takes it from the query and shows it from then on', async () => {
    const { username } = await newUser();
    const own = await asCaller(username);
    for (const [path, address] of [
      ['/edit-address', '124 Street Akl NZ'],
      ['/edit-address/', 'Straße 1, Zürich & Söhne #2'],
    ] as const) {
      const answer = await own.post(path).query({ username, new_address: address }).expect(200);
      expect(answer.body).toMatchObject({
        message: 'Address updated successfully',
        success: true,
        data: { Username: username, Address: address, UpdatedAt: expect.stringMatching(/Z$/) as unknown },
      });
      expect((await own.get(`/users/${username}`)).body).toMatchObject({ data: { Address: address } });
    }
  });

  it('takes an empty form body, as curl -d sends it', async () => {
    const { username } = await newUser();
    const answer = await (
      await asCaller(username)
    )
      .post('/edit-address')
      .query({ username, new_address: 'x' })
      .set('content-type', 'application/x-www-form-urlencoded')
      .send('');
    expect(answer.status).toBe(200);
  });

  it('never makes a user', async () => {
    const http = await asCaller(ADMIN);
    const username = unique('nobody');
    expectProblem(await http.post('/edit-address').query({ username, new_address: 'x' }), 404, 'USER_NOT_FOUND');
    expectProblem(await http.get(`/users/${username}`), 404, 'USER_NOT_FOUND');
  });

  it('needs a name and an address, each once and well-formed', async () => {
    const http = await asCaller(ADMIN);
    const edit = (query: string) => http.post(`/edit-address?${query}`);
    expectInvalid(await edit(''), 'new_address', 'username');
    expectInvalid(await edit('username=john&username=jane&new_address=x'), 'username');
    expectInvalid(await edit('username=john&new_address=a&new_address=b'), 'new_address');
    expectInvalid(await edit(`username=john&new_address=${'x'.repeat(501)}`), 'new_address');
    expectInvalid(await edit('username=john&new_address=%20'), 'new_address');
    expectInvalid(await edit('username=john&new_address=a%00b'), 'new_address');
    expectInvalid(await edit('username=john&new_address=%ED%A0%80'), 'new_address');
  });
});
