/** What keeps the containers from starting or working is said in words, with the way out. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { freePort } from '../../localstack/src/child-process.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { docker } from '../fixtures/docker.js';
import { containersOf } from './containers.js';

const run = promisify(execFile);
const stack = stackUnderTest();
/** Compose begins a line by erasing the one before, also where there is no terminal. */
const ERASE = '\u001b[2K';
const folder = mkdtempSync(join(tmpdir(), 'bad-days-'));

/** Runs `npm run compose`'s program; gives what it says when it refuses. */
async function refusal(environment: NodeJS.ProcessEnv, ...options: readonly string[]): Promise<string> {
  const env = { ...process.env, ...environment };
  const failed = await run(process.execPath, ['build/compose.ts', ...options], { env }).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  if (failed === undefined) throw new Error('it started');
  return failed;
}

/** A PATH whose docker answers as the program says. */
function dockerThat(program: string): NodeJS.ProcessEnv {
  const file = join(folder, 'docker');
  writeFileSync(file, `#!/bin/sh\n${program}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}

/** Runs `npm run compose`'s program on the stack under test, whose image is there; gives what it says when the system does not come up. */
const failure = (environment: NodeJS.ProcessEnv): Promise<string> =>
  refusal({ DOCKER_BUILDKIT: '1', ...stack.environment, ...environment }, '--no-build');

/** Waits for a line of a container. @throws Error when none came */
async function lineOf(service: string, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const lines = (await stack.compose('logs', '--no-color', '--no-log-prefix', '--tail', '200', service)).split('\n');
    const found = lines.find((line) => pattern.test(line));
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`no such line of ${service}; the last were\n${lines.slice(-5).join('\n')}`);
    await delay(200);
  }
}

/** Containers, volumes and networks of the project. */
async function leftovers(): Promise<string[]> {
  const filter = ['--filter', `label=com.docker.compose.project=${stack.environment.COMPOSE_PROJECT_NAME}`, '--quiet'];
  const lists = [
    ['ps', '--all'],
    ['volume', 'ls'],
    ['network', 'ls'],
  ];
  const found = await Promise.all(lists.map((words) => docker([...words, ...filter])));
  return found.join('').split('\n').filter(Boolean);
}

describe('before a start', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('Docker without Compose 2 is told from one that has it', async () => {
    expect(await refusal(dockerThat('echo "docker: \'compose\' is not a docker command." >&2; exit 1'))).toMatch(
      /`docker compose` is not there.*Compose plugin 2\.20.*docker-compose` 1\.x cannot.*npm start/,
    );
    expect(await refusal(dockerThat('echo 2.3.3'))).toMatch(/Docker Compose is 2\.3\.3; 2\.20 or later is needed/);
  });

  it('a daemon that does not answer is named, also where it lets its caller wait', async () => {
    const compose = '[ "$1" = compose ] && echo v2.26.0';
    expect(await refusal(dockerThat(compose))).toMatch(/daemon does not answer/);
    expect(await refusal(dockerThat(`${compose} || sleep 60`))).toMatch(/daemon does not answer/);
  });

  it('a port in use is named, with the variable to change', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const free = String(await freePort());
    for (const environment of [{ PORT: port }, { PORT: free, AWS_PORT: port }])
      expect(await refusal(environment)).toMatch(
        new RegExp(`Port ${port} is taken.* ${Object.keys(environment).at(-1)}=${Number(port) + 1}\\.`),
      );
    const withTools = { PORT: free, AWS_PORT: String(await freePort()), TABLES_PORT: port, COMPOSE_PROFILES: 'tools' };
    expect(await refusal(withTools)).toMatch(new RegExp(`Port ${port} is taken.* TABLES_PORT=`));
    server.close();
  });

  it('a port that only a container of ours listens on, inside, is not taken for ours', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const fake = (publishers: string): NodeJS.ProcessEnv =>
      dockerThat(
        `case "$1 $2" in "compose version") echo v2.26.0;; version*) echo 26.1.5;; "compose ps") echo '${publishers}';; esac`,
      );
    const inside = JSON.stringify({ Publishers: [{ TargetPort: port, PublishedPort: 1 }] });
    expect(await refusal({ ...fake(inside), PORT: String(port) })).toMatch(/is taken by another program/);
    const ours = { ...process.env, ...fake(inside.replace('1}', `${port}}`)), PORT: String(port) };
    const { stdout } = await run(process.execPath, ['build/compose.ts'], {
      env: { ...ours, AWS_PORT: String(await freePort()) },
    });
    expect(stdout).toMatch(/Try it/);
    server.close();
  });

  it('a machine with too few processors is told from one that has them', async () => {
    const fake = dockerThat(
      'case "$1 $2" in "compose version") echo v2.26.0;; version*) echo 26.1.5;; info*) echo 1;; esac',
    );
    expect(await refusal(fake)).toMatch(/has 1 processor, and LocalStack may take 2: set LOCALSTACK_CPUS=1/);
  });

  it('what to try is said for the mode that it runs in, and what is kept', async () => {
    const fake = dockerThat('case "$1 $2" in "compose version") echo v2.26.0;; version*) echo 26.1.5;; esac');
    const ports = { PORT: String(await freePort()), AWS_PORT: String(await freePort()) };
    const said = async (AUTH_MODE: string): Promise<string> => {
      const env = { ...process.env, ...fake, ...ports, AUTH_MODE };
      return (await run(process.execPath, ['build/compose.ts'], { env })).stdout;
    };
    const open = await said('open');
    expect(open).toContain(`curl -X POST http://127.0.0.1:${ports.PORT}/dev/orders/`);
    expect(open).not.toMatch(/TOKEN/);
    expect(open.replaceAll(/\s+/g, ' ')).toMatch(
      /Kept tables and their streams; declared topics, queues and subscriptions are made again, without the messages in them/,
    );
    const jwt = (await said('jwt')).split('Try it:')[1]?.split('\n') ?? [];
    const steps = ['users/register', 'TOKEN=$(', '/dev/orders/ -d'];
    expect(jwt.slice(1, 4).map((line, at) => line.includes(steps[at] ?? '-'))).toEqual([true, true, true]);
    expect(jwt[3]).toContain('Authorization: Bearer $TOKEN');
  });

  it('what is no port is named, with what would be one', async () => {
    for (const PORT of ['abc', '0', '70000', '-1', '40.5'])
      expect(await refusal({ PORT })).toBe(`PORT is "${PORT}"; give a whole number from 1 to 65535, such as 4000.\n`);
    expect(await refusal({ TABLES_PORT: 'x' })).toMatch(/^TABLES_PORT is "x"; give a whole number/);
    expect(await refusal({ PORT: '4566', AWS_PORT: '' })).toBe('PORT and AWS_PORT are both 4566; give each its own.\n');
  });

  it('an image that wants a token and has none is named, with the tag that needs none', async () => {
    const name = 'localstack/localstack';
    for (const LOCALSTACK_IMAGE of [
      `${name}:2026.05`,
      `${name}:latest`,
      `${name}:stable`,
      name,
      `registry:5000/${name}`,
    ])
      expect(await refusal({ LOCALSTACK_IMAGE, LOCALSTACK_AUTH_TOKEN: '' })).toMatch(
        /asks for a token.*LOCALSTACK_AUTH_TOKEN.*localstack\/localstack:4\.14\.0 is the last that needs none/,
      );
  });
});

