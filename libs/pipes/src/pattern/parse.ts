/**
 * Reads an event pattern, with AWS's rules and error texts.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { InvalidPatternError } from './invalid-pattern.js';
import { addressDigits } from './ip-address.js';
import { comparableNumber } from './decimal.js';
import { readJson, type JsonNode } from './json-tree.js';
import { parseMatchExpression } from './parse-operator.js';
import { type Alternative, type Pattern, type ValueTest } from './value-test.js';

/** Fields of each alternative by path: a path that is written again replaces the earlier one. */
type Branches = Map<string, readonly ValueTest[]>[];

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html ($or) */
const MAX_COMBINATIONS = 1_000;
const MAX_PATHS = 256;

/** Field names that `$or` does not take: operators of today and of some day. */
const RESERVED_IN_OR = new Set(
  (
    'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard ' +
    'not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ' +
    'ip-address-in-range ip-address-not-in-range'
  ).split(' '),
);

/** Limits that hold however `$or` is read. */
class PatternTooLargeError extends InvalidPatternError {}

/** @throws InvalidPatternError with AWS's reason. */
export function parsePattern(json: string): Pattern {
  const root = readJson(json);
  try {
    return toPattern(readPattern(root, true));
  } catch (error) {
    if (!(error instanceof InvalidPatternError) || error instanceof PatternTooLargeError) throw error;
    // What is no proper $or may still be a field of that name: the engine reads it so, and tells that reading's error.
    return toPattern(readPattern(root, false));
  }
}

function toPattern(branches: Branches): Pattern {
  const alternatives = branches.map((fields): Alternative => {
    if (fields.size > MAX_PATHS) throw new PatternTooLargeError(`Size of rule exceeds max value of ${MAX_PATHS}`);
    const paths = [...fields.keys()].sort((a, b) => (a < b ? -1 : 1));
    return paths.map((path) => ({ path, tests: fields.get(path) ?? [] }));
  });
  return { alternatives };
}

function readPattern(root: JsonNode, withOr: boolean): Branches {
  if (root.kind !== 'object') throw new InvalidPatternError('Filter is not an object');
  const branches: Branches = [];
  readObject(root, '', branches, { withOr, insideOr: false });
  return branches;
}

interface Mode {
  readonly withOr: boolean;
  readonly insideOr: boolean;
}

function readObject(node: JsonNode & { kind: 'object' }, prefix: string, branches: Branches, mode: Mode): void {
  if (node.entries.length === 0) throw new InvalidPatternError('Empty objects are not allowed');
  for (const [name, value] of node.entries) {
    if (mode.withOr && name === '$or') {
      readOr(value, prefix, branches, mode);
      continue;
    }
    if (mode.insideOr && RESERVED_IN_OR.has(name)) {
      throw new InvalidPatternError(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    if (value.kind === 'object') readObject(value, `${prefix}${name}.`, branches, mode);
    else if (value.kind === 'array') put(branches, `${prefix}${name}`, readValues(value.items));
    else throw new InvalidPatternError(`"${name}" must be an object or an array`);
  }
}

/** Every alternative so far goes on with every member of the list. */
function readOr(list: JsonNode, prefix: string, branches: Branches, mode: Mode): void {
  if (list.kind !== 'array') throw new InvalidPatternError('It must be an Array followed with $or.');
  const before = branches.splice(0);
  for (const member of list.items) {
    if (member.kind !== 'object') {
      throw new InvalidPatternError('Only JSON object is allowed in array of $or relationship.');
    }
    const own: Branches =
      before.length === 0 ? [new Map<string, readonly ValueTest[]>()] : before.map((fields) => new Map(fields));
    readObject(member, prefix, own, { ...mode, insideOr: true });
    branches.push(...own);
    if (branches.length > MAX_COMBINATIONS) {
      throw new PatternTooLargeError(`$or expands to more than ${MAX_COMBINATIONS} combinations`);
    }
  }
  if (list.items.length < 2) {
    throw new InvalidPatternError('There must have at least 2 Objects in $or relationship.');
  }
}

function put(branches: Branches, path: string, tests: readonly ValueTest[]): void {
  if (branches.length === 0) branches.push(new Map());
  for (const fields of branches) fields.set(path, tests);
}

function readValues(items: readonly JsonNode[]): readonly ValueTest[] {
  if (items.length === 0) throw new InvalidPatternError('Empty arrays are not allowed');
  return items.map((item): ValueTest => {
    switch (item.kind) {
      case 'object':
        return parseMatchExpression(item.entries);
      case 'array':
        throw new InvalidPatternError('Match value must be String, number, true, false, or null');
      case 'number':
        return { operator: 'number', value: comparableNumber(item.text), literal: item.text, text: item.text };
      case 'string': {
        const digits = addressDigits(item.value);
        const text = JSON.stringify(item.value);
        return digits === undefined
          ? { operator: 'equals', value: item.value, text }
          : { operator: 'address', value: item.value, digits, text };
      }
      case 'constant':
        return { operator: 'equals', value: item.value, text: String(item.value) };
    }
  });
}
