/** Checkpoints of the runner that holds a lease: one that has lost it cannot move them any more. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileCheckpoints, type CheckpointKey, type CheckpointStore } from './checkpoint.js';
import { type Lease } from './lease.js';

/**
 * A folder for each holder, named by its fencing number; the newest one that knows a pipe counts. Each save checks the
 * lease; one that was on its way when the lease was lost ends up in a folder that nobody reads from any more.
 * Saves reject with LeaseLostError when the lease is lost.
 */
export function fencedCheckpoints(folder: string, lease: Lease): CheckpointStore {
  const storeOf = (fence: number): CheckpointStore => fileCheckpoints(join(folder, String(fence)));
  const own = storeOf(lease.fence);
  /** Up to this holder's own, the newest first. */
  const fences = async (): Promise<number[]> => {
    await mkdir(folder, { recursive: true });
    const all = (await readdir(folder)).map(Number).filter((fence) => Number.isInteger(fence) && fence <= lease.fence);
    return all.sort((a, b) => b - a);
  };
  /** And the folder, once it holds nothing more. */
  const forget = async (fence: number, key: CheckpointKey): Promise<void> => {
    await storeOf(fence).remove(key);
    const path = join(folder, String(fence));
    if ((await readdir(path)).length === 0) await rm(path, { recursive: true, force: true });
  };
  return {
    async load(key) {
      await lease.assertHighest();
      for (const fence of await fences()) {
        const loaded = await storeOf(fence).load(key);
        if (loaded === undefined) continue;
        if (!('shards' in loaded) || fence === lease.fence) return loaded;
        // From now on nothing that an earlier holder still writes is read.
        await own.save(key, loaded.shards);
        for (const older of await fences()) if (older < lease.fence) await forget(older, key);
        return loaded;
      }
      return undefined;
    },
    async save(key, shards) {
      await lease.assertHighest();
      await own.save(key, shards);
    },
    async remove(key) {
      await lease.assertHighest();
      for (const fence of await fences()) await storeOf(fence).remove(key);
    },
  };
}
