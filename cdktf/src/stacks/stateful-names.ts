/**
 * Names that must not change unnoticed: AWS gives a table no other name, and Terraform's provider a user pool none, so that
 * it would delete the old one with all it holds and make an empty one.
 */
import { nameOf, type Resource } from '../../../libs/topology/src/model.js';

/** Where something that holds data was before it was declared as it is now. */
export interface Move {
  /** The logical name it was declared under. */
  readonly was: string;
  /** The physical name that it keeps, with `<stage>` for the stage: `tabletop-<stage>-data`. */
  readonly name: string;
}

/** By what it is declared as now: `table "store"`. */
export type Moves = Readonly<Record<string, Move>>;

/** Physical names, with `<stage>` for the stage, by what each is declared as. */
export type StatefulNames = Readonly<Record<string, string>>;

/** What a name change would empty. Queues hold messages for days at most, and come back with them gone. */
const isStateful = ({ kind }: Resource): boolean => kind === 'table' || kind === 'user-pool';

/** A resource's id in its stack. */
export const constructId = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): string => `${kind}-${name}`;

/** The id that a resource had before it was moved. */
export const movedId = (resource: Resource, moves: Moves): string | undefined => {
  const move = moves[nameOf(resource)];
  return move && constructId({ kind: resource.kind, name: move.was });
};

/** The name that a move keeps, else `name`. */
export const keptName = (resource: Resource, name: string, moves: Moves, stage: string): string =>
  (isStateful(resource) ? moves[nameOf(resource)]?.name.replace('<stage>', stage) : undefined) ?? name;

/** What is to be remembered of a declaration. @param physicalName with `<stage>` for the stage */
export const statefulNames = (
  resources: readonly Resource[],
  physicalName: (resource: Resource) => string,
  moves: Moves,
): StatefulNames =>
  Object.fromEntries(
    resources
      .filter(isStateful)
      .map((resource) => [nameOf(resource), keptName(resource, physicalName(resource), moves, '<stage>')])
      .sort(),
  ) as StatefulNames;

/**
 * A warning for each remembered name that nothing declares any more.
 * @param known what was remembered
 */
export function lostNames(known: StatefulNames, declared: StatefulNames, moves: Moves): string[] {
  const names = new Set(Object.values(declared));
  const lost = Object.entries(known).filter(
    ([subject, name]) => !names.has(name) || !(subject in declared || moved(subject, moves)),
  );
  return lost.map(
    ([subject, name]) =>
      `${subject} (${name}) would be deleted with all that it holds: nothing is declared that keeps it. ` +
      'Say in cdktf/src/config/moves.ts what it is called now, or take it out of cdktf/stateful-names.json if it is to go.',
  );
}

/** Thrown where a warning is to end the command. */
export class LostNamesError extends Error {
  override readonly name = 'LostNamesError';

  /** @param warnings as `lostNames` tells them */
  constructor(warnings: readonly string[]) {
    super(`With --strict no name may be lost:\n${warnings.map((warning) => `  - ${warning}`).join('\n')}`);
  }
}

/** Whether a move leads from a remembered subject to a declared one. */
const moved = (subject: string, moves: Moves): boolean =>
  Object.entries(moves).some(([now, { was }]) => subject === `${now.slice(0, now.indexOf(' '))} "${was}"`);
