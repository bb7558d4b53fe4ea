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

/** Items of one shard in order; `more` follow in the table. */
export interface ShardItems<Item> {
  readonly items: readonly Item[];
  readonly more: boolean;
}

export interface ShardedList<Item> {
  readonly limit: number;
  readonly descending: boolean;
  /** The sort key that the page starts after; undefined for the first page. */
  readonly after: string | undefined;
  /** Reads up to `most` items of one shard behind `after`; DynamoDB stops earlier at its 1 MB. */
  readonly read: (shard: number, after: string | undefined, most: number) => Promise<ShardItems<Item>>;
  readonly sortKeyOf: (item: Item) => string;
}

/** What is known of a shard: `cut` when DynamoDB gave less than it was asked for, although there is more. */
interface ReadShard<Item> extends ShardItems<Item> {
  readonly shard: number;
  readonly cut: boolean;
}

/**
 * Reads all shards side by side and merges them. Each is asked for its share of the page and some more, and asked again
 * in the rare case that it holds so much of the page that the share was too small; a page of big items may be short. One
 * item more than the page is wanted, so that a page has a `next` only if something follows.
 */
export async function listShards<Item>(list: ShardedList<Item>): Promise<Page<Item>> {
  const { limit, descending, sortKeyOf } = list;
  const precedes = (a: string, b: string): boolean => (descending ? a > b : a < b);
  const wanted = limit + 1;
  const numbers = Array.from({ length: SHARDS }, (_, shard) => shard);
  const shards = await Promise.all(numbers.map((shard) => readOn(list, noneOf(shard), shareOf(wanted))));
  for (;;) {
    // Behind the last item of a shard that goes on, items of that shard may be missing.
    const open = shards.flatMap((shard) => (shard.more ? [{ shard, end: endOf(list, shard) }] : []));
    const nearest = open.sort((a, b) => (precedes(a.end, b.end) ? -1 : 1))[0];
    const merged = shards
      .flatMap(({ items }) => items)
      .filter((item) => nearest === undefined || !precedes(nearest.end, sortKeyOf(item)))
      .sort((a, b) => (precedes(sortKeyOf(a), sortKeyOf(b)) ? -1 : 1));
    if (merged.length >= wanted || nearest === undefined || nearest.shard.cut)
      return pageOf(merged, limit, sortKeyOf, nearest !== undefined);
    const { shard } = nearest;
    shards[shard.shard] = await readOn(list, shard, wanted - shard.items.length);
  }
}

/** An eighth of the page and three standard deviations: about one page in a hundred needs a second look at a shard. */
const shareOf = (wanted: number): number =>
  Math.min(wanted, Math.ceil(wanted / SHARDS + 3 * Math.sqrt(wanted / SHARDS)));

const noneOf = (shard: number): ReadShard<never> => ({ shard, items: [], more: true, cut: false });

const endOf = <Item>({ after = '', sortKeyOf }: ShardedList<Item>, { items }: ReadShard<Item>): string => {
  const last = items.at(-1);
  return last === undefined ? after : sortKeyOf(last);
};

async function readOn<Item>(list: ShardedList<Item>, shard: ReadShard<Item>, most: number): Promise<ReadShard<Item>> {
  const after = shard.items.length === 0 ? list.after : endOf(list, shard);
  const { items, more } = await list.read(shard.shard, after, most);
  return { shard: shard.shard, items: [...shard.items, ...items], more, cut: more && items.length < most };
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
