/** What is beside the system: the image that adds Pipes to a LocalStack of somebody's own, and the table browser. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { freePort, until } from '../../localstack/src/child-process.js';
import { isReady } from '../../localstack/src/container/wait-for-endpoint.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { HandMadePipe } from './hand-made-pipe.js';

const run = promisify(execFile);
const stack = stackUnderTest();
const project = stack.environment.COMPOSE_PROJECT_NAME ?? '';
const IMAGE = `${project}-pipes-image`;
const CONTAINER = `${project}-beside`;
const PATIENCE_MS = 60_000;

const docker = async (...words: string[]): Promise<string> =>
  (await run('docker', words, { env: { ...process.env, DOCKER_BUILDKIT: '1' } })).stdout;

describe('the image tabletop-pipes beside a LocalStack', () => {
  let endpoint: string;

  before(async () => {
    await docker('build', '--quiet', '--target', 'tabletop-pipes', '--tag', IMAGE, '.');
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    // As the example of docs/compose.md does, in a network that has a LocalStack.
    const how = ['--name', CONTAINER, '--network', `${project}_system`, '--publish', `127.0.0.1:${port}:4566`];
    await docker('run', '--detach', ...how, '--env', 'LOCALSTACK_URL=http://localstack:4566', IMAGE);
    await until('it is not ready', () => isReady(`${endpoint}/health`), PATIENCE_MS);
  });
  after(async () => {
    await docker('rm', '--force', CONTAINER);
    await docker('image', 'rm', IMAGE);
  });

  it('brings a record of a table of one’s own to a queue', async () => {
    const notes = new HandMadePipe(endpoint, 'notes-of-somebody');
    await notes.make();
    await notes.put('first');
    const [delivered] = await notes.deliveredUntil('first');
    expect(delivered).toMatchObject({ eventName: 'INSERT', dynamodb: { Keys: { PK: { S: 'first' } } } });
    await notes.remove();
  });
});

describe('docker compose --profile tools', () => {
  const compose = (...words: string[]): Promise<string> => stack.compose('--profile', 'tools', ...words);
  after(() => compose('rm', '--force', '--stop', 'tables'));

  it('adds a table browser that shows the table of the system', async () => {
    await compose('up', '--wait', 'tables');
    const page = await fetch(`http://127.0.0.1:${stack.environment.TABLES_PORT}/`);
    expect(await page.text()).toMatch(/tabletop-dev-data/);
  });
});