describe('while it runs', () => {
  it('a LocalStack without enough memory is said to be away, calls get 503, and it is back with enough', async () => {
    // Alone: what depends on it would be made anew with it.
    const startWith = (LOCALSTACK_MEMORY: string): Promise<unknown> =>
      docker(['compose', 'up', '--detach', '--no-build', '--no-deps', 'localstack'], {
        env: { ...process.env, ...stack.environment, LOCALSTACK_MEMORY },
      });
    await startWith('64m');
    expect(await lineOf('aws', /"LocalStack is away/)).toMatch(/calls get 503 until it is back; .*LOCALSTACK_MEMORY/);
    const answer = await fetch(stack.awsUrl, {
      ...{ method: 'POST', body: '{}', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.text()).toMatch(/waits for LocalStack/);
    const user = await fetch(`${stack.apiUrl}/users/somebody`);
    expect([user.status, user.headers.get('retry-after') !== null]).toEqual([503, true]);
    expect(await lineOf('aws', /has not answered for \d+ s/)).toMatch(
      /docker compose logs localstack.*137 or 247 ran out of memory: raise its limit \(LOCALSTACK_MEMORY\)/,
    );
    const [localstack] = await containersOf(stack, 'localstack');
    expect(localstack?.restarts).toBeGreaterThan(0);
    await startWith('1g');
    await stack.recover();
    // Counted, and not told one by one.
    expect(await lineOf('aws', /refused meanwhile/)).toMatch(/"ready: \d+ resources .*; \d+ calls? w/);
    expect(await stack.compose('logs', '--no-log-prefix', 'aws')).not.toMatch(/"operation":"ListTables"/);
    expect((await fetch(`${stack.apiUrl}/health`)).status).toBe(200);
  });

  it('data of an older declaration is named, and not touched', async () => {
    const access = { region: 'us-east-1', credentials: { accessKeyId: 'tabletop', secretAccessKey: 'tabletop' } };
    const tables = new DynamoDBClient({ ...access, endpoint: stack.awsUrl });
    const TableName = 'tabletop-dev-data';
    await tables.send(new DeleteTableCommand({ TableName }));
    await tables.send(
      new CreateTableCommand({
        ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'Id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'Id', KeyType: 'HASH' }],
      }),
    );
    await stack.compose('down');
    const started = Date.now();
    await expect(stack.up('--no-build')).rejects.toThrow(/aws-1/);
    expect(Date.now() - started).toBeLessThan(60_000);
    const [aws] = await containersOf(stack, 'aws');
    expect(aws?.health).not.toBe('healthy');
    const last: unknown = JSON.parse(
      (await stack.compose('logs', '--no-log-prefix', '--tail', '1', 'aws')).replace(ERASE, ''),
    );
    expect(last).toMatchObject({
      level: 'ERROR',
      message: expect.stringMatching(
        /^table "data": the key differs .*docker compose down -v` throws it away/,
      ) as unknown,
    });
    // As the words say.
    await stack.compose('down', '--volumes');
    expect(await leftovers()).toEqual([]);
    tables.destroy();
    await stack.up();
  });

  it('a wrong value is shown by the program that waits for it', async () => {
    expect(await failure({ AUTH_MODE: 'nonsense' })).toMatch(/AUTH_MODE is "nonsense"; choose one of open, jwt/);
    await stack.up();
  });

  it('an image that ends at once, as those without their token do, is not waited for longer than 40 s', async () => {
    await stack.compose('down');
    // Ends at once, and asks for no token: the program does not know it beforehand, the endpoint finds out.
    const started = Date.now();
    const words = await failure({ LOCALSTACK_IMAGE: 'node:24-slim', LOCALSTACK_AUTH_TOKEN: '' });
    expect(Date.now() - started).toBeLessThan(90_000);
    expect(words).toMatch(
      /has not answered for \d+ s .*Its image is node:24-slim.*4\.14\.0 is the last that needs none/,
    );
    await stack.compose('down');
    await stack.up();
  });
});
