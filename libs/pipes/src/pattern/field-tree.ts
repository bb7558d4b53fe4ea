/** The fields of an alternative as the tree that their paths make. */
import { type CompiledField } from './compiled-field.js';

export interface FieldTree {
  /** The key that leads here from the node above; of the root: empty. */
  readonly name: string;
  /** How many steps lead here. */
  readonly depth: number;
  /** The cheapest to check first. */
  readonly children: readonly FieldTree[];
  /** Set on leaves. */
  readonly field?: CompiledField;
}

/** Undefined when a path goes on below a field: such fields depend on each other in arrays in ways of their own. */
export function fieldTree(fields: readonly CompiledField[], name = '', depth = 0): FieldTree | undefined {
  const groups = new Map<string, CompiledField[]>();
  for (const field of fields) {
    const step = field.steps[depth];
    if (step === undefined) return fields.length === 1 ? { name, depth, children: [], field } : undefined;
    groups.set(step, [...(groups.get(step) ?? []), field]);
  }
  const children: FieldTree[] = [];
  for (const [step, group] of groups) {
    const child = fieldTree(group, step, depth + 1);
    if (child === undefined) return undefined;
    children.push(child);
  }
  return { name, depth, children: children.sort((a, b) => cost(a) - cost(b)) };
}

/** All fields of a subtree. */
export function fieldsOf({ field, children }: FieldTree): readonly CompiledField[] {
  return field === undefined ? children.flatMap(fieldsOf) : [field];
}

/** Deeper is dearer; a test by letters or of absence (true of most events) comes late. */
function cost(tree: FieldTree): number {
  if (tree.field === undefined) return 1 + Math.min(...tree.children.map(cost));
  const { tests, mayBeAbsent } = tree.field;
  if (mayBeAbsent) return 100;
  return tests.every(({ operator }) => operator === 'equals' || operator === 'number' || operator === 'numeric')
    ? 1
    : 3;
}
