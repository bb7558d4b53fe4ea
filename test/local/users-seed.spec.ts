/** Seed document 004: its command lines as it prints them, its table of user calls, and its eight cases of orders. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { programOnPath } from '../fixtures/program.js';
import { startSignedIn, type SignedInStack } from '../fixtures/signed-in.js';

const LINES = new URL('../../../test/e2e/seeds/004.sh', import.meta.url);
const missing = ['aws', 'curl'].some((program) => programOnPath(program) === undefined);

describe('seed document 004', () => {
  let stack: SignedInStack;
  let john: string;
  let jane: string;

  before(async () => {
    stack = await startSignedIn();
    [john, jane] = [await stack.register('john'), await stack.register('jane')];
  });
  after(() => stack.stop());

  it(
    'makes its administrator and calls its API by the lines that it prints',
    { skip: missing && 'the lines need aws (pip install awscli) and curl' },
    async () => {
      const lines = readFileSync(LINES, 'utf8').replaceAll('<stack-name>', 'tabletop-dev');
      const { stdout } = await promisify(execFile)('bash', ['-e', '-c', lines], {
        env: {
          PATH: process.env.PATH,
          AWS_ENDPOINT_URL: stack.awsUrl,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'x',
          AWS_SECRET_ACCESS_KEY: 'x',
        },
      });
      const [, created = '', listed = ''] = /^(\{.*?^\})\s*(\{.*)$/ms.exec(stdout) ?? [];
      expect(JSON.parse(created)).toMatchObject({
        User: { Username: 'admin@example.com', UserStatus: 'FORCE_CHANGE_PASSWORD', Enabled: true },
      });
      expect(JSON.parse(listed)).toMatchObject({ success: true, data: [{ Username: 'jane' }, { Username: 'john' }] });
    },
  );

  describe('its table of user calls', () => {
    const status = async (method: string, path: string, as: string | undefined, body?: object): Promise<number> =>
      (await stack.ask(method, path, { as, ...(body && { body }) })).status;
    const user = (username: string) => ({ username, name: username, email: `${username}@example.com` });

    it('GET /users and POST /users are an admin’s', async () => {
      expect([await status('GET', '/users', john), await status('GET', '/users', stack.admin)]).toEqual([403, 200]);
      const make = (as: string) => status('POST', '/users', as, user('made'));
      expect([await make(john), await make(stack.admin)]).toEqual([403, 201]);
    });

    it('GET, PUT and DELETE /users/{userid} are its owner’s and an admin’s', async () => {
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', { name: 'John' }],
      ] as const)
        expect([
          await status(method, '/users/john', jane, body),
          await status(method, '/users/john', john, body),
          await status(method, '/users/john', stack.admin, body),
        ]).toEqual([403, 200, 200]);
      const own = await stack.register('leaving');
      expect([await status('DELETE', '/users/leaving', jane), await status('DELETE', '/users/leaving', own)]).toEqual([
        403, 200,
      ]);
      expect(await status('DELETE', '/users/made', stack.admin)).toBe(200);
    });
  });

  describe('its cases of orders', () => {
    const orderId = 'order-4711';
    const body = { username: 'john', amount: 42.5, numItems: 3, orderId };
    let placed: Record<string, unknown>;
    const ask = (method: string, path: string, more: object = {}, as = john) =>
      stack.ask(method, path, { as, ...more });

    it('authentication: nobody gets in without a token', async () => {
      for (const [method, path] of [
        ['POST', '/orders'],
        ['GET', '/orders'],
        ['GET', '/orders/x'],
        ['PUT', '/orders/x'],
        ['DELETE', '/orders/x'],
      ] as const)
        expect((await stack.ask(method, path)).status).toBe(401);
    });

    it('creation: an order is placed', async () => {
      const answer = await ask('POST', '/orders', { body });
      expect([answer.status, answer.body.data]).toEqual([
        201,
        expect.objectContaining({ Status: 'PLACED', Amount: 42.5 }),
      ]);
      placed = answer.body;
    });

    it('retrieval: its owner reads it, and nobody else', async () => {
      const answer = await ask('GET', `/orders/${String(placed.orderId)}`);
      expect([answer.status, answer.body.data]).toEqual([200, placed.data]);
      expect((await ask('GET', `/orders/${String(placed.orderId)}`, {}, jane)).status).toBe(404);
    });

    it('modification: it is changed while PLACED', async () => {
      const answer = await ask('PUT', `/orders/${String(placed.orderId)}`, { body: { amount: 50, numItems: 4 } });
      expect([answer.status, answer.body.data]).toEqual([200, expect.objectContaining({ Amount: 50, NumberItems: 4 })]);
    });

    it('cancellation: it is canceled within ten minutes', async () => {
      const answer = await ask('DELETE', `/orders/${String(placed.orderId)}`);
      expect([answer.status, answer.body.data]).toEqual([200, expect.objectContaining({ Status: 'CANCELED' })]);
    });

    it('invalid transitions: one that is canceled or acknowledged is neither changed nor canceled', async () => {
      const second = await ask('POST', '/orders', { body: { ...body, orderId: 'order-4712' } });
      const acknowledged = `/orders/${String(second.body.orderId)}`;
      await stack.ask('PUT', acknowledged, { as: stack.admin, body: { status: 'ACKNOWLEDGED' } });
      for (const path of [`/orders/${String(placed.orderId)}`, acknowledged])
        for (const answer of [await ask('PUT', path, { body: { amount: 1, numItems: 1 } }), await ask('DELETE', path)])
          expect([answer.status, answer.body.code]).toEqual([409, 'ORDER_STATE']);
    });

    it('idempotency: the same order sent again is the first one', async () => {
      const again = await ask('POST', '/orders', { body });
      expect([again.status, again.body]).toEqual([201, placed]);
      expect((await ask('POST', '/orders', { body: { ...body, amount: 1 } })).body.code).toBe('IDEMPOTENCY_CONFLICT');
    });

    it('list: a user’s orders are its own', async () => {
      const idsOf = async (as: string): Promise<unknown[]> =>
        ((await ask('GET', '/orders', {}, as)).body.data as { OrderId?: string }[]).flatMap(
          ({ OrderId }) => OrderId ?? [],
        );
      expect(await idsOf(john)).toHaveLength(2);
      expect(await idsOf(john)).toContain(placed.orderId);
      expect(await idsOf(jane)).toEqual([]);
    });
  });
});
