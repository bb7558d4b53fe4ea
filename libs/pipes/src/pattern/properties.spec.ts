/** What holds of every pattern and every event (fast-check; a failure prints its seed). */
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from './compile.js';
import { parseEvent } from './decimal.js';
import { explain } from './explain.js';

const NAMES = ['a', 'b', 'c', 'a.b', 'b.S', 'S', '__proto__', 'constructor', 'length', '0'];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom('', 'x', 'y', 'xy', 'X', '10.0.0.1');
const leaf = fc.oneof(text, fc.integer({ min: -2, max: 2 }), fc.boolean(), fc.constant(null));

/** JSON.parse makes `__proto__` an ordinary key, where an object literal would not. */
const fromEntries = (entries: readonly (readonly [string, unknown])[]): unknown =>
  JSON.parse(`{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);

const { event } = fc.letrec((tie) => ({
  event: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(fromEntries),
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('event'), fc.array(tie('value'), { maxLength: 3 })),
}));

const test = fc.oneof(
  leaf,
  text.map((prefix) => ({ prefix })),
  text.map((suffix) => ({ suffix: { 'equals-ignore-case': suffix } })),
  fc.boolean().map((exists) => ({ exists })),
  fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => ({ 'anything-but': values })),
  fc.integer({ min: -2, max: 1 }).map((bound) => ({ numeric: ['>', bound, '<=', bound + 1] })),
);
const { pattern } = fc.letrec((tie) => ({
  pattern: fc.array(fc.tuple(name, tie('rule')), { minLength: 1, maxLength: 3 }).map(fromEntries),
  rule: fc.oneof({ maxDepth: 3 }, fc.array(test, { minLength: 1, maxLength: 2 }), tie('pattern')),
}));

/** An event along the paths of a pattern, mostly with values that match; lists, dots, gaps and others strewn in. */
function alike(given: object, pick: () => number): unknown {
  const entries = Object.entries(given).flatMap(([key, inner]: [string, object]): [string, unknown][] => {
    const found = Array.isArray(inner) ? leafAlike(inner[0], pick) : alike(inner, pick);
    const wraps = [[found], [[found]], [1, found], [{ a: 'y' }, found], [found, { S: 'x' }]];
    const value = wraps[pick()] ?? found;
    const how = pick();
    if (how === 0) return [];
    if (how > 2 || typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]];
    return Object.entries(value).map(([name, deep]) => [`${key}.${name}`, deep]);
  });
  return fromEntries(entries);
}

function leafAlike(rule: unknown, pick: () => number): unknown {
  const others = ['x', 1, null, {}, ['x', 0]];
  const other = others[pick()];
  if (other !== undefined) return other;
  if (typeof rule !== 'object' || rule === null) return rule;
  const [[operator, value]] = Object.entries(rule) as [[string, unknown]];
  return operator === 'numeric' ? (value as number[])[3] : operator === 'prefix' ? value : 'xyz';
}

const matches = (given: unknown, on: unknown): boolean => compilePattern(JSON.stringify(given))(on);

function reversed(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('any pattern on any event', () => {
  it('never throws on any JSON value', () =>
    fc.assert(fc.property(pattern, fc.jsonValue(), (given, value) => typeof matches(given, value) === 'boolean')));

  it('matches by $or exactly when one of the branches does', () =>
    fc.assert(
      fc.property(pattern, pattern, event, (one, two, on) => {
        const together = { $or: [one, two] };
        return matches(together, on) === (matches(one, on) || matches(two, on));
      }),
    ));

  it('does not care in which order keys stand', () =>
    fc.assert(
      fc.property(pattern, event, (given, on) => {
        const expected = matches(given, on);
        // A path written twice is an exception: there the last one counts.
        const doubled = JSON.stringify(given).includes('a.b');
        return matches(given, reversed(on)) === expected && (doubled || matches(reversed(given), on) === expected);
      }),
    ));

  it('does not care about fields that the pattern does not name', () =>
    fc.assert(
      fc.property(
        pattern,
        event,
        fc.jsonValue(),
        (given, on, irrelevant) => matches(given, { ...(on as object), other: irrelevant }) === matches(given, on),
      ),
    ));

  it('matches anything-but a set exactly when a value outside the set is there', () =>
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.array(leaf), (set, values) => {
        const outside = values.some((value) => typeof value !== 'string' || !set.includes(value));
        return matches({ a: [{ 'anything-but': set }] }, { a: values }) === outside;
      }),
    ));

  it('takes exists true and exists false of one field as opposites', () =>
    fc.assert(
      fc.property(event, (on) => matches({ a: [{ exists: true }] }, on) !== matches({ a: [{ exists: false }] }, on)),
    ));

  it('matches by generated code exactly as by closures', () => {
    const wide = fc.array(pattern, { minLength: 1, maxLength: 3 }).chain((branches) =>
      fc.record({
        given: fc.constant(JSON.stringify(branches.length === 1 ? branches[0] : { $or: branches })),
        on: fc.oneof(
          event,
          // A literal that no double stands for, where a list of one could stand.
          event.map((on) => parseEvent(JSON.stringify(on).replaceAll('[1]', '9007199254740993'))),
          fc
            .infiniteStream(fc.nat(15))
            .map((picks) => alike(branches[0] as object, () => picks.next().value as number)),
        ),
      }),
    );
    return fc.assert(
      fc.property(wide, ({ given, on }) => {
        const closures = compilePattern(given, Number.POSITIVE_INFINITY);
        return compilePattern(given, 0)(on) === closures(on);
      }),
      { numRuns: 2_500 },
    );
  });

  it('explains a match as a match and a miss as a miss', () =>
    fc.assert(
      fc.property(pattern, event, (given, on) => {
        const { matched, reason } = explain(JSON.stringify(given), on);
        return matched === matches(given, on) && reason !== '';
      }),
    ));

  it('walks plain events as the full search does', () =>
    fc.assert(
      fc.property(pattern, event, (given, on) => {
        // A value put into a list of one is the same value, but sends the matcher into its search.
        const listed = fromEntries(Object.entries(on as object).map(([key, value]) => [key, [value]]));
        return matches(given, listed) === matches(given, on);
      }),
    ));
});
