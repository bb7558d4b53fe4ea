import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { newOrderId } from '../id.js';
import { listShards, shardOf } from './shard.js';

const SHARDS = 8;

/** A list over ids in memory; `cutAfter` is where a read of a shard ends early. */
const listing = (ids: readonly string[], cutAfter = Infinity) => {
  const sizes: number[] = [];
  const page = (limit: number, descending: boolean, after?: string) =>
    listShards<string>({
      limit,
      descending,
      after,
      sortKeyOf: (id) => id,
      read: (shard, from, most) => {
        const ofShard = ids
          .filter((id) => shardOf(id) === shard && (from === undefined || (descending ? id < from : id > from)))
          .sort((a, b) => (a < b === descending ? 1 : -1));
        const items = ofShard.slice(0, Math.min(most, cutAfter));
        sizes.push(most);
        return Promise.resolve({ items, more: items.length < ofShard.length });
      },
    });
  return { page, sizes };
};

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 60 });

describe('a list over shards', () => {
  it('gives every item once and in order over its pages, with a next only where something follows', async () => {
    await fc.assert(
      fc.asyncProperty(
        ids,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        async (all, limit, descending, cut) => {
          for (const cutAfter of [Infinity, cut]) {
            const { page } = listing(all, cutAfter);
            const seen: string[] = [];
            let after: string | undefined;
            do {
              const { items, next } = await page(limit, descending, after);
              expect(items.length).toBeLessThanOrEqual(limit);
              seen.push(...items);
              after = next;
              if (cutAfter === Infinity) expect(next !== undefined).toBe(seen.length < all.length);
            } while (after !== undefined);
            expect(seen).toEqual([...all].sort((a, b) => (a < b === descending ? 1 : -1)));
          }
        },
      ),
    );
  });

  it('asks each shard for its share of the page and some more', async () => {
    const many = Array.from({ length: 2_000 }, (_, at) => `id-${at}`);
    const { page, sizes } = listing(many);
    expect((await page(50, true)).items).toHaveLength(50);
    expect(sizes).toEqual(Array.from({ length: SHARDS }, () => 14));
    sizes.length = 0;
    expect((await page(1, true)).items).toHaveLength(1);
    expect(sizes).toEqual(Array.from({ length: SHARDS }, () => 2));
  });

  it('looks again at a shard that holds more of the page than its share', async () => {
    const all = Array.from({ length: 2_000 }, (_, at) => `id-${at}`).filter((id) => shardOf(id) === 3);
    const { page, sizes } = listing(all);
    expect((await page(50, false)).items).toEqual(all.toSorted().slice(0, 50));
    expect(sizes).toEqual([...Array.from({ length: SHARDS }, () => 14), 37]);
  });
});

describe('a shard', () => {
  it('gets about an eighth of the ids', () => {
    const counts = new Map<number, number>();
    for (let at = 0; at < 8_000; at += 1) {
      const shard = shardOf(newOrderId(new Date()));
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(SHARDS);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });
});
