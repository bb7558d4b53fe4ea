/** Order of stream sequence numbers, which are decimal numbers of any length and never compare as text. */

/** Whether `a` stands at or before `b`. */
export const isAtOrBefore = (a: string, b: string): boolean => BigInt(a) <= BigInt(b);
