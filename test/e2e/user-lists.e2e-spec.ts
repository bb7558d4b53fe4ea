import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, asCaller, expectInvalid, expectProblem, newUser, pagesOf, unique, type Api } from './stack.js';

interface Customer {
  Username: string;
}

let http: Api;
const mine: string[] = [];

before(async () => {
  http = await asCaller(ADMIN);
  const prefix = unique('listed');
  for (let at = 0; at < 7; at += 1) mine.push((await newUser(`${prefix}.${at}`)).username);
});

describe('the list of users', () => {
  it('answers in the common shape', async () => {
    const answer = await http.get('/users/?limit=1').expect(200);
    expect(answer.body).toMatchObject({ message: 'users fetched successfully', success: true });
    const { data, nextToken } = answer.body as { data: Customer[]; nextToken: string };
    expect(data).toHaveLength(1);
    expect(nextToken).toMatch(/^[A-Za-z0-9_-]+$/);
    const shown = ['PK', 'SK', 'Username', 'Name', 'Email', 'Address', 'CreatedAt', 'UpdatedAt'];
    expect(shown).toEqual(expect.arrayContaining(Object.keys(data[0] ?? {})));
  });

  it('gives each user once, in the order of names, over pages of any size', async () => {
    for (const limit of [100, 9]) {
      const pages = await pagesOf<Customer>('/users', { limit });
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit);
      const names = pages.flat().map(({ Username }) => Username);
      expect(names).toEqual([...new Set(names)].sort());
      expect(names.filter((name) => mine.includes(name))).toEqual(mine);
    }
  });

  it('leaves out who is deleted', async () => {
    const { username } = await newUser();
    await http.delete(`/users/${username}`).expect(200);
    const names = (await pagesOf<Customer>('/users', { limit: 100 })).flat().map(({ Username }) => Username);
    expect(names).not.toContain(username);
  });

  it('takes a limit of 1 to 100 only, and only what it knows', async () => {
    for (const limit of ['0', '101', '-1', '1.5', 'ten', ''])
      expectInvalid(await http.get('/users').query({ limit }), 'limit');
    expectInvalid(await http.get('/users?limit=1&limit=2'), 'limit');
    expectInvalid(await http.get('/users?page=2'), 'page');
  });

  it('refuses a cursor that is damaged or belongs to another list', async () => {
    const { nextToken } = (await http.get('/users?limit=1')).body as { nextToken: string };
    const damaged = `${nextToken.slice(0, -1)}${nextToken.endsWith('A') ? 'B' : 'A'}`;
    for (const cursor of ['x', damaged, `${nextToken}A`, ''])
      expectProblem(await http.get('/users').query({ nextToken: cursor }), 400, 'BAD_CURSOR');
    expectProblem(await http.get('/orders').query({ nextToken }), 400, 'BAD_CURSOR');
  });
});
