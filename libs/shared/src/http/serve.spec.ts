import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'expect';
import { startTable, type TestTable } from '../../../../test/fixtures/table.js';

let table: TestTable;
const POOL = { USER_POOL_ID: 'us-east-1_test', USER_POOL_CLIENT_ID: 'test' };
const main = fileURLToPath(new URL('../../../../apps/user-service/src/main.js', import.meta.url));

/** Runs the user service as a process of its own. */
const start = (env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [main], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });

/** The origin that a started service says it listens on. */
async function originOf(service: ChildProcess): Promise<string> {
  for await (const line of createInterface(service.stdout!)) {
    const { message, port } = JSON.parse(line) as { message: string; port?: number };
    if (message === 'listening') return `http://127.0.0.1:${port}`;
  }
  throw new Error('the service ended before it listened');
}

before(async () => {
  table = await startTable();
});
after(() => table.stop());

describe('a service that runs as a server', () => {
  it('serves its routes and its own pages, and ends when it is told to, after what is under way', async () => {
    const service = start({ ...table.env, ...POOL, TABLE_NAME: table.name, AUTH_MODE: 'open', PORT: '0' });
    const exited = once(service, 'exit');
    const origin = await originOf(service);
    service.stdout?.resume();
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${origin}/docs`)).text()).toContain('<title>Users</title>');
    const document = (await (await fetch(`${origin}/docs/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toContain('/add_user');
    expect((await fetch(`${origin}/docs/assets/swagger-ui.css`)).status).toBe(200);
    table.proxy.fail('Query', 'throttled', 16);
    const before = table.proxy.calls.length;
    const running = fetch(`${origin}/users`).then((response) => response.status);
    while (table.proxy.calls.length === before) await nextTurn();
    service.kill('SIGTERM');
    expect(await running).toBe(200);
    expect(await exited).toEqual([0, null]);
  });

  it('does not start with a wrong environment, and says all that is wrong', async () => {
    const service = start({});
    const exited = once(service, 'exit');
    const said = Buffer.concat(await service.stderr!.toArray()).toString();
    expect((await exited)[0]).toBe(1);
    for (const variable of ['TABLE_NAME', 'AUTH_MODE', 'PORT']) expect(said).toContain(`- ${variable} `);
    expect(said).not.toMatch(/ at .*:\d+/);
  });

  it('does not start on a port that is taken, and says which', async () => {
    const taken = Number(new URL(table.proxy.origin).port);
    const service = start({ ...table.env, ...POOL, TABLE_NAME: table.name, AUTH_MODE: 'open', PORT: String(taken) });
    const exited = once(service, 'exit');
    const said = Buffer.concat(await service.stderr!.toArray()).toString();
    expect((await exited)[0]).toBe(1);
    expect(said).toBe(
      `user-service does not start. Port ${taken} is taken by another program; choose another with PORT.\n`,
    );
  });
});
