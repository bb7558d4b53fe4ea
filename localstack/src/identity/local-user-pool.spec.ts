/** Changes of a pool that come at once, and what is there after the pool was opened anew. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { LocalUserPool } from './local-user-pool.js';
import { type PoolSettings } from './pool-settings.js';
import { type StoredUser } from './user-store.js';

const AT_ONCE = 20;
const createdAt = '2026-01-01T00:00:00.000Z';

describe('a local user pool', () => {
  let settings: PoolSettings;
  let pool: LocalUserPool;
  before(async () => {
    settings = {
      ...{ id: 'us-east-1_test', name: 'test', clientId: 'test', issuer: 'https://issuer.example' },
      ...{ folder: mkdtempSync(join(tmpdir(), 'pool-')), groups: [], attributes: [] },
      passwordPolicy: { minimumLength: 8, lowercase: true, uppercase: true, numbers: true, symbols: false },
      ...{ tokenValidity: 3600, refreshValidity: 86_400 },
    };
    pool = await LocalUserPool.open(settings);
  });
  after(() => rmSync(settings.folder, { recursive: true }));

  const userOf = (username: string): StoredUser => ({
    ...{ username, sub: `sub-of-${username}`, attributes: {}, enabled: true, status: 'CONFIRMED', password: 'hash' },
    ...{ groups: [], refreshTokens: [], createdAt, modifiedAt: createdAt },
  });
  const numbers = Array.from({ length: AT_ONCE }, (_, n) => `n${String(n).padStart(2, '0')}`);
  const refusals = async (changes: readonly Promise<unknown>[]): Promise<string[]> =>
    (await Promise.allSettled(changes)).flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as Error).name] : [],
    );

  it('loses none of many changes of one user, and keeps them', async () => {
    await pool.users.add(userOf('john'));
    const changes = numbers.map((group) => pool.users.change('john', ({ groups }) => ({ groups: [...groups, group] })));
    expect(await refusals(changes)).toEqual([]);
    const { users } = await LocalUserPool.open(settings);
    expect([pool.users.get('john').groups, users.get('sub-of-john').groups]).toEqual([numbers, numbers]);
  });

  it('takes one of many users of a name, and one of many groups', async () => {
    const users = await refusals(numbers.map(() => pool.users.add(userOf('jane'))));
    expect(users).toEqual(Array.from({ length: AT_ONCE - 1 }, () => 'UsernameExistsException'));
    const groups = await refusals(numbers.map(() => pool.addGroup({ name: 'same', createdAt })));
    expect(groups).toEqual(Array.from({ length: AT_ONCE - 1 }, () => 'GroupExistsException'));
  });

  it('loses none of many groups, and keeps them', async () => {
    expect(await refusals(numbers.map((name) => pool.addGroup({ name, createdAt })))).toEqual([]);
    const names = (each: LocalUserPool): string[] => each.groups().map(({ name }) => name);
    expect([names(pool), names(await LocalUserPool.open(settings))]).toEqual([
      [...numbers, 'same'],
      [...numbers, 'same'],
    ]);
  });

  it('goes on after a change that was refused', async () => {
    const changes = [
      pool.users.change('nobody', () => ({})),
      pool.users.change('john', () => ({ enabled: false })),
      pool.addGroup({ name: 'same', createdAt }),
      pool.addGroup({ name: 'last', createdAt }),
    ];
    expect(await refusals(changes)).toEqual(['UserNotFoundException', 'GroupExistsException']);
    expect([pool.users.get('john').enabled, pool.group('last').name]).toEqual([false, 'last']);
  });
});
