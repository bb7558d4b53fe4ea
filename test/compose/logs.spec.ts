/** `docker compose logs` reads well: JSON lines, and one request id that leads through the containers. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { stackUnderTest } from '../fixtures/compose.js';

const stack = stackUnderTest();
/** What an order passes, and a purchase. */
const ORDER = ['gateway', 'order-service', 'pipes', 'notifier', 'aws'];
const PURCHASE = ['gateway', 'purchase-service', 'purchase-writer', 'aws'];
const OTHERS = ['user-service', 'product-service', 'identity'];

/** Compose begins a line by erasing the one before, also where there is no terminal. */
const ERASE = '\u001b[2K';

const linesOf = async (service: string): Promise<string[]> =>
  (await stack.compose('logs', '--no-color', '--no-log-prefix', service))
    .replaceAll(ERASE, '')
    .split('\n')
    .filter((line) => line !== '');

describe('the lines of the containers', () => {
  const post = (path: string, requestId: string, body: object): Promise<Response> =>
    fetch(`${stack.apiUrl}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    });
  /** Resolves when each part has a line with the id. */
  const leadsThrough = async (requestId: string, parts: readonly string[]): Promise<void> => {
    const without = new Set(parts);
    const look = async (): Promise<boolean> => {
      for (const part of without)
        if ((await linesOf(part)).some((line) => line.includes(requestId))) without.delete(part);
      return without.size === 0;
    };
    await until(`some of ${parts.join(', ')} have no line with the request id`, look, 30_000);
  };

  it('have the request id of an order in each part that it passes', async () => {
    await post('/users', 'logs-user', { username: 'logan', name: 'Logan L', email: 'logan@example.com' });
    const requestId = `order-${Date.now().toString(36)}`;
    expect((await post('/orders', requestId, { username: 'logan', amount: 5, numItems: 1 })).status).toBe(201);
    await leadsThrough(requestId, ORDER);
  });

  it('have the request id of a purchase in each part that it passes', async () => {
    const requestId = `purchase-${Date.now().toString(36)}`;
    expect((await post('/product-purchase', requestId, { ProductName: 'Mouse' })).status).toBe(200);
    await leadsThrough(requestId, PURCHASE);
  });

  for (const part of new Set([...ORDER, ...PURCHASE, ...OTHERS]))
    it(`of ${part} are JSON, each with its level, its time and who wrote it`, async () => {
      const lines = await linesOf(part);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const entry = JSON.parse(line) as Record<string, unknown>;
        expect(entry).toMatchObject({
          level: expect.stringMatching(/^(DEBUG|INFO|WARN|ERROR)$/) as unknown,
          message: expect.any(String) as unknown,
          service: expect.any(String) as unknown,
          timestamp: expect.any(String) as unknown,
        });
      }
    });
});
