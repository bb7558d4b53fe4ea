/**
 * Generates the function that a person would write by hand for a pattern: the walk unrolled over the tree of its paths,
 * every test written out. It decides what plain events and single arrays hold and leaves to the closures of interpret.ts
 * what is out of the ordinary: keys written with dots, arrays in arrays, absence behind arrays, numbers beyond doubles.
 */
import { BranchCode } from './branch-code.js';
import { type CompiledField } from './compiled-field.js';
import { RawNumber } from './decimal.js';
import { fieldTree } from './field-tree.js';
import { type ObjectMatcher } from './interpret.js';
import { type Leaf, type LeafMatcher } from './leaf-matcher.js';

export interface Branch {
  readonly fields: readonly CompiledField[];
  /** The same branch without generated code. */
  readonly interpreted: ObjectMatcher;
}

/** Beyond these the code would be long, and compiling it slow. */
const MAX_BRANCHES = 32;
const MAX_FIELDS = 64;

/** Undefined for patterns that are too large or too strange, and where code cannot be generated from text. */
export function specialise(branches: readonly Branch[]): ((event: unknown) => boolean) | undefined {
  const fields = branches.flatMap((branch) => branch.fields);
  // Reading `__proto__` off an object that has no such key of its own gives its prototype.
  if (fields.some(({ steps }) => steps.includes('__proto__'))) return undefined;
  if (branches.length > MAX_BRANCHES || fields.length > MAX_FIELDS) return undefined;
  const called: LeafMatcher[] = [];
  const functions: string[] = [];
  for (const [index, branch] of branches.entries()) {
    const tree = fieldTree(branch.fields);
    if (tree === undefined) return undefined;
    functions.push(new BranchCode(`branch${index}`, `slow[${index}]`, called).write(tree));
  }
  const code = [
    "'use strict';",
    ...called.map((_, index) => `const call${index} = called[${index}];`),
    ...functions,
    `return (event) => typeof event === 'object' && event !== null && !Array.isArray(event) && (${
      functions.map((_, index) => `branch${index}(event)`).join(' || ') || 'false'
    });`,
  ].join('\n');
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- every literal of the pattern went through JSON.stringify
    const make = new Function('inOther', 'mayHoldLeaf', 'called', 'slow', code) as MakeMatcher;
    return make(
      inOther,
      mayHoldLeaf,
      called,
      branches.map(({ interpreted }) => interpreted),
    );
  } catch (error) {
    // A process may forbid code from text (--disallow-code-generation-from-strings).
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

type MakeMatcher = (
  inOtherLeaf: typeof inOther,
  mayHold: typeof mayHoldLeaf,
  called: readonly LeafMatcher[],
  slow: readonly ObjectMatcher[],
) => (event: unknown) => boolean;

/** Whether a list or an object at a field's path holds a value that matches: 0 no, 1 yes, 2 not to be told here. */
function inOther(value: object, matches: LeafMatcher | undefined): 0 | 1 | 2 {
  if (!Array.isArray(value)) return value instanceof RawNumber ? 2 : 0;
  let found: 0 | 2 = 0;
  for (const item of value as unknown[]) {
    if (typeof item === 'object' && item !== null) {
      if (mayHoldLeaf(item)) found = 2;
    } else if (item !== undefined && typeof item !== 'function' && matches?.(item as Leaf) === true) return 1;
  }
  return found;
}

const mayHoldLeaf = (value: object): boolean => Array.isArray(value) || value instanceof RawNumber;
