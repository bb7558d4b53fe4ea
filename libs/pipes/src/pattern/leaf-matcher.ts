/** Turns what a pattern asks of a value into a function over the values of events. */
import { RawNumber } from './decimal.js';
import { ignoreCase } from './ignore-case.js';
import { addressDigits } from './ip-address.js';
import { type LikeOperator, type ValueTest } from './value-test.js';
import { matchesWildcard, parseWildcard } from './wildcard.js';

/** A value of an event that is neither object nor array. */
export type Leaf = string | number | boolean | null | RawNumber;
export type LeafMatcher = (leaf: Leaf) => boolean;

/** One matcher for all tests of a field, OR-ed; undefined when only the field's absence is asked for. */
export function leafMatcher(tests: readonly ValueTest[]): LeafMatcher | undefined {
  const strings = tests.flatMap((test) =>
    test.operator === 'equals' && typeof test.value === 'string' ? [test.value] : [],
  );
  const others = tests.filter((test) => test.operator !== 'equals' || typeof test.value !== 'string');
  const matchers = others.flatMap((test) => matcherOf(test) ?? []);
  if (strings.length > 0) matchers.unshift(oneOf(strings));
  const [first, second] = matchers;
  if (second === undefined) return first;
  return (leaf) => {
    for (const matcher of matchers) if (matcher(leaf)) return true;
    return false;
  };
}

function oneOf(values: readonly string[]): LeafMatcher {
  const [only] = values;
  if (values.length === 1) return (leaf) => leaf === only;
  const set = new Set<Leaf>(values);
  return (leaf) => set.has(leaf);
}

function matcherOf(test: ValueTest): LeafMatcher | undefined {
  switch (test.operator) {
    case 'equals':
    case 'exactly': {
      const { value } = test;
      return (leaf) => leaf === value;
    }
    case 'address': {
      const { value, digits } = test;
      return (leaf) => leaf === value || (typeof leaf === 'string' && addressDigits(leaf) === digits);
    }
    case 'number': {
      const { value, literal } = test;
      if (value === undefined) return (leaf) => leaf instanceof RawNumber && leaf.is(literal);
      return (leaf) => leaf === value;
    }
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case': {
      const matches = stringMatcher(
        test.operator,
        test.value,
        test.operator === 'equals-ignore-case' || test.ignoreCase,
      );
      return (leaf) => typeof leaf === 'string' && matches(leaf);
    }
    case 'wildcard': {
      const { parts } = test;
      return (leaf) => typeof leaf === 'string' && matchesWildcard(leaf, parts);
    }
    case 'cidr': {
      const { bottom, top } = test.range;
      return (leaf) => {
        const digits = typeof leaf === 'string' ? addressDigits(leaf) : undefined;
        return digits !== undefined && digits.length === top.length && bottom <= digits && digits <= top;
      };
    }
    case 'exists':
      return test.expected ? () => true : undefined;
    case 'numeric': {
      const { bottom, top } = test;
      // Bounds that are not asked for are open at infinity, which also keeps an infinite event value out.
      return (leaf) =>
        typeof leaf === 'number' &&
        (bottom.open ? leaf > bottom.value : leaf >= bottom.value) &&
        (top.open ? leaf < top.value : leaf <= top.value);
    }
    case 'anything-but': {
      const set = new Set<Leaf>(test.values);
      return (leaf) => !set.has(leaf);
    }
    case 'anything-but-like': {
      const matchers = test.values.map((value) => likeMatcher(test.like, value));
      return (leaf) => typeof leaf !== 'string' || !matchers.some((matches) => matches(leaf));
    }
  }
}

function likeMatcher(like: LikeOperator, value: string): (text: string) => boolean {
  if (like !== 'wildcard') return stringMatcher(like, value, like === 'equals-ignore-case');
  const parts = parseWildcard(value);
  return (text) => matchesWildcard(text, parts);
}

function stringMatcher(
  operator: 'prefix' | 'suffix' | 'equals-ignore-case',
  value: string,
  anyCase: boolean,
): (text: string) => boolean {
  switch (operator) {
    case 'prefix':
      return anyCase ? ignoreCase(value, 'start') : (text) => text.startsWith(value);
    case 'suffix':
      return anyCase ? ignoreCase(value, 'end') : (text) => text.endsWith(value);
    case 'equals-ignore-case':
      return ignoreCase(value, 'whole');
  }
}
