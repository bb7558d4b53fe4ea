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
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf } from './containers.js';

const run = promisify(execFile);
const stack = stackUnderTest();
const folder = mkdtempSync(join(tmpdir(), 'bad-days-'));

/** Runs `npm run compose`'s program; gives what it says when it refuses. */
async function refusal(environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...process.env, ...environment };
  const failed = await run(process.execPath, ['build/compose.ts'], { env }).then(
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
  const found = await Promise.all(lists.map(async (words) => (await run('docker', [...words, ...filter])).stdout));
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

  it('a daemon that does not answer is named', async () => {
    expect(await refusal(dockerThat('[ "$1" = compose ] && echo v2.26.0'))).toMatch(/daemon does not answer/);
  });

  it('a port in use is named, with the variable to change', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    expect(await refusal({ PORT: port })).toMatch(new RegExp(`Port ${port} is taken.*PORT=${Number(port) + 1}`));
    server.close();
  });

  it('an image that wants a token and has none is named, with the tag that needs none', async () => {
    const LOCALSTACK_IMAGE = 'localstack/localstack:2026.05';
    expect(await refusal({ LOCALSTACK_IMAGE, LOCALSTACK_AUTH_TOKEN: '' })).toMatch(
      /2026\.05 asks for a token.*LOCALSTACK_AUTH_TOKEN.*localstack\/localstack:4\.14\.0 is the last that needs none/,
    );
  });
});

describe('while it runs', () => {
  it('a LocalStack that is away is said by the endpoint, calls get 503, and it comes back by itself', async () => {
    await stack.compose('stop', 'localstack');
    expect(await lineOf('aws', /"LocalStack is away/)).toMatch(/calls get 503 until it is back/);
    const answer = await fetch(stack.awsUrl, {
      ...{ method: 'POST', body: '{}', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.text()).toMatch(/waits for LocalStack/);
    const user = await fetch(`${stack.apiUrl}/users/somebody`);
    expect([user.status, user.headers.get('retry-after') !== null]).toEqual([503, true]);
    expect(await lineOf('aws', /has not answered for \d+ s/)).toMatch(/docker compose logs localstack/);
    await stack.recover();
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
    await stack.compose('restart', 'aws');
    expect(await lineOf('aws', /table \\"data\\": the key differs/)).toMatch(/docker compose down -v` throws it away/);
    const [aws] = await containersOf(stack, 'aws');
    expect(aws?.health).not.toBe('healthy');
    // As the words say.
    await stack.compose('down', '--volumes');
    expect(await leftovers()).toEqual([]);
    tables.destroy();
    await stack.up();
  });
});
