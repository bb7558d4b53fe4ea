/** The record of names that must not change unnoticed: a file of the repository, the same for every stage. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { physicalName, type Topology } from '../../libs/topology/src/system.js';
import { lostNames, statefulNames, type Moves, type StatefulNames } from './stacks/stateful-names.js';

/**
 * Compares a declaration with the record, and brings it up to date unless a name is lost.
 * @param file JSON; it need not exist
 * @returns a warning for each name that would be lost; the record stays as it was until each is explained
 */
export function checkNames(file: string, topology: Topology, moves: Moves): string[] {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StatefulNames) : {};
  const { resources } = topology;
  const declared = statefulNames(resources, (each) => physicalName(topology, '<stage>', each), moves);
  const warnings = lostNames(known, declared, moves);
  if (warnings.length > 0) return warnings;
  const text = `${JSON.stringify(declared, undefined, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return warnings;
}
