/** Reads one match expression of a pattern: `{"prefix":"x"}`, `{"numeric":[">",0]}`, with AWS's error texts. */
import { comparableNumber } from './decimal.js';
import { InvalidPatternError } from './invalid-pattern.js';
import { addressRange, type AddressRange } from './ip-address.js';
import { type JsonNode } from './json-tree.js';
import { type Bound, type LikeOperator, type ValueTest } from './value-test.js';
import { parseWildcard } from './wildcard.js';

type Entries = readonly (readonly [key: string, value: JsonNode])[];

const ONE_KEY = 'Only one key allowed in match expression';
/** The engine's text for every expression that goes on too long, numeric or not. */
const TOO_MANY = 'Too many elements in numeric expression';

/** @throws InvalidPatternError with AWS's reason. */
export function parseMatchExpression(entries: Entries): ValueTest {
  const [first] = entries;
  if (first === undefined) throw new InvalidPatternError('Match expression name not found');
  const [operator, operand] = first;
  const single = (test: Test, tooMany = ONE_KEY): ValueTest => {
    if (entries.length > 1) throw new InvalidPatternError(tooMany);
    return { ...test, text: textOf({ kind: 'object', entries }) };
  };
  switch (operator) {
    case 'exactly':
      return single({ operator, value: stringOf(operand, 'exact match pattern must be a string') });
    case 'prefix':
    case 'suffix':
      return single(affix(operator, operand));
    case 'equals-ignore-case':
      return single({ operator, value: stringOf(operand, 'equals-ignore-case match pattern must be a string') });
    case 'wildcard': {
      const parts = parseWildcard(stringOf(operand, 'wildcard match pattern must be a string'));
      return single({ operator, parts });
    }
    case 'cidr':
      return single({ operator, range: cidr(operand) });
    case 'exists':
      if (operand.kind !== 'constant' || operand.value === null) {
        throw new InvalidPatternError('exists match pattern must be either true or false.');
      }
      return single({ operator, expected: operand.value });
    case 'numeric':
      if (operand.kind !== 'array') throw new InvalidPatternError('Value of numeric must be an array.');
      return single(numeric(operand.items), TOO_MANY);
    case 'anything-but':
      return single(anythingBut(operand), TOO_MANY);
    default:
      throw new InvalidPatternError(`Unrecognized match type ${operator}`);
  }
}

/** A test without its text: Omit would not keep the union apart. */
type Test = ValueTest extends infer T ? (T extends ValueTest ? Omit<T, 'text'> : never) : never;

function stringOf(node: JsonNode, otherwise: string): string {
  if (node.kind !== 'string') throw new InvalidPatternError(otherwise);
  return node.value;
}

function affix(operator: 'prefix' | 'suffix', operand: JsonNode): Test {
  if (operand.kind !== 'object') {
    return { operator, value: stringOf(operand, `${operator} match pattern must be a string`), ignoreCase: false };
  }
  const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
  const [inner] = operand.entries;
  if (inner === undefined) throw new InvalidPatternError(`${title} expression name not found`);
  if (inner[0] !== 'equals-ignore-case') throw new InvalidPatternError(`Unsupported ${operator} pattern: ${inner[0]}`);
  const value = stringOf(inner[1], 'equals-ignore-case match pattern must be a string');
  if (operand.entries.length > 1) throw new InvalidPatternError(ONE_KEY);
  return { operator, value, ignoreCase: true };
}

function cidr(operand: JsonNode): AddressRange {
  // The engine's own text: it says prefix.
  const text = stringOf(operand, 'prefix match pattern must be a string');
  try {
    return addressRange(text);
  } catch (error) {
    throw new InvalidPatternError((error as Error).message, { cause: error });
  }
}

