/** Which of the listing partitions an item is in, and how a list reads them all. */
import { crc32 } from 'node:zlib';

/** More partitions write faster and list slower. A change needs the index keys of all items rewritten. */
const SHARDS = 8;

/** The partition that an id or a name belongs to, from 0 to 7. */
export const shardOf = (id: string): number => crc32(id) % SHARDS;

export interface Page<Item> {
  readonly items: Item[];
  /** The sort key after which the next page starts, if there is one. */
  readonly next?: string;
}

export interface ShardedList<Item> {
  readonly limit: number;
  readonly descending: boolean;
  /** Reads up to `limit` items of one shard in order; `cut` when DynamoDB stopped early at its 1 MB. */
  readonly read: (shard: number, limit: number) => Promise<{ items: Item[]; cut: boolean }>;
  readonly sortKeyOf: (item: Item) => string;
}

/**
 * Reads all shards side by side and merges them. One item more than the page is asked for, so that a page has a `next`
 * only if something follows.
 */
export async function listShards<Item>({ limit, descending, read, sortKeyOf }: ShardedList<Item>): Promise<Page<Item>> {
  const precedes = (a: string, b: string): boolean => (descending ? a > b : a < b);
  const shards = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => read(shard, limit + 1)));
  // Behind the last item of a shard that was cut, items of that shard may be missing.
  const horizons = shards.flatMap(({ items, cut }) => {
    const last = items.at(-1);
    return cut && items.length <= limit && last !== undefined ? [sortKeyOf(last)] : [];
  });
  const horizon = horizons.reduce<string | undefined>(
    (nearest, key) => (nearest === undefined || precedes(key, nearest) ? key : nearest),
    undefined,
  );
  const merged = shards
    .flatMap(({ items }) => items)
    .filter((item) => horizon === undefined || !precedes(horizon, sortKeyOf(item)))
    .sort((a, b) => (precedes(sortKeyOf(a), sortKeyOf(b)) ? -1 : 1));
  return pageOf(merged, limit, sortKeyOf, horizon !== undefined);
}

/** The first `limit` of the items; `next` is set when there are more, or when there may be (`open`). */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  sortKeyOf: (item: Item) => string,
  open = false,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return last !== undefined && (found.length > limit || open) ? { items, next: sortKeyOf(last) } : { items };
}
