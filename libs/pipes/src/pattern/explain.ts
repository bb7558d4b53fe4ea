/** Tells in words why an event matches a pattern or does not: which field, which rule, what was found. */
import { arraySearch } from './array-search.js';
import { compileField, type CompiledField, type JsonObject } from './compiled-field.js';
import { RawNumber } from './decimal.js';
import { parsePattern } from './parse.js';
import { type FieldRule, type Pattern, type ValueTest } from './value-test.js';

export interface FieldExplanation {
  /** Path of the field. */
  readonly field: string;
  /** What the pattern asks for, as it is written there. */
  readonly rule: string;
  /** What the event has: JSON texts, or `missing`, `an object`, `an empty list`. */
  readonly found: string;
  readonly matched: boolean;
}

export interface Explanation {
  readonly matched: boolean;
  /** One line for people. */
  readonly reason: string;
  /** The fields of the alternative that matched, or of the one that came nearest. */
  readonly fields: readonly FieldExplanation[];
}

/** Of a pattern whose `$or` stand for more alternatives than this, only so many are looked at for the nearest. */
const MOST_EXPLAINED = 32;

interface CompiledAlternative {
  readonly fields: readonly CompiledField[];
  readonly matches: (event: JsonObject) => boolean;
}

/** A pattern is explained for each record that it rejects, and compiles for much longer than it matches. */
const compiled = new WeakMap<readonly FieldRule[], CompiledAlternative>();

function compiledOf(alternative: readonly FieldRule[]): CompiledAlternative {
  const known = compiled.get(alternative);
  if (known !== undefined) return known;
  const fields = alternative.map(compileField);
  const made = { fields, matches: arraySearch(fields) };
  compiled.set(alternative, made);
  return made;
}

/** Costs far more than a match: for pages and journals. @throws InvalidPatternError for a text that is no pattern. */
export function explain(pattern: string | Pattern, event: unknown): Explanation {
  const { alternatives } = typeof pattern === 'string' ? parsePattern(pattern) : pattern;
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { matched: false, reason: 'the event is not a JSON object', fields: [] };
  }
  const record = event as JsonObject;
  const match = alternatives.find((alternative) => compiledOf(alternative).matches(record));
  let nearest: Explanation | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const alternative of match === undefined ? alternatives.slice(0, MOST_EXPLAINED) : [match]) {
    const { fields: tests } = compiledOf(alternative);
    const fields = alternative.map((rule, index) => explainField(rule, tests[index], record));
    const missed = fields.filter(({ matched }) => !matched);
    const matched = alternative === match;
    const explanation = { matched, reason: reasonOf(matched, missed), fields };
    if (matched || missed.length < fewest) [nearest, fewest] = [explanation, missed.length];
  }
  return nearest ?? { matched: false, reason: 'the pattern is empty', fields: [] };
}

function reasonOf(matched: boolean, missed: readonly FieldExplanation[]): string {
  if (matched) return 'every field matches';
  if (missed.length === 0) return 'each field matches, but not in the same elements of the lists that they stand in';
  return missed.map(({ field, rule, found }) => `${field} is ${found}, wanted ${rule}`).join(' and ');
}

function explainField(rule: FieldRule, compiled: CompiledField | undefined, event: JsonObject): FieldExplanation {
  const leaves = compiled === undefined ? [] : leavesAt(compiled, event, 0, 0);
  const texts = [
    ...new Set(leaves.map((leaf) => (leaf instanceof RawNumber ? leaf.toString() : JSON.stringify(leaf)))),
  ];
  return {
    field: rule.path,
    rule: rule.tests.map(wanted).join(' or '),
    found: texts.length > 0 ? texts.map(shortened).join(', ') : whatElse(rule.path, event),
    matched: compiled !== undefined && arraySearch([compiled])(event),
  };
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

function leavesAt(field: CompiledField, node: unknown, step: number, depth: number): unknown[] {
  if (depth > 1_000 || node === undefined) return [];
  if (Array.isArray(node)) return node.flatMap((item) => leavesAt(field, item, step, depth + 1));
  if (typeof node !== 'object' || node === null || node instanceof RawNumber) {
    return step === field.steps.length ? [node] : [];
  }
  const direct = field.steps[step];
  if (direct === undefined) return [];
  return [direct, ...(field.joined[step] ?? [])].flatMap((key, index) =>
    Object.hasOwn(node, key) ? leavesAt(field, (node as JsonObject)[key], step + index + 1, depth + 1) : [],
  );
}

/** What stands at a path where no value does. */
function whatElse(path: string, event: JsonObject): string {
  let node: unknown = event;
  for (const step of path.split('.')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return 'missing';
    node = (node as JsonObject)[step];
  }
  if (Array.isArray(node)) return node.length === 0 ? 'an empty list' : 'a list of objects';
  return 'an object';
}

function wanted(test: ValueTest): string {
  switch (test.operator) {
    case 'exists':
      return test.expected ? 'any value' : 'no value';
    case 'prefix':
    case 'suffix':
      return `a string that ${test.operator === 'prefix' ? 'starts' : 'ends'} with ${JSON.stringify(test.value)}${
        test.ignoreCase ? ' in any case' : ''
      }`;
    case 'equals-ignore-case':
      return `${JSON.stringify(test.value)} in any case`;
    case 'anything-but':
      return `anything but ${test.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'numeric':
      return `a number with ${test.text}`;
    case 'equals':
    case 'address':
    case 'number':
    case 'exactly':
    case 'wildcard':
    case 'cidr':
    case 'anything-but-like':
      return test.text;
  }
}
