/**
 * Patterns of JSON messages: `{ $.level = "ERROR" && $.latency > 500 }`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
 */
import { type LogPattern } from './log-pattern.js';
import { LogPatternError } from './log-pattern-error.js';
import { PatternReader } from './pattern-reader.js';

/** The steps from the root of a message: a property, an element, or each element. */
type Path = readonly (string | number | typeof EACH)[];
type Test = (root: unknown) => boolean;

const EACH = Symbol('each element');
const SELECTOR = /\$(?:\.[A-Za-z0-9_-]+(?:\[(?:\d+|\*)\])*)+/y;
/** How many `[*]` CloudWatch takes in one pattern; in one selector it takes one. */
const MOST_EACH = 3;

/** @throws LogPatternError */
export function jsonPattern(pattern: string): LogPattern {
  const reader = new PatternReader(pattern);
  const paths: Path[] = [];
  const one = (): Test => {
    if (reader.takes('(')) {
      const inner = reader.alternatives(one, join);
      reader.must(')');
      return inner;
    }
    const selector = reader.match(SELECTOR)?.[0];
    if (selector === undefined) throw reader.expected('a selector such as $.level');
    const path = pathOf(selector);
    paths.push(path);
    return testOf(reader, path);
  };
  reader.must('{');
  const test = reader.alternatives(one, join);
  reader.must('}');
  reader.end();
  if (paths.flat().filter((step) => step === EACH).length > MOST_EACH)
    throw new LogPatternError(`[*] stands in the pattern more than ${MOST_EACH} times`);
  return {
    match: (message) => {
      const root = objectIn(message);
      if (root === undefined || !test(root)) return undefined;
      return { valueOf: (selector) => valuesAt(pathOf(selector), root)[0] };
    },
    selects: (selector) => new RegExp(`^${SELECTOR.source}$`).test(selector) && !selector.includes('*'),
  };
}

/** What follows a selector. */
function testOf(reader: PatternReader, path: Path): Test {
  const some =
    (test: (value: unknown) => boolean): Test =>
    (root) =>
      valuesAt(path, root).some(test);
  if (reader.match(/NOT\s+EXISTS\b/y)) return (root) => valuesAt(path, root).length === 0;
  const constant = reader.match(/IS\s+(NULL|TRUE|FALSE)\b/y)?.[1];
  if (constant !== undefined) {
    const wanted = { NULL: null, TRUE: true, FALSE: false }[constant];
    return some((value) => value === wanted);
  }
  return some(reader.condition());
}

function join(how: '&&' | '||', tests: readonly Test[]): Test {
  return how === '&&' ? (root) => tests.every((test) => test(root)) : (root) => tests.some((test) => test(root));
}

/** @throws LogPatternError */
function pathOf(selector: string): Path {
  const path: Path = [...selector.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+|\*)\]/g)].map(([, property, index]) => {
    if (property !== undefined) return property;
    return index === '*' ? EACH : Number(index);
  });
  if (path.filter((step) => step === EACH).length > 1)
    throw new LogPatternError(`[*] stands in ${selector} more than once`);
  return path;
}

/** None where the message has no such place. */
function valuesAt(path: Path, root: unknown): unknown[] {
  return path.reduce<unknown[]>(
    (values, step) =>
      values.flatMap((value) => {
        if (step === EACH) return Array.isArray(value) ? (value as unknown[]) : [];
        if (typeof step === 'number')
          return Array.isArray(value) && step < value.length ? [value[step] as unknown] : [];
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        return isObject && Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
      }),
    [root],
  );
}

/** The JSON object that a message is. */
function objectIn(message: string): object | undefined {
  if (!/^\s*\{/.test(message)) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
