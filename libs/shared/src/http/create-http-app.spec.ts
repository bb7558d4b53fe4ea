import { after, before, describe, it } from 'node:test';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { expect } from 'expect';
import * as z from 'zod';
import { fieldsIn, startService, type TestService } from '../../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';

const thingSchema = z.strictObject({ name: z.string(), size: z.number().optional() });

@Controller('things')
class ThingController {
  @Get()
  list(@Query({ schema: z.strictObject({ limit: z.string().optional() }) }) query: object): object {
    return query;
  }

  @Post()
  make(@Body({ schema: thingSchema }) thing: object): object {
    return thing;
  }

  @Get(':id')
  get(@Param('id') id: string): object {
    if (id === 'bug') throw new TypeError('secret of ours');
    if (id === 'aws') throw Object.assign(new Error('arn:aws:secret'), { name: 'AccessDenied', $metadata: {} });
    return { id };
  }
}

@Module({ controllers: [ThingController] })
class ThingModule {
  static readonly serviceName = 'things';
}

let table: TestTable;
let service: TestService;

before(async () => {
  table = await startTable();
  service = await startService(ThingModule, table);
});
after(async () => {
  await service.stop();
  await table.stop();
});

const post = (body: string, type = 'application/json') =>
  service.http.post('/things').set('content-type', type).send(body);

describe('the id of a request', () => {
  it('is the one that was sent, else a new one, and the same in the problem', async () => {
    const sent = await service.http.get('/things/1').set('x-request-id', 'my-request-1');
    expect(sent.headers['x-request-id']).toBe('my-request-1');
    const made = await service.http.get('/nowhere').set('x-request-id', 'bad id');
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.body).toMatchObject({ requestId: made.headers['x-request-id'] });
  });
});

describe('routes', () => {
  it('answer with and without a slash at the end', async () => {
    for (const path of ['/things', '/things/', '/things/1', '/things/1/'])
      expect((await service.http.get(path)).status).toBe(200);
  });

  it('that do not exist are a 404 problem', async () => {
    for (const path of ['/', '/nowhere', '/things/1/2', '/THINGS']) {
      const answer = await service.http.get(path);
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ code: 'ROUTE_NOT_FOUND', status: 404 });
    }
  });

  it('refuse another method with 405 and tell those they take', async () => {
    const answer = await service.http.delete('/things/');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS, POST');
    expect(answer.body).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('answer OPTIONS with 204 and no body, unknown ones with 404', async () => {
    const answer = await service.http.options('/things/1').set('origin', 'https://a.example');
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      allow: 'GET, HEAD, OPTIONS',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    });
    expect((await service.http.options('/nowhere')).status).toBe(404);
  });

  it('answer HEAD as GET without a body', async () => {
    const answer = await service.http.head('/things/1');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-length']).toBe(String('{"id":"1"}'.length));
    expect(answer.text).toBeUndefined();
    expect((await service.http.head('/nowhere')).status).toBe(404);
  });

  it('refuse a path that is not validly encoded with 400', async () => {
    for (const path of ['/things/%zz', '/things/%ff', '/%', '/things/%c0%80']) {
      const answer = await service.http.get(path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect((await service.http.options('/things/%zz')).status).toBe(400);
  });
});

