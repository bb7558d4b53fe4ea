/** How fast event patterns compile and match, beside the same filters written by hand. Short: about three seconds. */
import { compilePattern } from '../libs/pipes/src/pattern/compile.js';
import { heading, report } from './measure.js';

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access,
   @typescript-eslint/no-unsafe-assignment -- the filters by hand are what a person would write in plain JavaScript */
const FILTERS: readonly { name: string; pattern: object; byHand: (event: any) => boolean }[] = [
  {
    name: 'eventName + SK prefix',
    pattern: { eventName: ['INSERT'], dynamodb: { Keys: { SK: { S: [{ prefix: '#ORDER#' }] } } } },
    byHand: (e) => e.eventName === 'INSERT' && startsWith(e.dynamodb?.Keys?.SK?.S, '#ORDER#'),
  },
  {
    name: 'status change',
    pattern: {
      eventName: ['MODIFY'],
      dynamodb: {
        NewImage: { status: { S: ['SHIPPED', 'CANCELLED'] } },
        OldImage: { status: { S: [{ 'anything-but': ['SHIPPED', 'CANCELLED'] }] } },
      },
    },
    byHand: (e) => {
      const [now, before] = [e.dynamodb?.NewImage?.status?.S, e.dynamodb?.OldImage?.status?.S];
      const isMeant = (status: unknown): boolean => status === 'SHIPPED' || status === 'CANCELLED';
      return e.eventName === 'MODIFY' && isMeant(now) && before !== undefined && !isMeant(before);
    },
  },
  {
    name: '$or of two shapes',
    pattern: {
      $or: [
        { eventName: ['INSERT'], dynamodb: { Keys: { SK: { S: [{ prefix: '#PROFILE#' }] } } } },
        { eventName: ['REMOVE'], userIdentity: { principalId: ['dynamodb.amazonaws.com'] } },
      ],
    },
    byHand: (e) =>
      (e.eventName === 'INSERT' && startsWith(e.dynamodb?.Keys?.SK?.S, '#PROFILE#')) ||
      (e.eventName === 'REMOVE' && e.userIdentity?.principalId === 'dynamodb.amazonaws.com'),
  },
  {
    name: 'ignore-case + exists',
    pattern: {
      dynamodb: {
        NewImage: {
          email: { S: [{ suffix: { 'equals-ignore-case': '@example.com' } }] },
          deletedAt: { S: [{ exists: false }] },
        },
      },
    },
    byHand: (e) => {
      const email: unknown = e.dynamodb?.NewImage?.email?.S;
      return (
        typeof email === 'string' &&
        email.toLowerCase().endsWith('@example.com') &&
        e.dynamodb.NewImage.deletedAt?.S === undefined
      );
    },
  },
  {
    name: 'numeric + list of objects',
    pattern: {
      dynamodb: {
        SizeBytes: [{ numeric: ['>', 100, '<=', 600] }],
        NewImage: {
          items: { L: { M: { sku: { S: [{ prefix: 'SKU-1' }, { prefix: 'SKU-2' }] }, gift: { BOOL: [true] } } } },
        },
      },
    },
    byHand: (e) => {
      const { SizeBytes: size, NewImage: image } = e.dynamodb;
      const items: unknown = image?.items?.L;
      return (
        size > 100 &&
        size <= 600 &&
        Array.isArray(items) &&
        items.some(
          ({ M: item }) =>
            (startsWith(item?.sku?.S, 'SKU-1') || startsWith(item?.sku?.S, 'SKU-2')) && item.gift?.BOOL === true,
        )
      );
    },
  },
];
/* eslint-enable */

const startsWith = (value: unknown, prefix: string): boolean => typeof value === 'string' && value.startsWith(prefix);

