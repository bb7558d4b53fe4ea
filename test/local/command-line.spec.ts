/** `npm start` as a person meets it. */
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isRunning, type ProcessIdentity } from '../../localstack/src/process-identity.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { printed, startStackProcess } from '../fixtures/stack-process.js';

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** The words a process was started with; empty when it is gone. */
const commandOf = (pid: string): string =>
  existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';

describe('the command line', () => {
  it('prints lines to try that sign in where AUTH_MODE is jwt, and they work as they stand', async (test) => {
    const stack = await startStackProcess({ DATA_DIR: temporaryFolder(), AUTH_MODE: 'jwt' });
    test.after(() => stack.end('SIGTERM'));
    expect(stack.output()).toMatch(/Auth +jwt \(send the ID token/);
    const [, lines = ''] = stack.output().split('Try it:\n');
    const tried = execFileSync('bash', ['-e', '-c', lines.trim()], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(tried).toContain('{"userId":"mary","message":"User registered successfully"}');
    expect(tried).toMatch(/"message":"Order placed successfully".*"message":"orders fetched successfully"/s);
    expect((await fetch(`${stack.apiUrl}/orders/`)).status).toBe(401);
  });

  it('prints where things are, shows an order on its way in one line each, and stops within 2 s leaving no process', async () => {
    const DATA_DIR = temporaryFolder();
    const stack = await startStackProcess({ DATA_DIR });
    for (const fact of ['Swagger', 'AWS endpoint', 'created   table data', 'AWS only', DATA_DIR, 'curl -X POST'])
      expect(stack.output()).toContain(fact);
    expect(
      (await post(`${stack.apiUrl}/add_user/`, { username: 'john', name: 'John', email: 'john@x.org' })).status,
    ).toBe(200);
    const { orderId } = (await (
      await post(`${stack.apiUrl}/orders/`, { username: 'john', amount: 5.5, numItems: 2 })
    ).json()) as {
      orderId: string;
    };
    await printed(stack, /pipe +\S+ delivered 1 record/);
    const screen = stack.output();
    expect(screen).toMatch(/request +POST \/dev\/orders\/ -> 201/);
    expect(screen).toMatch(new RegExp(`record +INSERT PK=CUSTOMER#john SK=#ORDER#${orderId}`));
    expect(screen).toMatch(/filter +passed event \S+: filter 1 matches/);
    expect(screen).toMatch(new RegExp(`sns +tabletop-dev-order-events: New order ${orderId}`));

    const lock = JSON.parse(readFileSync(join(DATA_DIR, 'stack.lock'), 'utf8')) as { children: ProcessIdentity[] };
    expect(lock.children.filter(isRunning).length).toBeGreaterThanOrEqual(4);
    const { code, ms } = await stack.end('SIGINT');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(2_000);
    expect(lock.children.filter(isRunning)).toEqual([]);
  });

  for (const [title, afterMs] of [
    ['at once', 0],
    ['while backends start', 300],
    ['while functions start', 700],
  ] as const)
    it(`leaves no process when it is interrupted ${title}`, async () => {
      const DATA_DIR = temporaryFolder();
      const child = spawn(process.execPath, ['dist/localstack/src/cli.js'], {
        env: { PORT: '0', AWS_PORT: '0', DATA_DIR },
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      setTimeout(() => child.kill('SIGINT'), afterMs);
      await exited;
      const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(DATA_DIR));
      expect(left).toEqual([]);
    });

  it('tells all mistakes of its variables together', () => {
    const run = (): string =>
      execFileSync(process.execPath, ['dist/localstack/src/cli.js'], {
        env: { PORT: 'http', TABLE_BACKEND: 'mysql', LOG_LEVEL: 'LOUD' },
        stdio: 'pipe',
        encoding: 'utf8',
      });
    expect(run).toThrow(
      /PORT is "http".*\n.*TABLE_BACKEND is "mysql"; choose one of dynoxide, dynamodb-local\n.*LOG_LEVEL is "LOUD"/,
    );
  });

  it('started in a shell with credentials, a profile and a proxy uses none of them', async () => {
    const calls: string[] = [];
    const outside = createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      response.end();
    }).listen(0, '127.0.0.1');
    outside.on('connect', (request, socket) => {
      calls.push(`CONNECT ${request.url}`);
      socket.destroy();
    });
    await once(outside, 'listening');
    const address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    const home = temporaryFolder({
      '.aws/config': `[profile work]\nregion = eu-west-1\nendpoint_url = ${address}\n`,
      '.aws/credentials': '[work]\naws_access_key_id = AKIAREALLOOKING\naws_secret_access_key = real-looking\n',
    });
    const stack = await startStackProcess({
      DATA_DIR: temporaryFolder(),
      HOME: home,
      AWS_PROFILE: 'work',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAREALLOOKING',
      AWS_SECRET_ACCESS_KEY: 'real-looking',
      AWS_SESSION_TOKEN: 'real-looking',
      AWS_ENDPOINT_URL: address,
      AWS_ENDPOINT_URL_DYNAMODB: address,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: address,
      HTTP_PROXY: address,
      HTTPS_PROXY: address,
    });
    await post(`${stack.apiUrl}/users`, { username: 'john', name: 'John', email: 'john@x.org' });
    expect((await post(`${stack.apiUrl}/orders/`, { username: 'john', amount: 1, numItems: 1 })).status).toBe(201);
    await printed(stack, /pipe +\S+ delivered 1 record/);
    await stack.end('SIGINT');
    outside.close();
    expect(calls).toEqual([]);
    expect(stack.output()).not.toContain('AKIAREALLOOKING');
  });
});
