/** Compiles event patterns to functions: closures at first, generated code for patterns that see many events. */
import { compileField, type JsonObject } from './compiled-field.js';
import { interpret, type ObjectMatcher } from './interpret.js';
import { parsePattern } from './parse.js';
import { specialise } from './specialise.js';
import { type Pattern } from './value-test.js';

/** Whether a parsed event (see parseEvent in decimal.ts for exotic numbers) matches. Never throws on JSON. */
export type Matcher = (event: unknown) => boolean;

/** Generating code takes as long as matching about this many events by closures. */
const GENERATE_AFTER = 1_000;

/**
 * `generateAfter` is the number of events that closures match before the same is generated as code: 0 at once, Infinity
 * never.
 * @throws InvalidPatternError with AWS's reason.
 */
export function compilePattern(pattern: string | Pattern, generateAfter = GENERATE_AFTER): Matcher {
  const { alternatives } = typeof pattern === 'string' ? parsePattern(pattern) : pattern;
  const branches = alternatives.map((alternative) => {
    const fields = alternative.map(compileField);
    return { fields, interpreted: interpret(fields) };
  });
  const interpreted = anyOf(branches.map((branch) => branch.interpreted));
  if (generateAfter === 0) return specialise(branches) ?? interpreted;
  let seen = 0;
  let matches: Matcher = (event) => {
    seen += 1;
    if (seen >= generateAfter) matches = specialise(branches) ?? interpreted;
    return interpreted(event);
  };
  return (event) => matches(event);
}

function anyOf(matchers: readonly ObjectMatcher[]): Matcher {
  return (event) => {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) return false;
    for (const matcher of matchers) if (matcher(event as JsonObject)) return true;
    return false;
  };
}
