/**
 * Comparison without regard to case, as the rule engine does it: each UTF-16 unit of the pattern stands for its own lower
 * and upper form and for nothing else. So `ß` matches `SS` (its upper form) and not `ss`.
 */

/** Where in `value` the comparison is anchored. */
export type Anchor = 'whole' | 'start' | 'end';

/** @returns a test of strings; it allocates nothing unless a form of the pattern is longer than one unit. */
export function ignoreCase(pattern: string, anchor: Anchor): (value: string) => boolean {
  const units = pattern.split('').map((unit) => [unit.toLowerCase(), unit.toUpperCase()] as const);
  return units.every(([lower, upper]) => lower.length === 1 && upper.length === 1)
    ? byUnit(units.map(([lower]) => lower).join(''), units.map(([, upper]) => upper).join(''), anchor)
    : byExpression(units, anchor);
}

function byUnit(lower: string, upper: string, anchor: Anchor): (value: string) => boolean {
  const { length } = lower;
  return (value) => {
    if (anchor === 'whole' ? value.length !== length : value.length < length) return false;
    const offset = anchor === 'end' ? value.length - length : 0;
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(offset + index);
      if (unit !== lower.charCodeAt(index) && unit !== upper.charCodeAt(index)) return false;
    }
    return true;
  };
}

function byExpression(units: readonly (readonly [string, string])[], anchor: Anchor): (value: string) => boolean {
  const body = units.map((forms) => `(?:${forms.map(escaped).join('|')})`).join('');
  const expression = new RegExp(`${anchor === 'end' ? '' : '^'}${body}${anchor === 'start' ? '' : '$'}`);
  return (value) => expression.test(value);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
