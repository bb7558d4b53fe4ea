/** Amounts of money: at most two decimals, checked on the digits, added in whole cents, and never by float arithmetic. */
import * as z from 'zod';

/** The largest amount. */
export const LARGEST_AMOUNT = 1e9;

/** A positive amount with at most two decimals, up to {@link LARGEST_AMOUNT}. */
export const isAmount = (value: number): boolean =>
  value > 0 && value <= LARGEST_AMOUNT && /^\d+(?:\.\d{1,2})?$/.test(String(value));

/** The cents of an amount that has at most two decimals. */
export function toCents(amount: number): number {
  const [whole = '', decimals = ''] = String(amount).split('.');
  return Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
}

/** The amount of so many cents: the quotient is the double nearest to the decimal number, as reading its digits gives. */
export const fromCents = (cents: number): number => cents / 100;

/** An amount as a field of a request. */
export const amountSchema = z
  .number()
  .refine(isAmount, `must be more than 0 and at most ${LARGEST_AMOUNT}, with at most 2 decimals`)
  .meta({ exclusiveMinimum: 0, maximum: LARGEST_AMOUNT, multipleOf: 0.01, example: 5.5 });
