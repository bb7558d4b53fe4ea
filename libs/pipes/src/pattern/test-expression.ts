/** JavaScript expressions that say whether a variable holds a value that a pattern asks for. */
import { leafMatcher, type LeafMatcher } from './leaf-matcher.js';
import { type ValueTest } from './value-test.js';

/** More values than these are looked up in a set. */
const MAX_COMPARISONS = 8;
/** A longer text is compared by a loop. */
const MAX_UNITS = 24;

/** Keeps a function for the generated code and tells the name by which that code calls it. */
export type Keep = (matches: LeafMatcher) => string;

/**
 * An expression over the variable `v`, true when one of the tests holds; false for whatever is no string, number, boolean
 * or null. Every literal goes through JSON.stringify.
 */
export function testExpression(tests: readonly ValueTest[], v: string, keep: Keep): string {
  const plain = tests.filter(isStringEquality);
  const others = plain.length > MAX_COMPARISONS ? tests : tests.filter((test) => !isStringEquality(test));
  const terms = plain.length > MAX_COMPARISONS ? [] : plain.map(({ value }) => `${v} === ${JSON.stringify(value)}`);
  const called: ValueTest[] = [];
  for (const test of others) {
    const term = inline(test, v);
    if (term === undefined) called.push(test);
    else if (term !== NEVER) terms.push(term);
  }
  const matches = leafMatcher(called);
  if (matches !== undefined) terms.push(`(${isLeaf(v)} && ${keep(matches)}(${v}))`);
  return terms.length > 0 ? terms.join(' || ') : 'false';
}

const isStringEquality = (test: ValueTest): test is ValueTest & { operator: 'equals'; value: string } =>
  test.operator === 'equals' && typeof test.value === 'string';

const isLeaf = (v: string): string =>
  `(typeof ${v} === 'object' ? ${v} === null : ${v} !== undefined && typeof ${v} !== 'function')`;

const NEVER = 'false';

/** Undefined for what is better called than written out. */
function inline(test: ValueTest, v: string): string | undefined {
  switch (test.operator) {
    case 'equals':
      return typeof test.value === 'string' ? undefined : `${v} === ${JSON.stringify(test.value)}`;
    case 'exactly':
      return `${v} === ${JSON.stringify(test.value)}`;
    case 'number':
      return test.value === undefined ? NEVER : `${v} === ${number(test.value)}`;
    case 'exists':
      return test.expected ? isLeaf(v) : NEVER;
    case 'numeric': {
      const { bottom, top } = test;
      const above = `${v} ${bottom.open ? '>' : '>='} ${number(bottom.value)}`;
      return `(typeof ${v} === 'number' && ${above} && ${v} ${top.open ? '<' : '<='} ${number(top.value)})`;
    }
    case 'anything-but': {
      if (test.values.length > MAX_COMPARISONS) return undefined;
      const differs = test.values.map(
        (value) => `${v} !== ${typeof value === 'string' ? JSON.stringify(value) : number(value)}`,
      );
      return `(${isLeaf(v)} && ${differs.join(' && ')})`;
    }
    case 'prefix':
    case 'suffix':
      if (test.ignoreCase) return anyCase(test.value, test.operator, v);
      return `(typeof ${v} === 'string' && ${v}.${test.operator === 'prefix' ? 'startsWith' : 'endsWith'}(${JSON.stringify(test.value)}))`;
    case 'equals-ignore-case':
      return anyCase(test.value, 'whole', v);
    case 'address':
    case 'wildcard':
    case 'cidr':
    case 'anything-but-like':
      return undefined;
  }
}

/** An infinite bound is `Infinity`, which JSON does not have. */
const number = (value: number): string => (value < 0 ? `(${value})` : String(value));

/** See ignore-case.ts, of which this is the unrolled form. */
function anyCase(text: string, anchor: 'prefix' | 'suffix' | 'whole', v: string): string | undefined {
  const units = text.split('').map((unit) => [unit.toLowerCase(), unit.toUpperCase()] as const);
  if (units.length > MAX_UNITS || units.some(([lower, upper]) => lower.length !== 1 || upper.length !== 1)) {
    return undefined;
  }
  const length = `${v}.length ${anchor === 'whole' ? '===' : '>='} ${units.length}`;
  const compared = units.map(([lower, upper], index) => {
    const at = `${v}.charCodeAt(${anchor === 'suffix' ? `${v}.length - ${units.length - index}` : index})`;
    const [low, high] = [lower.charCodeAt(0), upper.charCodeAt(0)];
    return low === high ? `${at} === ${low}` : `(${at} === ${low} || ${at} === ${high})`;
  });
  return `(typeof ${v} === 'string' && ${[length, ...compared].join(' && ')})`;
}
