/**
 * The full search for an alternative's fields: through arrays and dotted keys. Fields must come from the same element of
 * an array, and what one field fixed holds for the fields after it, in the order of their paths; AWS's engine calls this
 * array consistency.
 */
import { type CompiledField, type JsonObject } from './compiled-field.js';
import { RawNumber } from './decimal.js';
import { type Leaf } from './leaf-matcher.js';

/** AWS's reader goes no deeper into an event. */
const MAX_DEPTH = 1_000;

const NOT_HERE = 0;
const MATCHED = 1;
/** The field was found, and the fields after it fail whatever element this one comes from. */
const HOPELESS = -1;
type Outcome = typeof NOT_HERE | typeof MATCHED | typeof HOPELESS;

/** `fields` in the order of their paths. */
export function arraySearch(fields: readonly CompiledField[]): (event: JsonObject) => boolean {
  const shared = fields.map((field, index) => sharedSteps(field, fields.slice(index + 1)));
  return (event) => new Search(event, fields, shared).from(0) === MATCHED;
}

/** How many first steps a field has in common with a later one, at most: an array behind them concerns itself alone. */
function sharedSteps({ steps }: CompiledField, later: readonly CompiledField[]): number {
  const common = later.map((other) => {
    const different = steps.findIndex((step, index) => step !== other.steps[index]);
    return different === -1 ? steps.length : different;
  });
  return Math.max(0, ...common);
}

class Search {
  /** The arrays that fields before fixed, and the element of each. */
  readonly #arrays: unknown[][] = [];
  readonly #elements: number[] = [];

  constructor(
    private readonly event: JsonObject,
    private readonly fields: readonly CompiledField[],
    private readonly shared: readonly number[],
  ) {}

  /** Whether the fields from `index` on match, given what is fixed. */
  from(index: number): Outcome {
    const field = this.fields[index];
    if (field === undefined) return MATCHED;
    if (field.matches !== undefined && this.#seek(index, field, this.event, 0) === MATCHED) return MATCHED;
    if (field.mayBeAbsent && !this.#isPresent(field, this.event, 0)) return this.from(index + 1);
    return NOT_HERE;
  }

  #seek(index: number, field: CompiledField, node: unknown, step: number): Outcome {
    if (Array.isArray(node)) return this.#seekInArray(index, field, node, step);
    const atLeaf = step === field.steps.length;
    if (typeof node !== 'object' || node === null || node instanceof RawNumber) {
      if (!atLeaf || !isLeaf(node) || field.matches?.(node) !== true) return NOT_HERE;
      return this.from(index + 1) === MATCHED ? MATCHED : HOPELESS;
    }
    if (atLeaf) return NOT_HERE;
    let outcome: Outcome = NOT_HERE;
    for (let length = 1; step + length <= field.steps.length; length += 1) {
      const key = keyAt(field, step, length);
      if (!Object.hasOwn(node, key)) continue;
      outcome = this.#seek(index, field, (node as JsonObject)[key], step + length);
      if (outcome === MATCHED) return MATCHED;
    }
    return outcome;
  }

  #seekInArray(index: number, field: CompiledField, array: readonly unknown[], step: number): Outcome {
    if (this.#arrays.length >= MAX_DEPTH) return NOT_HERE;
    const fixed = this.#elementOf(array);
    for (let element = 0; element < array.length; element += 1) {
      const node = array[element];
      const isLeafNode = typeof node !== 'object' || node === null || node instanceof RawNumber;
      // Only objects and arrays fix their array; a plain value beside them is free.
      if (!isLeafNode && fixed !== undefined && fixed !== element) continue;
      const fixes = !isLeafNode && fixed === undefined;
      if (fixes) this.#fix(array, element);
      const outcome = this.#seek(index, field, node, step);
      if (fixes) this.#release();
      if (outcome === MATCHED) return MATCHED;
      // No later field passes this array: its other elements would change nothing for them.
      if (outcome === HOPELESS && step > (this.shared[index] ?? 0)) return HOPELESS;
    }
    return NOT_HERE;
  }

  /** Whether the event has a value at the field's path that does not contradict what is fixed. */
  #isPresent(field: CompiledField, node: unknown, step: number, depth = 0): boolean {
    if (Array.isArray(node)) {
      if (depth >= MAX_DEPTH) return false;
      const fixed = this.#elementOf(node);
      return node.some((item: unknown, element) => {
        const isLeafNode = typeof item !== 'object' || item === null || item instanceof RawNumber;
        return (
          (isLeafNode || fixed === undefined || fixed === element) && this.#isPresent(field, item, step, depth + 1)
        );
      });
    }
    if (typeof node !== 'object' || node === null || node instanceof RawNumber) {
      return step === field.steps.length && isLeaf(node);
    }
    for (let length = 1; step + length <= field.steps.length; length += 1) {
      const key = keyAt(field, step, length);
      if (Object.hasOwn(node, key) && this.#isPresent(field, (node as JsonObject)[key], step + length, depth))
        return true;
    }
    return false;
  }

  #elementOf(array: readonly unknown[]): number | undefined {
    const position = this.#arrays.indexOf(array as unknown[]);
    return position === -1 ? undefined : this.#elements[position];
  }

  #fix(array: readonly unknown[], element: number): void {
    this.#arrays.push(array as unknown[]);
    this.#elements.push(element);
  }

  #release(): void {
    this.#arrays.pop();
    this.#elements.pop();
  }
}

const isLeaf = (value: unknown): value is Leaf => value !== undefined && typeof value !== 'function';

/** The key that spans `length` steps from `step` on. */
const keyAt = ({ steps, joined }: CompiledField, step: number, length: number): string =>
  (length === 1 ? steps[step] : joined[step]?.[length - 2]) ?? '';
