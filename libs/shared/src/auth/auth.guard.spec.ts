/** The guard of a service by itself: no gateway stands before it. */
import { after, before, describe, it } from 'node:test';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { expect } from 'expect';
import { codeOf, startService, type TestService } from '../../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { badHeaders, idClaims, signed } from '../../../../test/fixtures/token.js';
import { startPool, type TestPool } from '../../../../test/fixtures/user-pool.js';
import { Access } from './access.js';
import { Calling } from './auth.guard.js';
import { Caller } from './caller.js';

@Controller('things')
class ThingController {
  @Get()
  who(@Calling() { username, isAdmin }: Caller): object {
    return { username: username ?? null, isAdmin };
  }

  @Access('admin')
  @Post()
  make(): object {
    return {};
  }

  @Access('public')
  @Get('open')
  open(@Calling() { username, isAdmin }: Caller): object {
    return { username: username ?? null, isAdmin };
  }
}

@Module({ controllers: [ThingController] })
class ThingModule {
  static readonly serviceName = 'thing-service';
}

let table: TestTable;
let pool: TestPool;
let service: TestService;

before(async () => {
  table = await startTable();
  pool = await startPool();
  service = await startService(ThingModule, table, { tokens: pool.tokens });
});
after(async () => {
  await service.stop();
  await Promise.all([table.stop(), pool.stop()]);
});

const header = async (username: string, groups?: readonly string[]): Promise<string> =>
  `Bearer ${await signed(await pool.key(), idClaims(pool.tokens, username, groups))}`;
const who = async (authorization: string) => (await service.http.get('/things').set({ authorization })).body as object;

describe('a route that asks who it is', () => {
  it('is told the name in the token', async () => {
    expect(await who(await header('john'))).toEqual({ username: 'john', isAdmin: false });
    expect(await who((await header('john')).replace('Bearer', 'bearer'))).toEqual({ username: 'john', isAdmin: false });
  });

  it('takes members of apiAdmins for admins, wherever the group stands, and nobody else', async () => {
    for (const groups of [['apiAdmins'], ['a', 'apiAdmins'], ['apiAdmins', 'z'], ['a', 'apiAdmins', 'z']])
      expect(await who(await header('john', groups))).toEqual({ username: 'john', isAdmin: true });
    for (const groups of [[], ['apiadmins'], ['notapiAdmins'], ['apiAdmins2'], ['api', 'Admins']])
      expect(await who(await header('john', groups))).toEqual({ username: 'john', isAdmin: false });
  });

  it('lets nobody in without a good token, and says how to come in', async () => {
    for (const [what, authorization] of await badHeaders(pool.tokens, await pool.key(), 'john')) {
      for (const call of [service.http.get('/things'), service.http.post('/things').send({})]) {
        const answer = await (authorization === undefined ? call : call.set({ authorization }));
        expect([what, ...codeOf(answer)]).toEqual([what, 401, 'UNAUTHORIZED']);
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answer.text).not.toMatch(/jwt|signature|kid|issuer|expired/i);
      }
    }
  });

  it('of an admin is a 403 for others', async () => {
    expect(codeOf(await service.http.post('/things').set('authorization', await header('john')))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    await service.http
      .post('/things')
      .set('authorization', await header('john', ['apiAdmins']))
      .expect(201);
  });
});

describe('a public route', () => {
  it('asks for nothing and trusts nothing', async () => {
    for (const authorization of [undefined, 'Bearer x', await header('john', ['apiAdmins'])]) {
      const call = service.http.get('/things/open');
      const answer = await (authorization === undefined ? call : call.set({ authorization })).expect(200);
      expect(answer.body).toEqual({ username: null, isAdmin: false });
    }
    await service.http.get('/health/live').expect(200);
    await service.http.get('/health/ready').expect(200);
    await service.http.options('/things').expect(204);
  });
});

describe('in open mode', () => {
  it('everybody may do everything, and no key is asked for', async () => {
    const open = await startService(ThingModule, table);
    const calls = pool.calls.length;
    expect((await open.http.get('/things').set('authorization', 'Bearer x')).body).toEqual({
      username: null,
      isAdmin: true,
    });
    await open.http.post('/things').expect(201);
    expect(pool.calls.length).toBe(calls);
    await open.stop();
  });
});

describe('the keys of the pool', () => {
  const keyReads = (): number => pool.calls.filter((call) => call.includes('jwks')).length;

  it('are read once, and a token of an unknown key has them read again once in a while only', async () => {
    const fresh = await startService(ThingModule, table, { tokens: pool.tokens });
    const before = keyReads();
    const get = (authorization: string) => fresh.http.get('/things').set({ authorization });
    const good = await header('john');
    await Promise.all(Array.from({ length: 10 }, () => get(good).expect(200)));
    expect(keyReads() - before).toBe(1);
    const unknown = `Bearer ${await signed({ ...(await pool.key()), kid: 'unknown' }, idClaims(pool.tokens, 'john'))}`;
    for (let n = 0; n < 10; n += 1) await get(unknown).expect(401);
    expect(keyReads() - before).toBe(2);
    await fresh.stop();
  });

  it('that were read once are enough when the pool is down; without them it is a 503', async () => {
    const cold = await startService(ThingModule, table, { tokens: pool.tokens });
    const authorization = await header('john');
    await service.http.get('/things').set({ authorization }).expect(200);
    pool.isDown = true;
    await service.http.get('/things').set({ authorization }).expect(200);
    const answer = await cold.http.get('/things').set({ authorization });
    expect([...codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'SIGN_IN_UNAVAILABLE', '1']);
    expect(codeOf(await cold.http.get('/things'))).toEqual([401, 'UNAUTHORIZED']);
    pool.isDown = false;
    await cold.http.get('/things').set({ authorization }).expect(200);
    await cold.stop();
  });
});

describe('the groups in a claim', () => {
  it('are read as a token has them, and as API Gateway writes them', () => {
    const isAdmin = (groups: unknown) =>
      Caller.signedIn({ 'cognito:username': 'a', 'cognito:groups': groups })?.isAdmin;
    for (const groups of [['a', 'apiAdmins'], 'apiAdmins', 'a,apiAdmins', '[a apiAdmins]', '[apiAdmins]'])
      expect([groups, isAdmin(groups)]).toEqual([groups, true]);
    for (const groups of [undefined, null, 7, {}, [], '', 'apiAdmins2', '[xapiAdmins]', { 0: 'apiAdmins' }])
      expect([groups, isAdmin(groups)]).toEqual([groups, false]);
    expect(Caller.signedIn({})).toBeUndefined();
  });
});
