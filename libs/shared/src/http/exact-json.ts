/** Parses JSON without changing a number in it. */

/** A number in the text has more digits than JavaScript keeps: parsing it would change it without a word. */
export class InexactNumberError extends Error {
  override readonly name = 'InexactNumberError';

  constructor(
    /** The name that it stands under; `body` at the top, an index in a list. */
    readonly field: string,
    readonly source: string,
  ) {
    super(`${field} has more digits than are kept`);
  }
}

/** Fewer digits than these are always kept. https://en.wikipedia.org/wiki/Double-precision_floating-point_format */
const MANY_DIGITS = /\d(?:\.?\d){15,}/;

/**
 * @throws SyntaxError when the text is no JSON
 * @throws InexactNumberError for a number that would come out as another
 */
export function parseExactly(text: string): unknown {
  // Hardly any body has so long a number; to look at each value costs several times as much as to parse.
  if (!MANY_DIGITS.test(text)) return JSON.parse(text) as unknown;
  const look = (name: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value === 'number' && context.source !== undefined && !isExact(context.source, value))
      throw new InexactNumberError(name === '' ? 'body' : name, context.source);
    return value;
  };
  return JSON.parse(text, look as (name: string, value: unknown) => unknown) as unknown;
}

/** Whether the shortest text of the number means the same as its source. */
const isExact = (source: string, value: number): boolean => canonical(source) === canonical(String(value));

/** Sign, digits without zeros at either end, and the power of ten of the last digit. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}
