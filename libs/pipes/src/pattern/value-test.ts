/** What a pattern may ask of one value. */
import { type AddressRange } from './ip-address.js';

/** `text` is the test as the pattern writes it (JSON). */
export type ValueTest = { readonly text: string } & (
  | { readonly operator: 'equals'; readonly value: string | boolean | null }
  /** A string that is an IP address matches every way to write that address. */
  | { readonly operator: 'address'; readonly value: string; readonly digits: string }
  /** `value` is undefined for a literal that no double stands for: only the same literal matches. */
  | { readonly operator: 'number'; readonly value: number | undefined; readonly literal: string }
  | { readonly operator: 'exactly'; readonly value: string }
  | { readonly operator: 'prefix' | 'suffix'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly operator: 'equals-ignore-case'; readonly value: string }
  | { readonly operator: 'exists'; readonly expected: boolean }
  | { readonly operator: 'numeric'; readonly bottom: Bound; readonly top: Bound }
  | { readonly operator: 'anything-but'; readonly values: readonly (string | number)[] }
  | { readonly operator: 'anything-but-like'; readonly like: LikeOperator; readonly values: readonly string[] }
  | { readonly operator: 'wildcard'; readonly parts: readonly string[] }
  | { readonly operator: 'cidr'; readonly range: AddressRange }
);

/** An end of a numeric range; `open` leaves the value itself out. */
export interface Bound {
  readonly value: number;
  readonly open: boolean;
}

/** What the event bus lets anything-but be applied to. */
export type LikeOperator = 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard';

/** All values that a field may have, OR-ed. */
export interface FieldRule {
  /** Names of the path joined by dots: the engine makes no difference between `{"a":{"b":..}}` and `{"a.b":..}`. */
  readonly path: string;
  readonly tests: readonly ValueTest[];
}

/** Fields AND-ed, sorted by path in UTF-16 order: the order in which the engine fixes array elements. */
export type Alternative = readonly FieldRule[];

/** A pattern that was read: alternatives OR-ed. */
export interface Pattern {
  readonly alternatives: readonly Alternative[];
}