describe('bodies', () => {
  it('are JSON: malformed ones are 400', async () => {
    for (const body of ['{', '{"name":}', 'null,', '{"name":"a"} x', '\u0000']) {
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'MALFORMED_JSON' });
    }
  });

  it('are UTF-8', async () => {
    const sendBytes = (hex: string) => {
      const request = service.http.post('/things').set('content-type', 'application/json');
      request.write(Buffer.from(hex, 'hex'));
      return request;
    };
    const bad = await sendBytes('7b226e616d65223a22ff227d');
    expect(bad.body).toMatchObject({ code: 'MALFORMED_JSON' });
    expect((await sendBytes('7b226e616d65223a2261227d')).body).toEqual({ name: 'a' });
  });

  it('of another content type are 415, unless they are empty', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])
      expect((await post('{"name":"a"}', type)).status).toBe(415);
    expect((await post('', 'application/x-www-form-urlencoded')).status).toBe(422);
    expect((await post('{"name":"a"}', 'application/json; charset=utf-8')).status).toBe(201);
  });

  it('over 100 kB are 413, whatever is in them', async () => {
    const filler = (length: number) => JSON.stringify({ name: 'x'.repeat(length - '{"name":""}'.length) });
    expect((await post(filler(100 * 1024))).status).toBe(201);
    const answer = await post(filler(100 * 1024 + 1));
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'BODY_TOO_LARGE', title: 'Content Too Large' });
    expect((await post('{'.repeat(1_000_000), 'text/plain')).status).toBe(413);
  });

  it('with wrong fields are 422 with one entry a field', async () => {
    const answer = await post('{"size":"big","color":"red","__proto__":{"a":1},"constructor":1}');
    expect(answer.status).toBe(422);
    expect(fieldsIn(answer).sort()).toEqual(['__proto__', 'color', 'constructor', 'name', 'size']);
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED' });
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    for (const body of ['[]', '1', '"text"', 'null', 'true', '{"\\ud800":1}', deep, `{"name":${deep}}`])
      expect((await post(body)).status).toBe(422);
  });

  it('of another shape than an object are told what they must be, not to be given once as a parameter is', async () => {
    const repeated = await service.http.get('/things?limit=1&limit=2');
    expect(repeated.body).toMatchObject({
      title: 'Unprocessable Content',
      errors: [{ message: 'must be a text, given once' }],
    });
    for (const sent of ['[]', '[{"name":"a"}]', '1', '"text"', 'null', 'true'])
      expect((await post(sent)).body).toMatchObject({ errors: [{ field: 'body', message: 'must be a JSON object' }] });
  });

  it('with very many wrong fields get an answer that stays small', async () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
    const answer = await post(JSON.stringify(body));
    expect(answer.status).toBe(422);
    expect(fieldsIn(answer)).toHaveLength(50);
    expect(answer.text.length).toBeLessThan(10_000);
    const long = await post(JSON.stringify({ ['x'.repeat(90_000)]: 1 }));
    expect(long.text.length).toBeLessThan(1_000);
  });
});

describe('queries', () => {
  it('with repeated, unknown or strange parameters are 422', async () => {
    for (const query of [
      'limit=1&limit=2',
      'limit[]=1',
      '__proto__=1',
      'constructor=1',
      'toString',
      '%00=1',
      'limit[a]=1',
    ])
      expect((await service.http.get(`/things?${query}`)).status).toBe(422);
    expect((await service.http.get('/things?limit=1')).body).toEqual({ limit: '1' });
  });
});

describe('a failure of ours', () => {
  it('is a 500 that tells nothing of it', async () => {
    for (const id of ['bug', 'aws']) {
      const answer = await service.http.get(`/things/${id}`);
      expect(answer.status).toBe(500);
      expect(answer.body).toMatchObject({ code: 'INTERNAL' });
      expect(answer.text).not.toMatch(/secret|arn|at /);
    }
  });
});

describe('browsers of other origins', () => {
  it('may call in open mode, and see three headers', async () => {
    const answer = await service.http.get('/things/1').set('origin', 'https://a.example');
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'x-request-id, x-next-token, location',
    });
  });

  it('may call from listed origins only, or from none', async () => {
    const listed = await startService(ThingModule, table, { config: { corsOrigins: ['https://a.example'] } });
    const allowed = async (origin: string) =>
      (await listed.http.get('/nowhere').set('origin', origin)).headers['access-control-allow-origin'];
    expect(await allowed('https://a.example')).toBe('https://a.example');
    expect(await allowed('https://b.example')).toBeUndefined();
    expect((await listed.http.get('/things')).headers.vary).toMatch(/Origin/);
    await listed.stop();
    const closed = await startService(ThingModule, table, { config: { corsOrigins: [] } });
    expect((await closed.http.get('/things').set('origin', 'https://a.example')).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
    await closed.stop();
  });
});
