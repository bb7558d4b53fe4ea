/** Starts that cannot work, and starts after a kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { handlerFunction, httpFunction, singleTable } from '../../libs/topology/src/construct.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system, type Topology } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack, type LocalStackOptions } from '../../localstack/src/local-stack.js';
import { identify, isRunning } from '../../localstack/src/process-identity.js';
import { StartError } from '../../localstack/src/start-error.js';
import { functionProcess } from '../fixtures/function-process.js';
import { temporaryFolder } from '../fixtures/folder.js';

const simple = system('plain', { also: [singleTable('data', { index: 'GSI1', stream: 'NEW_IMAGE' })] });
const withTable = (...options: Parameters<typeof singleTable>): Topology =>
  system('plain', { also: [singleTable(...options)] });

/** A stack for as long as `use` takes. */
async function during<T>(options: LocalStackOptions, use: (stack: LocalStack) => T | Promise<T>): Promise<T> {
  const stack = await startLocalStack(options);
  try {
    return await use(stack);
  } finally {
    await stack.stop();
  }
}

/** The addresses that a process listens on, from the kernel's own tables (proc(5)). */
function listeningAddresses(pid: string): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // The descriptor that listed the folder is gone again.
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode ?? ''))
      .map(([, local = '']) => (local.startsWith('0100007F:') ? '127.0.0.1' : local)),
  );
}

const originsOf = ({ resources }: LocalStack): string[] => resources.map(({ origin }) => origin);