function numeric(items: readonly JsonNode[]): Test {
  const [operatorNode, valueNode, nextNode, topNode] = items;
  if (operatorNode?.kind !== 'string') {
    throw new InvalidPatternError(`Invalid member in numeric match: ${tokenOf(operatorNode)}`);
  }
  const operator = operatorNode.value;
  if (!['=', '<', '<=', '>', '>='].includes(operator)) {
    throw new InvalidPatternError(`Unrecognized numeric range operator: ${operator}`);
  }
  const literal = literalOf(valueNode, operator === '=' ? 'equals' : operator);
  const anyLower: Bound = { value: Number.NEGATIVE_INFINITY, open: true };
  const anyHigher: Bound = { value: Number.POSITIVE_INFINITY, open: true };
  if (operator === '=' || operator.startsWith('<')) {
    if (items.length > 2) throw new InvalidPatternError(TOO_MANY);
    const top: Bound = { value: doubleOf(literal), open: operator === '<' };
    return { operator: 'numeric', bottom: operator === '=' ? top : anyLower, top };
  }
  const open = operator === '>';
  if (nextNode === undefined) {
    return { operator: 'numeric', bottom: { value: doubleOf(literal), open }, top: anyHigher };
  }
  if (nextNode.kind !== 'string') throw new InvalidPatternError(`Bad value in numeric range: ${tokenOf(nextNode)}`);
  const upper = nextNode.value;
  if (upper !== '<' && upper !== '<=') throw new InvalidPatternError(`Bad numeric range operator: ${upper}`);
  const topLiteral = literalOf(topNode, upper);
  if (items.length > 4) throw new InvalidPatternError('Too many terms in numeric range expression');
  const bottom: Bound = { value: doubleOf(literal), open };
  const top: Bound = { value: doubleOf(topLiteral), open: upper === '<' };
  if (bottom.value >= top.value) throw new InvalidPatternError('Bottom must be less than top');
  return { operator: 'numeric', bottom, top };
}

function literalOf(node: JsonNode | undefined, operator: string): string {
  if (node?.kind !== 'number') throw new InvalidPatternError(`Value of ${operator} must be numeric`);
  return node.text;
}

function doubleOf(literal: string): number {
  const value = comparableNumber(literal);
  if (value === undefined) throw new InvalidPatternError(`Cannot compare number : ${literal}`);
  return value;
}

function anythingBut(operand: JsonNode): Test {
  if (operand.kind === 'object') return anythingButLike(operand.entries);
  if (operand.kind === 'constant') {
    throw new InvalidPatternError('Value of anything-but must be an array or single string/number value.');
  }
  const values = (operand.kind === 'array' ? operand.items : [operand]).map((item) => {
    if (item.kind === 'string') return item.value;
    if (item.kind === 'number') return doubleOf(item.text);
    throw new InvalidPatternError('Inside anything but list, start|null|boolean is not supported.');
  });
  if (new Set(values.map((value) => typeof value)).size !== 1) {
    throw new InvalidPatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return { operator: 'anything-but', values };
}

function anythingButLike(entries: Entries): Test {
  const [first] = entries;
  if (first === undefined) throw new InvalidPatternError('Anything-But expression name not found');
  const [name, operand] = first;
  const like = LIKES.find((operator) => operator === name);
  if (like === undefined) throw new InvalidPatternError(`Unsupported anything-but pattern: ${name}`);
  if (operand.kind === 'object' || operand.kind === 'constant') {
    throw new InvalidPatternError('Value of anything-but must be an array or single string/number value.');
  }
  const values = (operand.kind === 'array' ? operand.items : [operand]).map((item) => stringOf(item, NOT_STRING[like]));
  if ((like === 'prefix' || like === 'suffix') && values.includes('')) {
    throw new InvalidPatternError('Null prefix/suffix not allowed');
  }
  if (like === 'wildcard') values.forEach(parseWildcard);
  if (entries.length > 1) throw new InvalidPatternError(TOO_MANY);
  return { operator: 'anything-but-like', like, values };
}

const LIKES: readonly LikeOperator[] = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

const NOT_STRING: Record<LikeOperator, string> = {
  prefix: 'prefix/suffix match pattern must be a string',
  suffix: 'prefix/suffix match pattern must be a string',
  'equals-ignore-case': 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  wildcard: 'wildcard match pattern must be a string',
};

/** The token at which the engine's reader stands when it complains. */
function tokenOf(node: JsonNode | undefined): string {
  if (node === undefined) return ']';
  if (node.kind === 'object') return '{';
  if (node.kind === 'array') return '[';
  return node.kind === 'string' ? node.value : textOf(node);
}

function textOf(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(textOf).join(',')}]`;
    case 'number':
      return node.text;
    case 'string':
    case 'constant':
      return JSON.stringify(node.value);
  }
}
