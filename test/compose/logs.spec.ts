/** `docker compose logs` reads well: JSON lines, and one request id that leads through all containers. */
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'expect';
import { stackUnderTest } from '../fixtures/compose.js';

const stack = stackUnderTest();
const REQUEST_ID = `logs-${Date.now().toString(36)}`;
const PARTS = ['gateway', 'order-service', 'pipes', 'notifier', 'aws'];

/** Compose begins a line by erasing the one before, also where there is no terminal. */
const ERASE = '\u001b[2K';

const linesOf = async (service: string): Promise<string[]> =>
  (await stack.compose('logs', '--no-color', '--no-log-prefix', service))
    .replaceAll(ERASE, '')
    .split('\n')
    .filter((line) => line !== '');

describe('the lines of the containers', () => {
  it('have the request id of an order in each part that it passes', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': REQUEST_ID };
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${stack.apiUrl}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
    await post('/users', { username: 'logan', name: 'Logan L', email: 'logan@example.com' });
    expect((await post('/orders', { username: 'logan', amount: 5, numItems: 1 })).status).toBe(201);
    const deadline = Date.now() + 30_000;
    const without = new Set(PARTS);
    while (without.size > 0) {
      for (const part of without)
        if ((await linesOf(part)).some((line) => line.includes(REQUEST_ID))) without.delete(part);
      if (Date.now() > deadline) throw new Error(`no line of ${[...without].join(', ')} has the request id`);
      await delay(200);
    }
  });

  for (const part of [...PARTS, 'identity', 'purchase-writer'])
    it(`of ${part} are JSON, each with its level, its time and who wrote it`, async () => {
      for (const line of await linesOf(part)) {
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
