import { describe, it } from 'node:test';
import { expect } from 'expect';
import { httpFunction } from '../../../libs/topology/src/construct.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { ApiPages } from './api-pages.js';
import { gatewayProblem } from './gateway-problem.js';

const hello = httpFunction('hello', { entry: 'hello' });
const api = restApi('api', { routes: { 'GET /hello': hello }, public: ['GET /hello'] });
const ALLOW = 'access-control-allow-origin';

/** What the gateway's pages and its problems say to a browser. */
async function allowed(corsOrigins: string, origin: string): Promise<unknown[]> {
  const pages = new ApiPages({
    ...{ api, authorizer: undefined, stage: 'dev', documentOf: () => undefined, corsOrigins },
    health: () => Promise.resolve({ functions: {} }),
  });
  const page = await pages.answer('GET', '/', { base: '', origin });
  const problem = gatewayProblem(api, 'DEFAULT_5XX', 'id', corsOrigins);
  return [page?.headers[ALLOW], problem.headers[ALLOW]];
}

describe('the gateway’s own answers', () => {
  it('may be read by every origin where * is one of several', async () => {
    for (const origins of ['*', 'https://shop.example, *', ' * ,'])
      expect(await allowed(origins, 'https://other.example')).toEqual(['*', '*']);
  });

  it('may be read by a listed origin where they are pages, and by none where they are problems', async () => {
    const list = 'https://shop.example, https://till.example';
    expect(await allowed(list, 'https://till.example')).toEqual(['https://till.example', undefined]);
    expect(await allowed(list, 'https://other.example')).toEqual([undefined, undefined]);
    expect(await allowed('', 'https://other.example')).toEqual([undefined, undefined]);
  });
});
