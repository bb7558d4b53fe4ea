/** JSON as it is written: keeps keys that stand twice in one object and the literal of each number. */
import { InvalidPatternError } from './invalid-pattern.js';

export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  /** `text` is the literal. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: boolean | null };

/** Tokens of a text that JSON.parse has accepted; white space and separators stand between them. */
const TOKEN = /[{}[\]]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/g;

/** AWS's reader goes no deeper either. */
const MAX_DEPTH = 1_000;

/** @throws InvalidPatternError when `text` is not JSON (RFC 8259) or nested more than 1,000 deep. */
export function readJson(text: string): JsonNode {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new InvalidPatternError(`Event pattern is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  const tokens = text.match(TOKEN) ?? [];
  let position = 0;

  const read = (depth: number): JsonNode => {
    if (depth > MAX_DEPTH)
      throw new InvalidPatternError(`Document nesting depth exceeds the maximum allowed (${MAX_DEPTH})`);
    const token = next();
    switch (token) {
      case '{': {
        const entries: (readonly [string, JsonNode])[] = [];
        while (tokens[position] !== '}') {
          const key = JSON.parse(next()) as string;
          entries.push([key, read(depth + 1)]);
        }
        position += 1;
        return { kind: 'object', entries };
      }
      case '[': {
        const items: JsonNode[] = [];
        while (tokens[position] !== ']') items.push(read(depth + 1));
        position += 1;
        return { kind: 'array', items };
      }
      case 'true':
      case 'false':
        return { kind: 'constant', value: token === 'true' };
      case 'null':
        return { kind: 'constant', value: null };
      default:
        return token.startsWith('"')
          ? { kind: 'string', value: JSON.parse(token) as string }
          : { kind: 'number', text: token };
    }
  };
  const next = (): string => {
    const token = tokens[position];
    if (token === undefined) throw new InvalidPatternError('Event pattern is not valid JSON: it ends too early');
    position += 1;
    return token;
  };
  return read(1);
}
