import { after, before, describe, it } from 'node:test';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { type APIGatewayProxyEvent, type Context } from 'aws-lambda';
import { expect } from 'expect';
import * as z from 'zod';
import { createHttpHandler, type HttpHandler } from './lambda-http.js';

@Controller('echo')
class EchoController {
  @Get(':id')
  get(@Param('id') id: string, @Query() query: object): object {
    return { id, query };
  }

  @Post()
  post(@Body({ schema: z.looseObject({}) }) body: object): object {
    return body;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {
  static readonly serviceName = 'echo';
}

let handler: HttpHandler;
const before_ = { ...process.env };

before(() => {
  Object.assign(process.env, { TABLE_NAME: 'none', AUTH_MODE: 'open', LOG_LEVEL: 'SILENT', AWS_REGION: 'us-east-1' });
  handler = createHttpHandler(EchoModule);
});
after(() => {
  for (const name of ['TABLE_NAME', 'AUTH_MODE', 'LOG_LEVEL', 'AWS_REGION']) {
    if (before_[name] === undefined) delete process.env[name];
    else process.env[name] = before_[name];
  }
});

const REQUEST_ID = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';

/** What API Gateway sends for a route `/echo/{proxy+}` in stage `dev`. */
const eventOf = (event: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent => {
  const path = event.path ?? '/echo/1';
  return {
    resource: '/echo/{proxy+}',
    httpMethod: 'GET',
    headers: null,
    multiValueHeaders: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.split('/').slice(2).join('/') },
    stageVariables: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: REQUEST_ID, stage: 'dev', path: `/dev${path}`, identity: { sourceIp: '127.0.0.1' } },
    ...event,
    path,
  } as unknown as APIGatewayProxyEvent;
};

const invoke = async (event: Partial<APIGatewayProxyEvent>) => {
  const { statusCode, body, multiValueHeaders } = await handler(eventOf(event), {} as Context);
  return { statusCode, body: JSON.parse(body || 'null') as unknown, headers: multiValueHeaders ?? {} };
};

describe('a function behind API Gateway', () => {
  it('is asked by the path of the event, which has no stage, not by its greedy parameter', async () => {
    expect(await invoke({ path: '/echo/abc' })).toMatchObject({ statusCode: 200, body: { id: 'abc', query: {} } });
    expect(await invoke({ path: '/echo/a%20b%2Fc/' })).toMatchObject({ body: { id: 'a b/c' } });
    expect(await invoke({ path: '/echo/zoë?#x' })).toMatchObject({ body: { id: 'zoë?#x' } });
  });

  it('gets each value of a repeated query parameter, decoded once', async () => {
    const multiValueQueryStringParameters = { a: ['1', '2'], b: ['x y&z=%20'] };
    expect(await invoke({ multiValueQueryStringParameters })).toMatchObject({
      body: { query: { a: ['1', '2'], b: 'x y&z=%20' } },
    });
    expect(await invoke({ queryStringParameters: { a: '1' } })).toMatchObject({ body: { query: { a: '1' } } });
  });

  it('gets a broken surrogate as a replacement character, not as an exception', async () => {
    const multiValueQueryStringParameters = { a: ['\ud800'] };
    expect(await invoke({ multiValueQueryStringParameters })).toMatchObject({ body: { query: { a: '\ufffd' } } });
  });

  it('reads bodies as text and as base64, and their type from either header map', async () => {
    const json = { 'Content-Type': 'application/json' };
    const post = { httpMethod: 'POST', path: '/echo' };
    expect(await invoke({ ...post, headers: json, body: '{"a":"é"}' })).toMatchObject({
      statusCode: 201,
      body: { a: 'é' },
    });
    const multiValueHeaders = { 'content-type': ['application/json'] };
    const body = Buffer.from('{"a":1}').toString('base64');
    expect(await invoke({ ...post, multiValueHeaders, body, isBase64Encoded: true })).toMatchObject({ body: { a: 1 } });
    expect(await invoke({ ...post, headers: { ...json, 'Content-Length': '0' }, body: '{' })).toMatchObject({
      statusCode: 400,
    });
    expect(await invoke({ ...post, headers: { ...json, 'Content-Length': '77' } })).toMatchObject({
      statusCode: 422,
      body: { errors: [{ field: 'body', message: 'is required' }] },
    });
  });

  it("takes the gateway's request id unless the caller sent one", async () => {
    expect((await invoke({})).headers['x-request-id']).toEqual([REQUEST_ID]);
    const multiValueHeaders = { 'X-Request-Id': ['my-request-1'] };
    expect((await invoke({ multiValueHeaders })).headers['x-request-id']).toEqual(['my-request-1']);
    expect((await invoke({ multiValueHeaders: { 'X-Request-Id': ['no'] } })).headers['x-request-id']).toEqual([
      REQUEST_ID,
    ]);
  });

  it('answers HEAD without a body and failures as problems', async () => {
    expect(await invoke({ httpMethod: 'HEAD' })).toMatchObject({ statusCode: 200, body: null });
    expect(await invoke({ httpMethod: 'PUT' })).toMatchObject({
      statusCode: 405,
      headers: { allow: ['GET, HEAD, OPTIONS'] },
    });
    expect(await invoke({ path: '/nowhere' })).toMatchObject({ statusCode: 404, body: { code: 'ROUTE_NOT_FOUND' } });
  });

  it('answers many events at once, each its own', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => invoke({ path: `/echo/${at}` })));
    expect(answers.map(({ body }) => (body as { id: string }).id)).toEqual(answers.map((_, at) => String(at)));
  });
});
