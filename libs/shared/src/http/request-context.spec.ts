import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Logger } from '@aws-lambda-powertools/logger';
import { expect } from 'expect';
import express from 'express';
import { requestContext } from './request-context.js';

describe('the line of a request', () => {
  const said: [level: string, route: unknown, status: unknown][] = [];
  const at =
    (level: string) =>
    (_message: string, { route, status }: { route: string; status: number }): unknown =>
      said.push([level, route, status]);
  const logger = { debug: at('debug'), info: at('info'), error: at('error') } as unknown as Logger;
  let server: Server;

  before(async () => {
    const app = express();
    app.use(requestContext(logger));
    for (const path of ['/health/ready', '/things'])
      app.get(path, (request, response) => void response.status(Number(request.query.status)).end());
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const levelOf = async (path: string, status: number): Promise<unknown> => {
    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}${path}?status=${status}`);
    const [level, ...rest] = said.pop() ?? [];
    expect(rest).toEqual([path, status]);
    return level;
  };

  it('is an error when the service failed, else information', async () => {
    expect([await levelOf('/things', 503), await levelOf('/things', 404)]).toEqual(['error', 'info']);
  });

  it('of a health probe is for who debugs, whatever the answer: somebody asks every second', async () => {
    expect([await levelOf('/health/ready', 503), await levelOf('/health/ready', 200)]).toEqual(['debug', 'debug']);
  });
});
