/** Used rights against allowed ones: function by function, action by action, resource by resource, key by key. */
import { type UsedRight } from '../../../test/fixtures/used-rights.js';
import { type AllowedRight } from './allowed-rights.js';
import { isLike } from './evaluate.js';

/** Something that is allowed and was never seen, or the other way round. */
export interface Cell {
  readonly function: string;
  readonly resource: string;
  /** An action, or `keys CUSTOMER#*`: a pattern that no key was seen to match. */
  readonly what: string;
}

/** Uses that nothing allows. */
export const missing = (used: readonly UsedRight[], allowed: readonly AllowedRight[]): Cell[] =>
  used
    .filter((use) => !allowed.some((right) => allows(right, use)))
    .map(({ function: name, resource, action, key }) => ({
      function: name,
      resource,
      what: key === '' ? action : `${action} of ${key}`,
    }));

/** Rights that nothing used, and key patterns that no use matched. */
export function unused(used: readonly UsedRight[], allowed: readonly AllowedRight[]): Cell[] {
  const actions = allowed
    .filter((right) => !used.some((use) => allows(right, use)))
    .map(({ function: name, resource, action }) => ({ function: name, resource, what: action }));
  const patterns = allowed.flatMap(({ keys, ...right }) => keys.map((key) => ({ ...right, keys: [key] })));
  const seen = new Set(
    patterns.filter((right) => used.some((use) => allows(right, use))).map((right) => cellOfPattern(right)),
  );
  const unseen = new Map(
    patterns.flatMap((right) => {
      const cell = cellOfPattern(right);
      return seen.has(cell)
        ? []
        : [[cell, { function: right.function, resource: right.resource, what: `keys ${right.keys[0] ?? ''}` }]];
    }),
  );
  return [...actions, ...unseen.values()];
}

const cellOfPattern = (right: AllowedRight): string => `${right.function} ${right.resource} ${right.keys[0] ?? ''}`;

/** Whether a right covers a use. A use whose key is not known is covered by no right that asks for one. */
const allows = ({ keys, ...right }: AllowedRight, use: UsedRight): boolean =>
  right.function === use.function &&
  right.action === use.action &&
  right.resource === use.resource &&
  (keys.length === 0 || keys.some((pattern) => isLike(pattern, use.key)));

/** A line for each function and resource: what it uses, and what it does not. */
export function matrix(used: readonly UsedRight[], allowed: readonly AllowedRight[]): string {
  const rows = new Map<string, string[]>();
  for (const right of allowed) {
    const row = `${right.function}  ${right.resource}`;
    const mark = used.some((use) => allows(right, use)) ? '' : ' (never)';
    const through = right.through === '' ? '' : ` through ${right.through}`;
    rows.set(row, [...(rows.get(row) ?? []), `${right.action}${through}${mark}`]);
  }
  return [...rows].map(([row, actions]) => `${row}  ${actions.join(', ')}`).join('\n');
}
