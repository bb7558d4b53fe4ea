/** The record of names that must not change unnoticed: a file of the repository, the same for every stage. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { physicalName, type Topology } from '../../libs/topology/src/system.js';
import { lostNames, statefulNames, type Moves, type StatefulNames } from './stacks/stateful-names.js';

/** A record held against a declaration. */
export interface ComparedNames {
  /** One for each name that would be lost. */
  readonly warnings: readonly string[];
  /** What the record has to hold once each of them is explained. */
  readonly text: string;
}

/** @param recorded the record's JSON; undefined where there is none yet */
export function compareNames(recorded: string | undefined, topology: Topology, moves: Moves): ComparedNames {
  const known = recorded === undefined ? {} : (JSON.parse(recorded) as StatefulNames);
  const { resources } = topology;
  const declared = statefulNames(resources, (each) => physicalName(topology, '<stage>', each), moves);
  return { warnings: lostNames(known, declared, moves), text: `${JSON.stringify(declared, undefined, 2)}\n` };
}

/** The record's JSON, where there is one. */
export const readNames = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8') : undefined;

/** Brings the record up to date; where a name is lost, it stays as it was until that is explained. */
export function recordNames(file: string, { warnings, text }: ComparedNames): void {
  if (warnings.length === 0 && readNames(file) !== text) writeFileSync(file, text);
}
