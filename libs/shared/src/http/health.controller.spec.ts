import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Module } from '@nestjs/common';
import { expect } from 'expect';
import { startService, type TestService } from '../../../../test/fixtures/service.js';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';
import { createDocumentClient } from '../table/dynamo-client.js';

/** A service without a route of its own. */
@Module({})
class BareModule {
  static readonly serviceName = 'bare';
}

let table: TestTable;
let service: TestService;

before(async () => {
  table = await startTable();
  service = await startService(BareModule, table);
});
after(async () => {
  await service.stop();
  await table.stop();
});

describe('health', () => {
  it('is live, and ready when the table answers, at the cost of one read', async () => {
    expect((await service.http.get('/health/live')).body).toEqual({ status: 'live' });
    const operations = await table.proxy.during(() => service.http.get('/health/ready').expect(200));
    expect(operations).toEqual(['GetItem']);
  });

  it('is live but not ready without the table', async () => {
    const nowhere = createServer().listen(0, '127.0.0.1');
    await once(nowhere, 'listening');
    const { port } = nowhere.address() as AddressInfo;
    nowhere.close();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${port}`;
    const client = createDocumentClient();
    const cut = await startService(BareModule, { ...table, client });
    expect((await cut.http.get('/health/live')).status).toBe(200);
    const answer = await cut.http.get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toMatchObject({ code: 'TABLE_UNAVAILABLE' });
    process.env.AWS_ENDPOINT_URL_DYNAMODB = table.proxy.origin;
    client.destroy();
    await cut.stop();
  });
});
