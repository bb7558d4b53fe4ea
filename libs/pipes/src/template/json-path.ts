/** The paths that input templates and dynamic parameters may hold: far less than JSONPath. */

/** A field's name, an array's index, or `*` for every element (no field can be called so: the syntax does not allow it). */
export type PathStep = string | number;

export type JsonPath = readonly PathStep[];

/**
 * Dots, letters, digits, `_`, `-`, `/`, indices and `*`; no filters, slices or quoted names.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
const SYNTAX = /^\$(?:\[(?:\d+|\*)\])*(?:\.(?:[A-Za-z0-9_/-]+|\*)(?:\[(?:\d+|\*)\])*)*$/;
const STEP = /\.([A-Za-z0-9_/-]+|\*)|\[(\d+|\*)\]/g;

/** Undefined when `text` is not a path that Pipes understands. */
export function parsePath(text: string): JsonPath | undefined {
  if (!SYNTAX.test(text)) return undefined;
  return [...text.matchAll(STEP)].map(([, field, index]) => {
    if (field !== undefined) return field;
    return index === '*' || index === undefined ? '*' : Number(index);
  });
}

/** The value at `path`; undefined when there is none. With a `*` in the path: the list of all that match. */
export function readPath(path: JsonPath, value: unknown): unknown {
  const star = path.indexOf('*');
  if (star === -1) return follow(path, value);
  const container = follow(path.slice(0, star), value);
  if (typeof container !== 'object' || container === null) return undefined;
  const rest = path.slice(star + 1);
  const found: unknown[] = [];
  for (const element of Object.values(container)) {
    const match = readPath(rest, element);
    if (match === undefined) continue;
    // The matches of a further `*` join the list instead of nesting in it.
    if (rest.includes('*')) for (const inner of match as unknown[]) found.push(inner);
    else found.push(match);
  }
  return found;
}

function follow(path: JsonPath, value: unknown): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    if (Array.isArray(current) !== (typeof step === 'number')) return undefined;
    if (!Object.hasOwn(current, step)) return undefined;
    current = (current as Record<PathStep, unknown>)[step];
  }
  return current;
}
