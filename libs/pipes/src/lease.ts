/**
 * Who of several runners works: the one that holds the lease with the highest number in a folder that all of them see.
 * Numbers only grow, so that each holder has one of its own, a fencing number: https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './atomic-file.js';
import { systemClock } from './clock.js';
import { WithdrawnError } from './target.js';

export interface LeaseOptions {
  /** On a disk that all runners share; made when missing. */
  readonly folder: string;
  /** What others are told of the holder, such as its address. */
  readonly owner: string;
  /** A holder that has not been heard of for so long is taken for dead; milliseconds. */
  readonly ttlMs: number;
  /** Ends the wait for the lease. */
  readonly signal: AbortSignal;
  /** Told who holds the lease while this runner waits for it. */
  readonly onHolder?: (owner: string) => void;
}

export interface Lease {
  /** Higher than that of every holder before. */
  readonly fence: number;
  /** Aborts when the lease is lost: somebody else took it, or this process was held up for too long to be sure. */
  readonly lost: AbortSignal;
  /** Whether the lease is held at this moment; a process that was paused finds that it is not. */
  isHeld(): boolean;
  /** Rejects when a higher number is there. @throws LeaseLostError */
  assertHighest(): Promise<void>;
  /** Lets the next one have it at once. */
  release(): Promise<void>;
}

export class LeaseLostError extends WithdrawnError {
  override readonly name = 'LeaseLostError';

  constructor(fence: number) {
    super(`Another runner has taken over from the lease ${fence}.`);
  }
}

interface LeaseFile {
  readonly owner: string;
  /** Another with each renewal: watchers need no common clock. */
  readonly beat: string;
  readonly released?: boolean;
}

const FILE = /^(\d+)\.lease$/;
/** Renewals in the time after which a silent holder is taken for dead. */
const BEATS = 4;

/** Waits until no other runner holds the lease and takes it; undefined when the signal aborted first. */
export async function takeLease(options: LeaseOptions): Promise<Lease | undefined> {
  const { folder, owner, ttlMs, signal, onHolder } = options;
  await mkdir(folder, { recursive: true });
  let seen: { fence: number; beat: string; since: number } | undefined;
  while (!signal.aborted) {
    // Taken before the look, and noted after it: a process that is held up between takes nobody for silent.
    const now = performance.now();
    const fence = await highest(folder);
    const holder = fence === 0 ? undefined : await read(folder, fence);
    const beat = holder?.beat ?? '';
    if (seen?.fence !== fence || seen.beat !== beat) seen = { fence, beat, since: performance.now() };
    const isFree = fence === 0 || holder?.released === true || now - seen.since >= ttlMs;
    const taken = isFree && (await create(folder, fence + 1)) ? await HeldLease.begin(options, fence + 1) : undefined;
    if (taken !== undefined) return taken;
    // Where it was free somebody else was quicker: the next look tells who.
    if (!isFree && holder !== undefined && holder.owner !== owner) onHolder?.(holder.owner);
    await systemClock.sleep(ttlMs / BEATS, signal);
  }
  return undefined;
}

class HeldLease implements Lease {
  private readonly losing = new AbortController();
  private readonly ending = new AbortController();
  private renewedAt = performance.now();
  private renewing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: LeaseOptions,
    readonly fence: number,
  ) {}

  /** Undefined when somebody else took a higher number before anything was written under this one. */
  static async begin(options: LeaseOptions, fence: number): Promise<HeldLease | undefined> {
    const lease = new HeldLease(options, fence);
    await lease.renew(performance.now());
    if ((await highest(options.folder)) !== fence) {
      await rm(fileOf(options.folder, fence), { force: true });
      return undefined;
    }
    lease.renewing = lease.keep();
    for (const older of await numbers(options.folder))
      if (older < fence) await rm(fileOf(options.folder, older), { force: true });
    return lease;
  }

  get lost(): AbortSignal {
    return this.losing.signal;
  }

  isHeld(): boolean {
    return !this.lost.aborted && !this.ending.signal.aborted && this.isFresh();
  }

  async assertHighest(): Promise<void> {
    if (this.isHeld() && (await highest(this.options.folder)) === this.fence) return;
    this.losing.abort();
    throw new LeaseLostError(this.fence);
  }

  async release(): Promise<void> {
    this.ending.abort();
    await this.renewing;
    if (!this.lost.aborted && this.isFresh()) await this.write({ released: true });
  }

  /** Others wait for the whole of the time; the holder stops trusting itself somewhat sooner. */
  private isFresh(): boolean {
    return performance.now() - this.renewedAt < this.options.ttlMs * 0.8;
  }

  private async keep(): Promise<void> {
    const { ttlMs } = this.options;
    for (;;) {
      await systemClock.sleep(ttlMs / BEATS, this.ending.signal);
      if (this.ending.signal.aborted || this.lost.aborted) return;
      try {
        // The time before the look counts: whoever is held up after it may have been followed meanwhile.
        const before = performance.now();
        await this.assertHighest();
        await this.renew(before);
      } catch {
        // A disk that fails loses the lease as another holder does: nobody can tell who works.
        this.losing.abort();
      }
    }
  }

  private async renew(at: number): Promise<void> {
    await this.write({});
    this.renewedAt = at;
  }

  private write(more: Partial<LeaseFile>): Promise<void> {
    const content: LeaseFile = { owner: this.options.owner, beat: randomUUID(), ...more };
    return replaceFile(fileOf(this.options.folder, this.fence), JSON.stringify(content));
  }
}

const fileOf = (folder: string, fence: number): string => join(folder, `${fence}.lease`);

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => Number(FILE.exec(name)?.[1] ?? Number.NaN)).filter(Number.isInteger);
}

const highest = async (folder: string): Promise<number> => Math.max(0, ...(await numbers(folder)));

/** Undefined while its maker has not written it yet, or when it has gone since. */
async function read(folder: string, fence: number): Promise<LeaseFile | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(folder, fence), 'utf8')) as LeaseFile;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether this process was the one that made the file, and no higher number was given while it was held up. */
async function create(folder: string, fence: number): Promise<boolean> {
  try {
    await (await open(fileOf(folder, fence), 'wx')).close();
    if ((await highest(folder)) === fence) return true;
    await rm(fileOf(folder, fence), { force: true });
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
