/**
 * The folder that holds a stack's data, owned by one stack at a time. `stack.lock` records the stack and its child
 * processes, so that a start after a kill can end the orphans that still have the data open.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { until } from './child-process.js';
import { identify, isRunning, kill, type ProcessIdentity } from './process-identity.js';
import { StartError } from './start-error.js';

/** What a stack keeps in its folder, beside the lock. */
const CONTENTS = ['table', 'messages', 'checkpoints', 'dead-letters', 'pipes', 'identity', 'alarms.json', 'bundles'];
const LOCK = 'stack.lock';

interface Lock {
  readonly stack: ProcessIdentity;
  readonly awsPort: number | undefined;
  readonly children: readonly ProcessIdentity[];
}

export class DataFolder {
  private lock: Lock;

  private constructor(
    readonly path: string,
    /** Whether the data is thrown away at the end. */
    readonly temporary: boolean,
    stack: ProcessIdentity,
  ) {
    this.lock = { stack, awsPort: undefined, children: [] };
  }

  /**
   * Takes the folder for this process; without a path, a temporary one.
   * @param fresh empties the folder first
   * @throws StartError when another running stack has it, or when it is to be emptied and holds other things too
   */
  static async open(path: string | undefined, fresh = false): Promise<DataFolder> {
    const own = identify(process.pid);
    if (own === undefined) throw new StartError(`The start time of process ${process.pid} cannot be read.`);
    const temporary = path === undefined;
    const folder = new DataFolder(temporary ? mkdtempSync(join(tmpdir(), 'tabletop-')) : resolve(path), temporary, own);
    folder.make();
    if (fresh) folder.assertOwn();
    await folder.acquire();
    process.once('exit', folder.abandon);
    if (fresh) folder.empty();
    return folder;
  }

  private make(): void {
    try {
      makeFolder(this.path);
    } catch (error) {
      throw new StartError(
        `The data folder ${this.path} cannot be made (${(error as Error).message}); name another with DATA_DIR.`,
      );
    }
  }

  /** A path inside the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Records a child process, so that it can be ended if this process is killed. */
  adopt(pid: number): void {
    const child = identify(pid);
    if (child) this.write({ ...this.lock, children: [...this.lock.children.filter(isRunning), child] });
  }

  /** Records where the stack answers, for the message that a second start prints. */
  announce(awsPort: number): void {
    this.write({ ...this.lock, awsPort });
  }

  /** Gives the folder up; a temporary one is deleted. */
  close(): void {
    process.off('exit', this.abandon);
    if (this.temporary) rmSync(this.path, { recursive: true, force: true });
    else rmSync(this.lockFile, { force: true });
  }

  private get lockFile(): string {
    return this.file(LOCK);
  }

  /** The program ends without a stop: its children must not outlive it. */
  private readonly abandon = (): void => {
    for (const child of this.lock.children) if (isRunning(child)) kill(child);
    this.close();
  };

  /** Takes the lock, from a dead stack if need be, and ends what that one left running. */
  private async acquire(): Promise<void> {
    const other = readLock(this.lockFile);
    if (other && isRunning(other.stack)) throw inUse(this.path, other);
    if (other) this.setAside(other);
    this.createLock();
    const orphans = (other?.children ?? []).filter(isRunning);
    for (const orphan of orphans) kill(orphan);
    await until('The orphans of a killed stack do not end', () => Promise.resolve(!orphans.some(isRunning)), 5_000);
  }

  /** Of two starts that saw the same dead lock, `rename` lets one take it; what it took is looked at again. */
  private setAside(dead: Lock): void {
    const aside = `${this.lockFile}.dead.${process.pid}`;
    try {
      renameSync(this.lockFile, aside);
    } catch (error) {
      // The other start was first; whose lock there is now, createLock will see.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    const taken = readLock(aside);
    if (taken && (taken.stack.pid !== dead.stack.pid || taken.stack.startTime !== dead.stack.startTime)) {
      renameSync(aside, this.lockFile);
      throw inUse(this.path, taken);
    }
    rmSync(aside);
  }

  /** `link` fails when the name exists, so of two stacks that start together one gets the folder. */
  private createLock(): void {
    const draft = `${this.lockFile}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(this.lock));
    try {
      linkSync(draft, this.lockFile);
    } catch (error) {
      const winner = readLock(this.lockFile);
      throw winner ? inUse(this.path, winner) : error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  private write(lock: Lock): void {
    this.lock = lock;
    const draft = `${this.lockFile}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(lock));
    renameSync(draft, this.lockFile);
  }

  /** A path that was mistyped must not cost anybody a folder. */
  private assertOwn(): void {
    const strange = readdirSync(this.path).filter((name) => !CONTENTS.includes(name) && !name.startsWith(LOCK));
    if (strange.length === 0) return;
    const some = strange.slice(0, 3).join(', ') + (strange.length > 3 ? ', ...' : '');
    throw new StartError(
      `The data folder ${this.path} holds what no stack put there (${some}), so it is not emptied; name another with DATA_DIR.`,
    );
  }

  private empty(): void {
    for (const name of CONTENTS) rmSync(this.file(name), { recursive: true, force: true });
  }
}

/** Level by level: Node's own recursion never ends where a level can be neither found nor made, as below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readLock(file: string): Lock | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Lock;
  } catch (error) {
    throw new StartError(
      `The lock file ${file} is damaged (${(error as Error).message}). If no stack is running on it, delete it.`,
    );
  }
}

const inUse = (path: string, { stack, awsPort }: Lock): StartError =>
  new StartError(
    `The data folder ${path} is in use by another running stack (process ${stack.pid}` +
      `${awsPort === undefined ? '' : `, AWS endpoint on port ${awsPort}`}). Stop that one, or give this one a folder of its own with DATA_DIR.`,
  );
