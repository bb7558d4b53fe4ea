/** What a pattern compares a value with: numbers, or text with wildcards at its ends. */
import { LogPatternError } from './log-pattern-error.js';

export const OPERATORS = ['=', '!=', '<=', '>=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Whether a string or number satisfies a condition; never true of another value. */
export type ValueTest = (value: unknown) => boolean;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number that a text is; undefined when it is none. */
export const numberIn = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

/**
 * @param word as the pattern has it, without its quotes
 * @throws LogPatternError when the operator orders and the word is no number
 */
export function comparison(operator: Operator, word: string, quoted: boolean): ValueTest {
  const number = quoted ? undefined : numberIn(word);
  if (operator === '=') return equality(word, number);
  if (operator === '!=') {
    const equals = equality(word, number);
    return (value) => (typeof value === 'string' || typeof value === 'number') && !equals(value);
  }
  if (number === undefined) throw new LogPatternError(`${operator} compares numbers, and "${word}" is none`);
  return (value) => {
    const actual = typeof value === 'string' ? numberIn(value) : value;
    return typeof actual === 'number' && ORDERS[operator](actual, number);
  };
}

const ORDERS: Readonly<Record<Exclude<Operator, '=' | '!='>, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function equality(word: string, number: number | undefined): ValueTest {
  // A star alone is any value; inside a word it stands for itself.
  if (word === '*') return (value) => ['string', 'number', 'boolean'].includes(typeof value);
  const [open, close] = [word.startsWith('*'), word.endsWith('*')];
  const part = word.slice(open ? 1 : 0, close ? -1 : undefined);
  const fits = (text: string): boolean => {
    if (open && close) return text.includes(part);
    if (open) return text.endsWith(part);
    return close ? text.startsWith(part) : text === part;
  };
  return (value) => {
    if (typeof value === 'number') return number === undefined ? fits(String(value)) : value === number;
    return typeof value === 'string' && (fits(value) || (number !== undefined && numberIn(value) === number));
  };
}
