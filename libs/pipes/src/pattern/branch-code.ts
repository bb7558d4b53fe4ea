/** Writes the JavaScript of one alternative: a function from an event (a plain object) to whether it matches. */
import { type CompiledField } from './compiled-field.js';
import { fieldsOf, type FieldTree } from './field-tree.js';
import { type LeafMatcher } from './leaf-matcher.js';
import { testExpression, type Keep } from './test-expression.js';

/** What the generated code does when a subtree does not match, and when it cannot tell. */
interface Exits {
  /** Statement for a miss, unless a key with dots (the expression `dotted`) may lead to the field as well. */
  miss(dotted: string): string;
  readonly unsure: string;
}

/** An object on the way from the root, or from an array's element, to the node in hand. */
interface Ancestor {
  readonly variable: string;
  readonly depth: number;
}

export class BranchCode {
  #variables = 0;
  readonly #loops: string[] = [];

  /** `called` gathers the functions that the code calls as `call0`, `call1`, ... */
  constructor(
    private readonly name: string,
    /** Name of the function that decides what this code cannot. */
    private readonly slow: string,
    private readonly called: LeafMatcher[],
  ) {}

  /** Declares the function `name` over events. */
  write(root: FieldTree): string {
    const exits: Exits = {
      miss: (dotted) => (dotted === '' ? 'return false;' : `return (${dotted}) && ${this.slow}(event);`),
      unsure: `return ${this.slow}(event);`,
    };
    const body = root.children.map((child) => this.#node(child, [{ variable: 'event', depth: 0 }], exits)).join('\n');
    return `${this.#loops.join('\n')}\nfunction ${this.name}(event) {\n${body}\nreturn true;\n}`;
  }

  #node(node: FieldTree, ancestors: readonly Ancestor[], exits: Exits): string {
    const variable = `v${(this.#variables += 1)}`;
    const read = `const ${variable} = ${ancestors.at(-1)?.variable}[${JSON.stringify(node.name)}];`;
    const code =
      node.field === undefined
        ? this.#object(node, variable, ancestors, exits)
        : this.#leaf(node.field, variable, ancestors, exits);
    return `${read}\n${code}`;
  }

  #leaf(field: CompiledField, v: string, ancestors: readonly Ancestor[], exits: Exits): string {
    const test = testExpression(field.tests, v, this.#keep);
    const dotted = dottedKeys([field], ancestors);
    if (field.mayBeAbsent) {
      // Plain objects and functions (Object.prototype's) count as absent, arrays and numbers beyond doubles may not.
      const absent = dotted === '' ? '' : `else if (${dotted}) { ${exits.unsure} }`;
      return `if (typeof ${v} === 'object' ? ${v} === null : ${v} !== undefined && typeof ${v} !== 'function') {
  if (!(${test})) { ${exits.miss(dotted)} }
} else if (typeof ${v} === 'object' && mayHoldLeaf(${v})) { ${exits.unsure} }
${absent}`;
    }
    const matches = field.matches === undefined ? 'undefined' : this.#keep(field.matches);
    const found = `f${v}`;
    return `if (!(${test})) {
  const ${found} = typeof ${v} === 'object' && ${v} !== null ? inOther(${v}, ${matches}) : 0;
  if (${found} === 2) { ${exits.unsure} }
  if (${found} === 0) { ${exits.miss(dotted)} }
}`;
  }

  #object(node: FieldTree, v: string, ancestors: readonly Ancestor[], exits: Exits): string {
    const fields = fieldsOf(node);
    const needed = fields.find(({ mayBeAbsent }) => !mayBeAbsent);
    const dotted = dottedKeys(needed === undefined ? fields : [needed], ancestors);
    const missing =
      needed !== undefined ? exits.miss(dotted) : dotted === '' ? '' : `if (${dotted}) { ${exits.unsure} }`;
    const inside = [...ancestors, { variable: v, depth: node.depth }];
    return `if (typeof ${v} !== 'object' || ${v} === null) { ${missing} }
else if (Array.isArray(${v})) { ${this.#array(node, v, ancestors, exits)} }
else {
${node.children.map((child) => this.#node(child, inside, exits)).join('\n')}
}`;
  }

  /** All fields below have to come from one element. Absence is judged differently there. */
  #array(node: FieldTree, v: string, ancestors: readonly Ancestor[], exits: Exits): string {
    const fields = fieldsOf(node);
    if (fields.some(({ mayBeAbsent }) => mayBeAbsent)) return exits.unsure;
    const loop = `${this.name}_${v}`;
    const inElement: Exits = {
      miss: (dotted) => (dotted === '' ? 'continue;' : `if (${dotted}) unsure = true; continue;`),
      unsure: 'return 2;',
    };
    const element = [{ variable: 'item', depth: node.depth }];
    this.#loops.push(`function ${loop}(items) {
  let unsure = false;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (typeof item !== 'object' || item === null) continue;
    if (Array.isArray(item)) return 2;
    ${node.children.map((child) => this.#node(child, element, inElement)).join('\n')}
    return 1;
  }
  return unsure ? 2 : 0;
}`);
    const found = `f${v}`;
    return `const ${found} = ${loop}(${v});
  if (${found} === 2) { ${exits.unsure} }
  if (${found} === 0) { ${exits.miss(dottedKeys(fields, ancestors))} }`;
  }

  readonly #keep: Keep = (matches) => `call${this.called.push(matches) - 1}`;
}

/** An expression: whether a key that spans several steps of one of the paths stands in an object on the way. */
function dottedKeys(fields: readonly CompiledField[], ancestors: readonly Ancestor[]): string {
  const keys = new Set<string>();
  for (const { variable, depth } of ancestors) {
    for (const { joined } of fields) {
      for (const key of joined[depth] ?? []) keys.add(`${variable}[${JSON.stringify(key)}] !== undefined`);
    }
  }
  return [...keys].join(' || ');
}