/** Stream records of about 1 kB, of every kind that the filters ask for; the same ones at every run. */
function makeRecords(count: number): unknown[] {
  let seed = 42;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const pick = <T>(list: readonly [T, ...T[]]): T => list[random(list.length)] ?? list[0];
  const image = (): object => ({
    PK: { S: `CUSTOMER#user${random(1000)}` },
    SK: { S: `${pick(['#ORDER#', '#PROFILE#', 'CUSTOMER#'])}${random(1e6)}` },
    status: { S: pick(['PLACED', 'SHIPPED', 'CANCELLED', 'DELIVERED']) },
    email: { S: `user${random(1000)}@${pick(['example.com', 'Example.COM', 'other.org'])}` },
    amount: { N: String(random(10_000)) },
    note: { S: 'x'.repeat(200) },
    items: {
      L: [1, 2, 3].map(() => ({
        M: { sku: { S: `SKU-${random(9)}00` }, gift: { BOOL: random(2) === 0 }, count: { N: '1' } },
      })),
    },
    ...(random(10) === 0 && { deletedAt: { S: '2026-01-01' } }),
  });
  return Array.from({ length: count }, (_, index) => {
    const eventName = pick(['INSERT', 'MODIFY', 'REMOVE']);
    const newImage = image();
    return JSON.parse(
      JSON.stringify({
        eventID: String(index),
        eventName,
        dynamodb: {
          ApproximateCreationDateTime: 1_700_000_000 + index,
          Keys: { PK: { S: `CUSTOMER#user${random(1000)}` }, SK: (newImage as { SK: object }).SK },
          ...(eventName !== 'REMOVE' && { NewImage: newImage }),
          ...(eventName !== 'INSERT' && { OldImage: image() }),
          SequenceNumber: String(index),
          SizeBytes: random(1_200),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        ...(eventName === 'REMOVE' && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }),
      }),
    ) as unknown;
  });
}

/** Matches a second over the records, the best of five short runs. */
function rate(matches: (event: unknown) => boolean, records: readonly unknown[]): { rate: number; hits: number } {
  const rounds = 40;
  let best = 0;
  let hits = 0;
  for (let run = 0; run < 5; run += 1) {
    hits = 0;
    const from = process.hrtime.bigint();
    for (let round = 0; round < rounds; round += 1) for (const record of records) if (matches(record)) hits += 1;
    best = Math.max(best, (rounds * records.length * 1e9) / Number(process.hrtime.bigint() - from));
  }
  return { rate: best, hits: hits / rounds };
}

/** Compilations a second, the best of five short runs. */
function compilations(): number {
  const patterns = FILTERS.map(({ pattern }) => JSON.stringify(pattern));
  let best = 0;
  for (let run = 0; run < 5; run += 1) {
    const from = process.hrtime.bigint();
    for (let round = 0; round < 400; round += 1) for (const pattern of patterns) compilePattern(pattern);
    best = Math.max(best, (400 * patterns.length * 1e9) / Number(process.hrtime.bigint() - from));
  }
  return best;
}

const million = (value: number): string => `${(value / 1e6).toFixed(2)} M/s`;

export function benchMatcher(): Promise<void> {
  heading('Event patterns: five filters over 1,000 parsed stream records of 1 kB, one thread');
  const records = makeRecords(1_000);
  const filters = FILTERS.map((filter) => ({ ...filter, matches: compilePattern(JSON.stringify(filter.pattern)) }));
  // All of them once, so that none is measured before the engine has compiled the loop around it.
  for (const { matches, byHand } of filters) for (const matcher of [matches, byHand]) rate(matcher, records);
  const lines = filters.map(({ name, matches, byHand }) => {
    const [matcher, hand] = [rate(matches, records), rate(byHand, records)];
    if (matcher.hits !== hand.hits) throw new Error(`${name}: ${matcher.hits} matches, by hand ${hand.hits}`);
    report(
      `  ${name}`,
      million(matcher.rate),
      `by hand ${million(hand.rate)}, ratio ${ratio(hand.rate, matcher.rate)}`,
    );
    return { matcher: matcher.rate, hand: hand.rate };
  });
  /** Time for all five over one record, as a rate of single matches. */
  const overall = (of: (line: (typeof lines)[number]) => number): number =>
    lines.length / lines.reduce((sum, line) => sum + 1 / of(line), 0);
  const [compiled, byHand] = [overall(({ matcher }) => matcher), overall(({ hand }) => hand)];
  report('all five', million(compiled), '>= 2.5 M/s');
  report('time against the same filters by hand', ratio(byHand, compiled), '<= 4');
  report('compilations', `${Math.round(compilations()).toLocaleString('en')}/s`);
  return Promise.resolve();
}

const ratio = (hand: number, compiled: number): string => (hand / compiled).toFixed(1);
