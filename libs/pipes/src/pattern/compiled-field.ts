/** A field of a pattern, ready to be looked for in events. */
import { leafMatcher, type LeafMatcher } from './leaf-matcher.js';
import { type FieldRule, type ValueTest } from './value-test.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface CompiledField {
  readonly path: string;
  readonly tests: readonly ValueTest[];
  readonly steps: readonly string[];
  /** `joined[i][j]` is the key "a.b.." that would stand for the j + 2 steps from step i on, were it written with dots. */
  readonly joined: readonly (readonly string[])[];
  /** Undefined when only the field's absence matches. */
  readonly matches: LeafMatcher | undefined;
  readonly mayBeAbsent: boolean;
}

export function compileField({ path, tests }: FieldRule): CompiledField {
  const steps = path.split('.');
  return {
    path,
    tests,
    steps,
    joined: steps.map((_, from) =>
      steps.slice(from + 1).map((_last, count) => steps.slice(from, from + count + 2).join('.')),
    ),
    matches: leafMatcher(tests),
    mayBeAbsent: tests.some((test) => test.operator === 'exists' && !test.expected),
  };
}
