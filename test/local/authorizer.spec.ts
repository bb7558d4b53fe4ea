/** The API gateway's own authorizer, on a system that is not ours: what reaches a function, and what does not. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type APIGatewayProxyEvent } from 'aws-lambda';
import { httpFunction } from '../../libs/topology/src/construct.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { userPool } from '../../libs/topology/src/user-pool.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { addPoolUser, poolClient, tokensOf } from '../fixtures/pool-client.js';
import { startTabletop } from '../fixtures/tabletop.js';
import { temporaryFolder } from '../fixtures/folder.js';

const people = userPool('people', { groups: ['admins', 'clerks'] });
const echo = httpFunction('echo', { entry: 'echo', grants: [people.tokens] });
const topology = system('mine', {
  api: restApi('api', {
    authorizer: people,
    public: ['GET /open'],
    routes: { 'ANY /closed/{proxy+}': echo, 'GET /open': echo },
  }),
});
const root = temporaryFolder({
  'echo/lambda.mjs': `
    export const handler = async (event) => ({
      statusCode: 200,
      body: JSON.stringify({ authorizer: event.requestContext.authorizer, env: process.env }),
    });`,
});
const ada = { username: 'ada', password: 'Secret-123', groups: ['admins', 'clerks'] };

interface Echo {
  authorizer: APIGatewayProxyEvent['requestContext']['authorizer'];
  env: Record<string, string>;
}

describe('an API with an authorizer', () => {
  let stack: LocalStack;
  let idToken = '';
  let accessToken = '';

  before(async () => {
    stack = await startLocalStack({ topology, root, settings: { authMode: 'jwt' } });
    const client = poolClient(stack.awsUrl);
    await addPoolUser(client, 'us-east-1_mine', ada);
    ({ IdToken: idToken = '', AccessToken: accessToken = '' } = await tokensOf(client, 'mine', ada));
    client.destroy();
  });
  after(() => stack.stop());

  const get = (path: string, authorization?: string, method = 'GET'): Promise<Response> =>
    fetch(`${stack.apiUrl}${path}`, { method, ...(authorization !== undefined && { headers: { authorization } }) });
  const invocations = (): number => stack.journal.entries({ type: 'invocation' }).length;

  it('hands the token’s claims to the function, each as text, as API Gateway writes them', async () => {
    const response = await get('/closed/x', `Bearer ${idToken}`);
    const { authorizer } = (await response.json()) as Echo;
    const date = expect.stringMatching(
      /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}$/,
    ) as unknown;
    const { claims } = authorizer as { claims: Record<string, string> };
    expect(claims).toMatchObject({
      ...{ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_mine', aud: 'mine', token_use: 'id' },
      ...{ 'cognito:username': 'ada', 'cognito:groups': 'admins,clerks', exp: date, iat: date },
      auth_time: expect.stringMatching(/^\d{10}$/) as unknown,
    });
    expect(Date.parse(claims.exp!) - Date.parse(claims.iat!)).toBe(3_600_000);
  });

  it('answers for the function where there is no good ID token', async () => {
    const before = invocations();
    for (const header of [undefined, 'Bearer', `Bearer ${accessToken}`, `Bearer ${idToken}x`, idToken]) {
      const response = await get('/closed/x', header);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
    }
    expect(invocations()).toBe(before);
  });

  it('asks for none on public routes, for OPTIONS, for its own pages and for what is not there', async () => {
    for (const header of [undefined, 'Bearer x']) {
      const { authorizer } = (await (await get('/open', header)).json()) as Echo;
      expect(authorizer).toBeNull();
    }
    expect((await get('/closed/x', undefined, 'OPTIONS')).status).toBe(200);
    for (const path of ['', '/docs', '/health', '/openapi.json']) expect((await get(path)).status).toBe(200);
    expect((await get('/nowhere')).status).toBe(404);
  });

  it('tells the function whose tokens to trust', async () => {
    const { env } = (await (await get('/open')).json()) as Echo;
    expect(env).toMatchObject({
      AUTH_MODE: 'jwt',
      CORS_ORIGINS: '',
      TOKEN_ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_mine',
      TOKEN_JWKS_URI: `${stack.awsUrl}/us-east-1_mine/.well-known/jwks.json`,
      TOKEN_AUDIENCE: 'mine',
    });
    expect(env).not.toHaveProperty('USER_POOL_ID');
  });

  it('asks for nothing in open mode', async (test) => {
    const open = await startLocalStack({ topology, root });
    test.after(() => open.stop());
    const response = await fetch(`${open.apiUrl}/closed/x`);
    const { authorizer, env } = (await response.json()) as Echo;
    expect([response.status, authorizer, env.AUTH_MODE]).toEqual([200, null, 'open']);
  });
});

describe('the OpenAPI document of the gateway', () => {
  for (const [authMode, security] of [
    ['open', undefined],
    ['jwt', [{ idToken: [] }]],
  ] as const)
    it(`says in ${authMode} mode ${security ? 'which operations ask for a token' : 'nothing of tokens'}`, async (test) => {
      const stack = await startTabletop({ settings: { authMode } });
      test.after(() => stack.stop());
      const document = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as {
        paths: Record<string, Record<string, { security?: object[] }>>;
        components: { securitySchemes?: object };
      };
      expect(document.paths['/orders']?.post?.security).toEqual(security);
      expect(document.paths['/users/login']?.post?.security).toEqual(security && []);
      expect(document.components.securitySchemes !== undefined).toBe(security !== undefined);
    });
});

describe('the keys of an API’s authorizer', () => {
  it('out of reach are a 503 with Retry-After, in a problem document', async (test) => {
    const stack = await startLocalStack({ topology, root, settings: { authMode: 'jwt' } });
    test.after(() => stack.stop());
    stack.faults.order({ service: 'cognito-idp', fault: 'Unavailable' });
    const response = await fetch(`${stack.apiUrl}/closed/x`, {
      headers: { authorization: 'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.eA' },
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ code: 'SIGN_IN_UNAVAILABLE' });
  });
});
