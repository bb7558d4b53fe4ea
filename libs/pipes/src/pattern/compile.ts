/**
 * Compiles event patterns to functions. Events without arrays and dotted keys on the pattern's paths, as most are, match
 * by plain walks that allocate nothing; the others take the search of array-search.ts.
 */
import { arraySearch } from './array-search.js';
import { compileField, type CompiledField, type JsonObject } from './compiled-field.js';
import { RawNumber } from './decimal.js';
import { type Leaf } from './leaf-matcher.js';
import { parsePattern } from './parse.js';
import { type Alternative, type Pattern } from './value-test.js';

/** Whether a parsed event (see parseEvent in decimal.ts for exotic numbers) matches. Never throws on JSON. */
export type Matcher = (event: unknown) => boolean;

/** @throws InvalidPatternError with AWS's reason. */
export function compilePattern(pattern: string | Pattern): Matcher {
  const { alternatives } = typeof pattern === 'string' ? parsePattern(pattern) : pattern;
  const matchers = alternatives.map(compileAlternative);
  const [first, second] = matchers;
  const matches = first !== undefined && second === undefined ? first : anyOf(matchers);
  return (event) =>
    typeof event === 'object' && event !== null && !Array.isArray(event) && matches(event as JsonObject);
}

type ObjectMatcher = (event: JsonObject) => boolean;

function anyOf(matchers: readonly ObjectMatcher[]): ObjectMatcher {
  return (event) => {
    for (const matcher of matchers) if (matcher(event)) return true;
    return false;
  };
}

function compileAlternative(alternative: Alternative): ObjectMatcher {
  const fields = alternative.map(compileField);
  const search = arraySearch(fields);
  // Reading `__proto__` off an object that has no such key of its own gives its prototype.
  if (fields.some(({ steps }) => steps.includes('__proto__'))) return search;
  // One field that cannot match decides: the shortest walks come first.
  const walks = fields.toSorted((a, b) => a.steps.length - b.steps.length).map(walk);
  return (event) => {
    let unsure = false;
    for (const look of walks) {
      const found = look(event);
      if (found === NO) return false;
      if (found === UNSURE) unsure = true;
    }
    return !unsure || search(event);
  };
}

const NO = 0;
const YES = 1;
/** An array or a dotted key is in the way. */
const UNSURE = 2;
type Found = typeof NO | typeof YES | typeof UNSURE;

function walk({ steps, joined, matches, mayBeAbsent }: CompiledField): (event: JsonObject) => Found {
  const last = steps.length - 1;
  const absent = mayBeAbsent ? YES : NO;
  const hasDotted = last > 0;
  return (event) => {
    let node: JsonObject = event;
    for (let step = 0; step <= last; step += 1) {
      const value = node[steps[step] as string];
      if (typeof value === 'object' && value !== null) {
        if (Array.isArray(value)) return UNSURE;
        // A RawNumber is the only object that is a leaf; the search knows it.
        if (step === last) return value instanceof RawNumber ? UNSURE : dotted(event, absent);
        node = value as JsonObject;
        continue;
      }
      if (step < last || value === undefined || typeof value === 'function') return dotted(event, absent);
      return matches !== undefined && matches(value as Leaf) ? YES : dotted(event, NO);
    }
    return NO;
  };

  /** `otherwise`, unless a key such as "a.b" may lead to the field as well. */
  function dotted(event: JsonObject, otherwise: Found): Found {
    if (!hasDotted) return otherwise;
    let node: unknown = event;
    for (let step = 0; step < last; step += 1) {
      if (typeof node !== 'object' || node === null) return otherwise;
      const keys = joined[step] as readonly string[];
      for (let index = 0; index < keys.length; index += 1) {
        if ((node as JsonObject)[keys[index] as string] !== undefined) return UNSURE;
      }
      node = (node as JsonObject)[steps[step] as string];
    }
    return otherwise;
  }
}
