/** The table of docs/rights.md: what a function may do and was never seen to do, and why. */
import { readFileSync } from 'node:fs';
import { type Cell } from './matrix.js';

const EVERY = 'every function';

export interface Explained extends Cell {
  /** Some runs of the suite use it. */
  readonly sometimes: boolean;
}

/**
 * Reads the rows.
 * @param functions those that the row of every function stands for
 * @returns a cell for each thing that a row explains, by logical names
 */
export function explainedCells(file: string, functions: readonly string[]): Explained[] {
  const rows = readFileSync(file, 'utf8').matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm);
  return [...rows].flatMap(([, of = '', resource = '', things = '', why = '']) => {
    if (/^-+$/.test(of.trim()) || of.trim() === 'function') return [];
    if (why.trim().length < 20) throw new Error(`${file}: ${of.trim()} has no reason to be read`);
    const names = of.trim() === EVERY ? functions : [of.trim()];
    const sometimes = things.trim().startsWith('sometimes ');
    const whats = [...things.matchAll(/`([^`]+)`/g)].map(([, what = '']) => what);
    return names.flatMap((name) =>
      whats.map((what) => ({ function: name, resource: resource.trim(), what, sometimes })),
    );
  });
}
