/**
 * Matches the alternatives of a pattern by closures: events without arrays and dotted keys on the pattern's paths, as most
 * are, by plain walks that allocate nothing; the others by the search of array-search.ts. What specialise.ts generates has
 * to agree with this, and hands over to it whatever is out of the ordinary.
 */
import { arraySearch } from './array-search.js';
import { type CompiledField, type JsonObject } from './compiled-field.js';
import { RawNumber } from './decimal.js';
import { type Leaf } from './leaf-matcher.js';

export type ObjectMatcher = (event: JsonObject) => boolean;

export function interpret(fields: readonly CompiledField[]): ObjectMatcher {
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
