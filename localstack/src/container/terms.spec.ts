import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { takeLease, type Lease } from '../../../libs/pipes/src/lease.js';
import { until } from '../child-process.js';
import { holdTerms } from './terms.js';

const TTL = 1_000;

describe('terms of work under leases', () => {
  let folder: string;
  let stopping: AbortController;
  /** Of the runner under test, in order. */
  let leases: Lease[];
  /** Ends the work of a term that was asked to end. */
  let finish: (() => void)[];
  /** For how many leases the runner has asked. */
  let asked: number;
  let running: Promise<void>;

  const take = (owner: string, signal: AbortSignal): Promise<Lease | undefined> =>
    takeLease({ folder, owner, ttlMs: TTL, signal });
  const begun = (count: number): Promise<unknown> =>
    until(`no ${count} terms`, () => Promise.resolve(leases.length === count), 10_000);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'terms-'));
    [stopping, leases, finish, asked] = [new AbortController(), [], [], 0];
    running = holdTerms({
      ...{ stopping: stopping.signal, patienceMs: TTL },
      take: () => {
        asked += 1;
        return take('a', stopping.signal);
      },
      begin: (lease) => {
        leases.push(lease);
        return () => new Promise((resolve) => finish.push(resolve));
      },
    });
    await begun(1);
  });
  afterEach(async () => {
    stopping.abort();
    for (const resolve of finish) resolve();
    await running;
    await Promise.all(leases.map((lease) => lease.release()));
    await rm(folder, { recursive: true });
  });

  it('hand the lease on at once when the work has ended', async () => {
    stopping.abort();
    await until('not asked to end', () => Promise.resolve(finish.length === 1), 10_000);
    finish[0]?.();
    await running;
    const since = performance.now();
    const next = await take('b', AbortSignal.timeout(5 * TTL));
    expect(performance.now() - since).toBeLessThan(TTL);
    await next?.release();
  });

  it('keep the lease while the work goes on, though nobody waits for it any longer', async () => {
    stopping.abort();
    await running;
    expect(await take('b', AbortSignal.timeout(3 * TTL))).toBeUndefined();
    expect(leases[0]?.isHeld()).toBe(true);
  });

  it('do not begin before the work of the lost one has ended', async () => {
    // Held up for so long that the lease is lost.
    const end = performance.now() + TTL;
    while (performance.now() < end);
    await until('not asked to end', () => Promise.resolve(finish.length === 1), 10_000);
    // It is free, and this runner does not ask for it, for longer than a stop would wait.
    const other = await take('b', AbortSignal.timeout(10 * TTL));
    expect(await take('c', AbortSignal.timeout(3 * TTL))).toBeUndefined();
    expect([other?.isHeld(), asked]).toEqual([true, 1]);
    await other?.release();
    finish[0]?.();
    await begun(2);
  });
});
