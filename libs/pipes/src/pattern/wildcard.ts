/** The bus's wildcard: `*` stands for any characters, `\*` and `\\` for themselves. A pipe's filter does not take it. */
import { InvalidPatternError } from './invalid-pattern.js';

/**
 * The literal parts between the stars.
 * @throws InvalidPatternError with the engine's text; it counts bytes, from the quote that opens the string.
 */
export function parseWildcard(value: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  const at = (index: number): number => 1 + Buffer.byteLength(value.slice(0, index));
  for (let index = 0; index < value.length; index += 1) {
    const character = value[index] ?? '';
    if (character === '*') {
      if (value[index + 1] === '*')
        throw new InvalidPatternError(`Consecutive wildcard characters at pos ${at(index)}`);
      parts.push(part);
      part = '';
    } else if (character === '\\') {
      const escaped = value[index + 1];
      if (escaped !== '*' && escaped !== '\\')
        throw new InvalidPatternError(`Invalid escape character at pos ${at(index)}`);
      part += escaped;
      index += 1;
    } else part += character;
  }
  return [...parts, part];
}

/** Whether `value` is made of the parts in their order: the first at its start, the last at its end. */
export function matchesWildcard(value: string, parts: readonly string[]): boolean {
  const [head = '', ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return value === head;
  if (!value.startsWith(head) || !value.endsWith(tail) || value.length < head.length + tail.length) return false;
  let from = head.length;
  const end = value.length - tail.length;
  for (const part of rest) {
    const found = value.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return from <= end;
}