describe('a start', () => {
  it('on a taken port names the port and the variable to change', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    t.after(() => server.close());
    const message = new RegExp(`Port ${port} for the AWS endpoint is taken\\..*AWS_PORT=${port + 1}`);
    await expect(startLocalStack({ topology: simple, awsPort: port })).rejects.toThrow(message);
  });

  it('on a data folder of another running stack says so', async () => {
    const dataDir = temporaryFolder();
    await during({ topology: simple, dataDir }, async ({ awsUrl }) => {
      const message = new RegExp(
        `in use by another running stack \\(process ${process.pid}, AWS endpoint on port ${new URL(awsUrl).port}\\)`,
      );
      await expect(startLocalStack({ topology: simple, dataDir })).rejects.toThrow(message);
    });
  });

  it('finds what an earlier start made', async () => {
    const dataDir = temporaryFolder();
    expect(await during({ topology: simple, dataDir }, originsOf)).toEqual(['created']);
    expect(await during({ topology: simple, dataDir }, originsOf)).toEqual(['found']);
    expect(await during({ topology: simple, dataDir, fresh: true }, originsOf)).toEqual(['created']);
  });

  it('applies a difference that can be applied', async () => {
    const dataDir = temporaryFolder();
    await during({ topology: simple, dataDir }, originsOf);
    const expiring = withTable('data', { index: 'GSI1', stream: 'NEW_IMAGE', expiry: 'ExpiresAt' });
    expect(await during({ topology: expiring, dataDir }, originsOf)).toEqual(['updated']);
    expect(await during({ topology: expiring, dataDir }, originsOf)).toEqual(['found']);
  });

  it('refuses a difference that cannot be applied, by name', async () => {
    const dataDir = temporaryFolder();
    await during({ topology: simple, dataDir }, originsOf);
    for (const [topology, what] of [
      [withTable('data', { index: 'GSI2', stream: 'NEW_IMAGE' }), 'index GSI2'],
      [withTable('data', { stream: 'NEW_IMAGE' }), 'index GSI1'],
      [withTable('data', { index: 'GSI1', stream: 'KEYS_ONLY' }), 'the stream'],
    ] as const) {
      const starting = startLocalStack({ topology, dataDir });
      await expect(starting).rejects.toThrow(
        `table "data": ${what} differs from that of the data there is; start with --fresh`,
      );
    }
  });

  it('with a function that does not load says which and why', async () => {
    const root = temporaryFolder({ 'broken/lambda.mjs': `throw new Error('no such setting');` });
    const topology = system('plain', { also: [handlerFunction('broken', { entry: 'broken' })] });
    const starting = startLocalStack({ topology, root });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(/function "broken" does not start.*no such setting/s);
  });

  it('that fails while functions are still being bundled leaves no process of theirs', async () => {
    const root = temporaryFolder({ 'late/lambda.mjs': `export const handler = async () => 1;` });
    const dataDir = temporaryFolder({ messages: 'a file where a folder belongs' });
    const topology = system('plain', { also: [handlerFunction('late', { entry: 'late' })] });
    await expect(startLocalStack({ topology, root, dataDir })).rejects.toThrow();
    expect(() => functionProcess('plain-dev-late')).toThrow(/no process of plain-dev-late/);
  });

  it('with a function whose entry is missing says where it looked', async () => {
    const topology = system('plain', { also: [handlerFunction('lost', { entry: 'lost' })] });
    await expect(startLocalStack({ topology, root: temporaryFolder() })).rejects.toThrow(
      /function "lost".*no folder with a lambda/s,
    );
  });

  it('ends the orphans of a killed stack before it opens the data', async () => {
    const dataDir = temporaryFolder();
    const orphan = spawn('sleep', ['60'], { stdio: 'ignore' });
    const dead = spawn('true', { stdio: 'ignore' });
    const deadIdentity = identify(dead.pid!) ?? { pid: dead.pid!, startTime: '0' };
    await once(dead, 'exit');
    const children = [identify(orphan.pid!)!, { pid: process.pid, startTime: 'another process had this id' }];
    writeFileSync(join(dataDir, 'stack.lock'), JSON.stringify({ stack: deadIdentity, awsPort: 4566, children }));
    const ended = once(orphan, 'exit');
    await during({ topology: simple, dataDir }, () => undefined);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('opens no port beyond 127.0.0.1', { skip: process.platform !== 'linux' }, async () => {
    const root = temporaryFolder({ 'web/lambda.mjs': `export const handler = async () => ({ statusCode: 200 });` });
    const web = httpFunction('web', { entry: 'web' });
    const topology = system('plain', {
      api: restApi('api', { routes: { 'GET /web': web } }),
      also: [singleTable('data')],
    });
    await during({ topology, root }, () => {
      const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
      const open = [String(process.pid), ...children].flatMap(listeningAddresses);
      expect(open.length).toBeGreaterThanOrEqual(4);
      expect(new Set(open)).toEqual(new Set(['127.0.0.1']));
    });
  });

  it('of two at once on a dead stack’s folder gives it to one', async () => {
    const dead = { pid: 1, startTime: 'another process had this id' };
    for (let round = 0; round < 5; round++) {
      const dataDir = temporaryFolder({ 'stack.lock': JSON.stringify({ stack: dead, children: [] }) });
      const starts = await Promise.allSettled([1, 2].map(() => startLocalStack({ topology: simple, dataDir })));
      const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
      await Promise.all(started.map((stack) => stack.stop()));
      expect(started).toHaveLength(1);
    }
  });

  it('with a damaged lock file says what to do', async () => {
    const dataDir = temporaryFolder({ 'stack.lock': '{"stack":' });
    await expect(startLocalStack({ topology: simple, dataDir })).rejects.toThrow(/stack.lock is damaged .* delete it/);
  });
});

describe('a backend that dies', () => {
  it('again and again is given up, with the reason', async () => {
    const dataDir = temporaryFolder();
    await during({ topology: simple, dataDir }, async (stack) => {
      let over = false;
      void stack.broken.then(() => (over = true));
      const killed = new Set<number>();
      while (!over) {
        const { children } = JSON.parse(readFileSync(join(dataDir, 'stack.lock'), 'utf8')) as {
          children: { pid: number; startTime: string }[];
        };
        const alive = children.find((child) => isRunning(child) && !killed.has(child.pid));
        if (alive) {
          killed.add(alive.pid);
          process.kill(alive.pid, 'SIGKILL');
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await stack.broken).toMatch(
        /^dynoxide ended with SIGKILL(?:, for the 4th time within a minute| and does not start again)/,
      );
    });
  });

  it('is started again on the same data, and the journal says so', async () => {
    const dataDir = temporaryFolder();
    await during({ topology: simple, dataDir }, async (stack) => {
      const { children } = JSON.parse(readFileSync(join(dataDir, 'stack.lock'), 'utf8')) as {
        children: { pid: number; startTime: string }[];
      };
      const backend = children.find(isRunning)!;
      process.kill(backend.pid, 'SIGKILL');
      await stack.journal.waitFor(
        (entry) => entry.type === 'stack' && /ended with SIGKILL; it is started again/.test(entry.what),
      );
      const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
      const client = new DynamoDBClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 10 });
      const { Table } = await client.send(new DescribeTableCommand({ TableName: 'plain-dev-data' }));
      client.destroy();
      expect(Table?.TableStatus).toBe('ACTIVE');
    });
  });
});
