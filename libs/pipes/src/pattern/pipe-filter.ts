/** What of the event pattern language a pipe's filter takes: less than the event bus does. */
import { InvalidPatternError } from './invalid-pattern.js';
import { parsePattern } from './parse.js';
import { type Alternative, type Pattern, type ValueTest } from './value-test.js';

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_FilterCriteria.html */
const MAX_FILTERS = 5;
/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_Filter.html */
const MAX_FILTER_LENGTH = 4_096;

/**
 * Column "Pipe support" of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html; cidr
 * and exactly are not in its table at all.
 */
const BUS_ONLY = new Set<ValueTest['operator']>(['wildcard', 'cidr', 'exactly', 'anything-but-like']);

/** @throws InvalidPatternError naming the filter (counted from 1) and what is wrong with it. */
export function assertPipeFilters(patterns: readonly string[]): void {
  if (patterns.length > MAX_FILTERS) {
    throw new InvalidPatternError(`a pipe takes at most ${MAX_FILTERS} filters, not ${patterns.length}`);
  }
  patterns.forEach((json, index) => {
    const at = `filter ${index + 1}`;
    if (json.length > MAX_FILTER_LENGTH) {
      throw new InvalidPatternError(`${at} has ${json.length} characters, a pipe takes at most ${MAX_FILTER_LENGTH}`);
    }
    for (const { path, test } of testsOf(parse(json, at))) {
      if (!BUS_ONLY.has(test.operator)) continue;
      throw new InvalidPatternError(`${at}: ${path}: ${test.text}: a pipe's filter does not support this operator`);
    }
  });
}

function parse(json: string, at: string): Pattern {
  try {
    return parsePattern(json);
  } catch (error) {
    if (!(error instanceof InvalidPatternError)) throw error;
    throw new InvalidPatternError(`${at}: ${error.message}`, { cause: error });
  }
}

function testsOf(pattern: Pattern): { readonly path: string; readonly test: ValueTest }[] {
  return pattern.alternatives.flat().flatMap(({ path, tests }) => tests.map((test) => ({ path, test })));
}

/** Added to an event only after the filter has seen it. */
const NOT_FILTERABLE = new Set(['awsRegion', 'eventSource', 'eventSourceARN', 'eventVersion']);

/** What is allowed in valid filters and hardly meant, in words. */
export function lintPipeFilters(patterns: readonly string[]): readonly string[] {
  return patterns.flatMap((json, index) => {
    const pattern = parsePattern(json);
    const warnings = testsOf(pattern).flatMap(({ path, test }) => lintTest(path, test));
    if (losesBranch(pattern.alternatives)) {
      warnings.push(
        'two branches of $or ask the same fields and share a value: AWS may lose the later one; join their values',
      );
    }
    return [...new Set(warnings)].map((warning) => `filter ${index + 1}: ${warning}`);
  });
}

function lintTest(path: string, test: ValueTest): string[] {
  if (NOT_FILTERABLE.has(path.split('.')[0] ?? '')) return [`${path} is not filterable: it never matches`];
  if (test.operator === 'numeric' && path.endsWith('.N')) {
    return [`${path}: numeric never matches, an attribute value's N is a string`];
  }
  if (test.operator === 'exists' && !test.expected && /^dynamodb\.(Old|New)Image$/.test(path)) {
    return [`${path}: exists false is also true of an object, so of every record; use eventName`];
  }
  return [];
}

/** The engine's fault, not copied here: this matcher's $or is a true one. */
function losesBranch(alternatives: readonly Alternative[]): boolean {
  return alternatives.some((later, index) => alternatives.slice(0, index).some((earlier) => overlap(earlier, later)));
}

function overlap(earlier: Alternative, later: Alternative): boolean {
  return (
    earlier.length === later.length &&
    earlier.every(({ path }, index) => path === later[index]?.path) &&
    earlier.some(({ tests }, index) =>
      tests.some(({ text }) => later[index]?.tests.some((test) => test.text === text) === true),
    )
  );
}
