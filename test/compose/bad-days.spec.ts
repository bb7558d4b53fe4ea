/** What keeps the containers from working is said in words, with the way out. */
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { docker } from '../fixtures/docker.js';
import { containersOf } from './containers.js';

const run = promisify(execFile);
const stack = stackUnderTest();
/** Compose begins a line by erasing the one before, also where there is no terminal. */
const ERASE = '\u001b[2K';
const PATIENCE_MS = 150_000;

/** Runs `npm run compose`'s program on the stack under test, whose image is there; gives what it says when the system does not come up. */
async function failure(environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '1', ...stack.environment, ...environment };
  const words = ['build/compose.ts', '--no-build'];
  const failed = await run(process.execPath, words, { env, timeout: PATIENCE_MS }).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  if (failed === undefined) throw new Error('it started');
  return failed;
}

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
      /docker compose logs localstack.*137 or 247 may have run out of memory: raise its limit \(LOCALSTACK_MEMORY\)/,
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
    const tables = new DynamoDBClient(localStackAccess(stack.awsUrl));
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
