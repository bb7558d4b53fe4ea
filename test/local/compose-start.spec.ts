/** `npm run compose` looks for what would keep the containers from starting, and says the way out; here a program plays Docker. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { freePort } from '../../localstack/src/child-process.js';
import { dockerThat } from '../fixtures/docker.js';
import { temporaryFolder } from '../fixtures/folder.js';

const run = promisify(execFile);
/** A Docker that answers. */
const WELL = 'case "$1 $2" in "compose version") echo v2.26.0;; version*) echo 26.1.5;; esac';

/** What it says when it refuses. */
async function refusal(environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...process.env, ...environment };
  const failed = await run(process.execPath, ['build/compose.ts'], { env }).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  if (failed === undefined) throw new Error('it started');
  return failed;
}

// Together: two of them wait until it gives a hanging Docker up.
describe('npm run compose, when it cannot start', { concurrency: true }, () => {
  it('Docker without Compose 2 is told from one that has it', async () => {
    expect(await refusal(dockerThat('echo "docker: \'compose\' is not a docker command." >&2; exit 1'))).toMatch(
      /`docker compose` is not there.*Compose plugin 2\.20.*docker-compose` 1\.x cannot.*npm start/,
    );
    expect(await refusal(dockerThat('echo 2.3.3'))).toMatch(/Docker Compose is 2\.3\.3; 2\.20 or later is needed/);
  });

  it('a daemon that does not answer is named, and one that lets its caller wait', async () => {
    const compose = '[ "$1" = compose ] && echo v2.26.0';
    expect(await refusal(dockerThat(compose))).toMatch(/daemon does not answer/);
    expect(await refusal(dockerThat(`${compose} || exec sleep 60`))).toMatch(/Docker hangs: `docker version .*anew/);
  });

  it('a port in use is named, with the variable to change', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const free = String(await freePort());
    for (const environment of [{ PORT: port }, { PORT: free, AWS_PORT: port }])
      expect(await refusal({ ...dockerThat(WELL), ...environment })).toMatch(
        new RegExp(`Port ${port} is taken.* ${Object.keys(environment).at(-1)}=${Number(port) + 1}\\.`),
      );
    const withTools = { PORT: free, AWS_PORT: String(await freePort()), TABLES_PORT: port, COMPOSE_PROFILES: 'tools' };
    expect(await refusal({ ...dockerThat(WELL), ...withTools })).toMatch(
      new RegExp(`Port ${port} is taken.* TABLES_PORT=`),
    );
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
    for (const LOCALSTACK_CPUS of ['abc', '0', '-1'])
      expect(await refusal({ ...fake, LOCALSTACK_CPUS })).toBe(
        `LOCALSTACK_CPUS is "${LOCALSTACK_CPUS}"; give a number above 0, such as 1.5.\n`,
      );
  });

  it('a start that hangs later is told of, and ends with the program that began it', async () => {
    const folder = temporaryFolder();
    const fake = dockerThat(
      `case "$1 $2" in "compose version") echo v2.26.0;; version*) echo 26.1.5;; "compose --progress") echo $$ > ${folder}/pid; exec sleep 60;; "compose logs") exec sleep 60;; esac`,
    );
    const ports = { PORT: String(await freePort()), AWS_PORT: String(await freePort()) };
    const child = spawn(process.execPath, ['build/compose.ts'], { env: { ...process.env, ...fake, ...ports } });
    const [said] = (await once(child.stderr, 'data')) as [Buffer];
    expect(String(said)).toMatch(/Docker hangs: `docker compose logs` had no answer in 20 s/);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it('what to try is said for the mode that it runs in, and what is kept', async () => {
    const fake = dockerThat(WELL);
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
      expect(await refusal({ ...dockerThat(WELL), PORT })).toBe(
        `PORT is "${PORT}"; give a whole number from 1 to 65535, such as 4000.\n`,
      );
    expect(await refusal({ ...dockerThat(WELL), TABLES_PORT: 'x' })).toMatch(
      /^TABLES_PORT is "x"; give a whole number/,
    );
    expect(await refusal({ ...dockerThat(WELL), PORT: '4566', AWS_PORT: '' })).toBe(
      'PORT and AWS_PORT are both 4566; give each its own.\n',
    );
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
      expect(await refusal({ ...dockerThat(WELL), LOCALSTACK_IMAGE, LOCALSTACK_AUTH_TOKEN: '' })).toMatch(
        /asks for a token.*LOCALSTACK_AUTH_TOKEN.*localstack\/localstack:4\.14\.0 is the last that needs none/,
      );
  });
});
