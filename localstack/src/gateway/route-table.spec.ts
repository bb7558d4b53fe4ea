import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type HttpMethod, type RestApi } from '../../../libs/topology/src/model.js';
import { RouteTable } from './route-table.js';

const table = (...routes: readonly [HttpMethod, string][]): RouteTable =>
  new RouteTable({
    routes: routes.map(([method, path]) => ({ method, path, target: { name: `${method} ${path}` } })),
  } as unknown as RestApi);

const routes = table(
  ['GET', '/'],
  ['GET', '/users'],
  ['POST', '/users'],
  ['GET', '/users/{username}'],
  ['GET', '/users/me'],
  ['ANY', '/orders/{proxy+}'],
  ['GET', '/orders/{id}'],
  ['PATCH', '/orders/{id}'],
);

describe('the route table', () => {
  const cases: readonly (readonly [string, string, string, Record<string, string>])[] = [
    ['GET', '/', 'GET /', {}],
    ['GET', '/users', 'GET /users', {}],
    ['GET', '/users/', 'GET /users', {}],
    ['POST', '/users', 'POST /users', {}],
    ['GET', '/users/john', 'GET /users/{username}', { username: 'john' }],
    ['GET', '/users/me', 'GET /users/me', {}],
    ['GET', '/users/j%2Fd', 'GET /users/{username}', { username: 'j%2Fd' }],
    ['GET', '/orders/1', 'GET /orders/{id}', { id: '1' }],
    ['DELETE', '/orders/1', 'ANY /orders/{proxy+}', { proxy: '1' }],
    ['GET', '/orders/1/lines/2', 'ANY /orders/{proxy+}', { proxy: '1/lines/2' }],
  ];
  for (const [method, path, name, pathParameters] of cases)
    it(`leads ${method} ${path} to ${name}`, () => {
      const match = routes.find(method, path);
      expect(match?.target.name).toBe(name);
      expect(match?.pathParameters).toEqual(pathParameters);
    });

  for (const [method, path] of [
    ['DELETE', '/users'],
    ['GET', '/user'],
    ['GET', '/users/john/orders'],
    ['GET', '/orders'],
    ['GET', '/__proto__'],
    ['GET', '//users'],
  ] as const)
    it(`knows no ${method} ${path}`, () => {
      expect(routes.find(method, path)).toBeUndefined();
    });

  it('names the route as it was declared', () => {
    expect(routes.find('PUT', '/orders/1')?.resource).toBe('/orders/{proxy+}');
  });
});
