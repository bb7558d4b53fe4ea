import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { DataFolder } from './data-folder.js';
import { identify, isRunning } from './process-identity.js';

describe('a data folder', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'tabletop-folder-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  const lockFile = (): string => join(path, 'stack.lock');
  /** A lock as a stack leaves it that was killed: its own process is gone, `children` may not be. */
  const leaveLock = (children: readonly unknown[] = []): void =>
    writeFileSync(lockFile(), JSON.stringify({ stack: { pid: 2 ** 22 + 1, startTime: '1' }, children }));

  it('belongs to one stack, and says to another who has it', async () => {
    const folder = await DataFolder.open(path);
    folder.announce(4566);
    await expect(DataFolder.open(path)).rejects.toThrow(
      new RegExp(`in use by another running stack \\(process ${process.pid}, AWS endpoint on port 4566\\).*DATA_DIR`),
    );
    folder.close();
    (await DataFolder.open(path)).close();
  });

  it('gives way to one of two stacks that start together', async () => {
    const opened = await Promise.allSettled([DataFolder.open(path), DataFolder.open(path)]);
    expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const each of opened) if (each.status === 'fulfilled') each.value.close();
  });

  it('is taken from a stack that was killed, and the processes it left are ended', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(orphan, 'spawn');
    const identity = identify(orphan.pid ?? 0);
    leaveLock([identity]);
    const folder = await DataFolder.open(path);
    expect(identity && isRunning(identity)).toBe(false);
    folder.close();
  });

  it('lets live a process that only has the number of one it left', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(stranger, 'spawn');
    leaveLock([{ pid: stranger.pid, startTime: 'long ago' }]);
    (await DataFolder.open(path)).close();
    expect(stranger.signalCode).toBeNull();
    expect(stranger.kill()).toBe(true);
  });

  it('says which lock file is damaged and what to do', async () => {
    writeFileSync(lockFile(), '{"stack":');
    await expect(DataFolder.open(path)).rejects.toThrow(/stack\.lock is damaged .* delete it/);
  });

  it('is emptied of a stack’s data when asked to', async () => {
    for (const name of ['table', 'messages', 'checkpoints']) mkdirSync(join(path, name));
    writeFileSync(join(path, 'table', 'rows'), 'x');
    (await DataFolder.open(path, true)).close();
    expect(['table', 'messages', 'checkpoints'].filter((name) => existsSync(join(path, name)))).toEqual([]);
  });

  it('that holds other things too is not emptied, and not locked', async () => {
    mkdirSync(join(path, 'table'));
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    await expect(DataFolder.open(path, true)).rejects.toThrow(/thesis\.txt.*is not emptied/);
    expect(existsSync(join(path, 'table'))).toBe(true);
    expect(readFileSync(join(path, 'thesis.txt'), 'utf8')).toBe('years of work');
    expect(existsSync(lockFile())).toBe(false);
  });

  it('without a path is a temporary one that goes with the stack', async () => {
    const folder = await DataFolder.open(undefined);
    expect(existsSync(folder.file('stack.lock'))).toBe(true);
    folder.close();
    expect(existsSync(folder.path)).toBe(false);
  });

  it(
    'that nothing can make is named too, and not waited for',
    { skip: !existsSync('/proc/self') && 'no /proc' },
    async () => {
      await expect(DataFolder.open('/proc/tabletop')).rejects.toThrow(/proc\/tabletop cannot be made .*DATA_DIR/);
    },
  );

  it('that cannot be made is named with the variable to change', async () => {
    writeFileSync(join(path, 'file'), '');
    await expect(DataFolder.open(join(path, 'file', 'below'))).rejects.toThrow(/file\/below cannot be made .*DATA_DIR/);
  });
});
