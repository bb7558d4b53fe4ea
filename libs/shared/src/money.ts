/** Amounts of money: at most two decimals, checked on the digits and never by float arithmetic. */

/** The largest amount. */
export const LARGEST_AMOUNT = 1e9;

/** A positive amount with at most two decimals, up to {@link LARGEST_AMOUNT}. */
export const isAmount = (value: number): boolean =>
  value > 0 && value <= LARGEST_AMOUNT && /^\d+(?:\.\d{1,2})?$/.test(String(value));
