import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { fileCheckpoints } from './checkpoint.js';
import { fencedCheckpoints } from './fenced-checkpoints.js';
import { LeaseLostError, takeLease, type Lease } from './lease.js';

const TTL = 400;
const KEY = { pipeArn: 'arn:aws:pipes:us-east-1:000000000000:pipe/p', streamArn: 'arn:stream/1' };

let folder: string;
let ending: AbortController;
const held: Lease[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lease-'));
  ending = new AbortController();
});

afterEach(async () => {
  ending.abort();
  await Promise.all(held.splice(0).map((lease) => lease.release()));
  await rm(folder, { recursive: true, force: true });
});

async function take(owner: string, more: { onHolder?: (owner: string) => void } = {}): Promise<Lease> {
  const lease = await takeLease({ folder, owner, ttlMs: TTL, signal: ending.signal, ...more });
  if (lease === undefined) throw new Error('the wait was ended');
  held.push(lease);
  return lease;
}

/** Keeps this process from doing anything, as a paused container is. */
function freeze(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a lease', () => {
  it('is held by one of many who ask at once', async () => {
    const taken: string[] = [];
    const asking = Array.from({ length: 8 }, (_, n) =>
      takeLease({ folder, owner: `${n}`, ttlMs: TTL, signal: ending.signal }).then((lease) => {
        if (lease === undefined) return;
        held.push(lease);
        taken.push(`${n}`);
        ending.abort();
      }),
    );
    await Promise.all(asking);
    expect(taken).toHaveLength(1);
    expect(held[0]?.isHeld()).toBe(true);
  });

  it('goes to the next one at once when it is released, under a higher number', async () => {
    const first = await take('a');
    const asked = performance.now();
    const second = take('b');
    await first.release();
    expect((await second).fence).toBeGreaterThan(first.fence);
    expect(performance.now() - asked).toBeLessThan(TTL);
    expect(first.isHeld()).toBe(false);
  });

  it('is not taken from a holder that lives', async () => {
    const first = await take('a');
    const holders: string[] = [];
    const waiting = takeLease({
      ...{ folder, owner: 'b', ttlMs: TTL, signal: AbortSignal.timeout(TTL * 3) },
      onHolder: (owner) => holders.push(owner),
    });
    expect(await waiting).toBeUndefined();
    expect(first.isHeld()).toBe(true);
    expect(new Set(holders)).toEqual(new Set(['a']));
  });

  it('is lost by a holder that was held up for too long, before anybody else takes it', async () => {
    const first = await take('a');
    freeze(TTL);
    expect(first.isHeld()).toBe(false);
    await expect(first.assertHighest()).rejects.toThrow(LeaseLostError);
    expect(first.lost.aborted).toBe(true);
    expect((await take('b')).fence).toBe(first.fence + 1);
  });

  it('is not taken by one that is held up while another takes it', async () => {
    let reads = 0;
    const owner = 'a';
    const ending = new AbortController();
    const options = { folder, ttlMs: TTL, signal: ending.signal };
    const taken = takeLease({
      ...options,
      // Read at the start, and again for what is written first: meanwhile the other one has come and begun.
      get owner() {
        reads += 1;
        if (reads === 2) {
          writeFileSync(join(folder, '2.lease'), JSON.stringify({ owner: 'b', beat: 'first' }));
          ending.abort();
        }
        return owner;
      },
    });
    expect(await taken).toBeUndefined();
    expect([reads >= 2, await readdir(folder)]).toEqual([true, ['2.lease']]);
  });

  it('is taken over from a process that was killed', async () => {
    const program = `
      import(${JSON.stringify(new URL('lease.js', import.meta.url).href)}).then(({ takeLease }) =>
        takeLease({ folder: ${JSON.stringify(folder)}, owner: 'a', ttlMs: ${TTL}, signal: new AbortController().signal })
      ).then((lease) => { process.send(lease.fence); setInterval(() => undefined, 1000); });`;
    const child = fork('-', { execArgv: ['--eval', program], stdio: 'inherit' });
    const [fence] = (await once(child, 'message')) as [number];
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await take('b')).fence).toBe(fence + 1);
  });

  it('leaves one file behind, however often it changes hands', async () => {
    for (const owner of ['a', 'b', 'c']) await (await take(owner)).release();
    expect((await readdir(folder)).filter((name) => name.endsWith('.lease'))).toHaveLength(1);
  });
});

describe('checkpoints under a lease', () => {
  const at = (sequenceNumber: string): Record<string, { sequenceNumber: string }> => ({ shard: { sequenceNumber } });

  it('are those of the holder before', async () => {
    const first = await take('a');
    await fencedCheckpoints(folder, first).save(KEY, at('5'));
    await first.release();
    const second = await take('b');
    expect(await fencedCheckpoints(folder, second).load(KEY)).toEqual({ shards: at('5') });
  });

  it('are not moved by a holder that has lost its lease', async () => {
    const first = await take('a');
    const store = fencedCheckpoints(folder, first);
    await store.save(KEY, at('5'));
    freeze(TTL);
    const second = await take('b');
    const after = fencedCheckpoints(folder, second);
    await after.load(KEY);
    await after.save(KEY, at('9'));
    await expect(store.save(KEY, at('6'))).rejects.toThrow(LeaseLostError);
    await expect(store.remove(KEY)).rejects.toThrow(LeaseLostError);
    expect(await after.load(KEY)).toEqual({ shards: at('9') });
  });

  it('are not moved by a write that was on its way when the lease was lost', async () => {
    const first = await take('a');
    await fencedCheckpoints(folder, first).save(KEY, at('5'));
    await first.release();
    const second = await take('b');
    const after = fencedCheckpoints(folder, second);
    await after.load(KEY);
    // What the first one had checked before it lost the lease reaches the disk only now.
    await fileCheckpoints(join(folder, String(first.fence))).save(KEY, at('4'));
    expect(await after.load(KEY)).toEqual({ shards: at('5') });
    await second.release();
    expect(await fencedCheckpoints(folder, await take('c')).load(KEY)).toEqual({ shards: at('5') });
  });

  it('are forgotten in the folders of all holders', async () => {
    const first = await take('a');
    await fencedCheckpoints(folder, first).save(KEY, at('5'));
    await first.release();
    const second = fencedCheckpoints(folder, await take('b'));
    await second.remove(KEY);
    expect(await second.load(KEY)).toBeUndefined();
  });
});
