/** Numbers as the rule engine takes them: doubles, as long as the double is exactly what was written. */

/**
 * The double that a JSON number literal stands for, or undefined when the literal's decimal value is not the double's own
 * printed form (9007199254740993, 1e400): the engine cannot compare such numbers.
 */
export function comparableNumber(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value) || normal(text) !== normal(String(value))) return undefined;
  return value;
}

/** Sign, digits without zeros at the ends, and exponent: one text for one decimal value. */
function normal(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${negative ? '-' : ''}${significant}e${shift}`;
}

/** A number of an event that no double can stand for: it equals its own literal only. */
export class RawNumber {
  // Private, so that the number has no fields that a pattern could walk into.
  readonly #literal: string;

  constructor(literal: string) {
    this.#literal = literal;
  }

  is(literal: string): boolean {
    return this.#literal === literal;
  }

  toString(): string {
    return this.#literal;
  }
}

/**
 * Parses an event from text so that numbers which no double can stand for stay what they are; JSON.parse would round
 * them. Of a key that stands twice in one object only the last is seen (AWS's engine sees both).
 * @throws SyntaxError when `text` is not JSON.
 */
export function parseEvent(text: string): unknown {
  // The third argument (source text access, ECMAScript proposal) is in the engine but not yet in TypeScript's library.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined && comparableNumber(context.source) === undefined
      ? new RawNumber(context.source)
      : value;
  return JSON.parse(text, reviver);
}
