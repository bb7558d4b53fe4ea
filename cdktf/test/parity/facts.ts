/**
 * What is true of the resources of a running system, in the words of the declaration: the same form from both readers, so
 * that the two can be held against each other attribute by attribute.
 */
import { isDeepStrictEqual } from 'node:util';
import { behaviours } from '../../../libs/topology/src/mark.js';
import { nameOf, type Kind, type Resource } from '../../../libs/topology/src/model.js';

/** By `kind "name"`, then by the attribute of the model. */
export type Facts = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** One attribute of one resource on both sides. */
export interface Compared {
  readonly subject: string;
  readonly attribute: string;
  readonly local: unknown;
  readonly deployed: unknown;
  readonly verdict: 'equal' | 'differs' | 'nobody read it';
}

export const subjectOf = (kind: Kind, name: string): string => `${kind} "${name}"`;

/**
 * Compares all that the model marks as behaviour, and finds what only one side has.
 * @param declared decides which attributes there are; an attribute that a reader does not tell of is a finding too
 */
export function compare(declared: readonly Resource[], local: Facts, deployed: Facts): Compared[] {
  const kinds = new Map(declared.map((resource) => [nameOf(resource), behaviours(resource.kind)]));
  const subjects = new Set([...kinds.keys(), ...local.keys(), ...deployed.keys()]);
  return [...subjects].flatMap((subject) => {
    const [here, there] = [local.get(subject), deployed.get(subject)];
    const attributes = kinds.get(subject) ?? [];
    const exists = verdictOn(subject, 'exists', here !== undefined, there !== undefined);
    return [
      here === undefined && there === undefined ? { ...exists, verdict: 'nobody read it' as const } : exists,
      ...(here === undefined || there === undefined
        ? []
        : attributes.map((attribute) => {
            const read = attribute in here && attribute in there;
            const compared = verdictOn(subject, attribute, here[attribute], there[attribute]);
            return read ? compared : { ...compared, verdict: 'nobody read it' as const };
          })),
    ];
  });
}

export const driftIn = (compared: readonly Compared[]): Compared[] =>
  compared.filter(({ verdict }) => verdict !== 'equal');

/** A line for each attribute, as a person reads them, below a line that names the columns. */
export function table(compared: readonly Compared[]): string {
  const found = compared.map(({ subject, attribute, local, deployed, verdict }) =>
    verdict === 'equal'
      ? [subject, attribute, short(local), '=']
      : [subject, attribute, short(local), `${verdict}: ${short(deployed)}`],
  );
  const rows = [['resource', 'attribute', 'here', 'on AWS'], ...found];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n');
}

function verdictOn(subject: string, attribute: string, local: unknown, deployed: unknown): Compared {
  const equal = isDeepStrictEqual(plain(local), plain(deployed));
  return { subject, attribute, local, deployed, verdict: equal ? 'equal' : 'differs' };
}

/** Without what JSON does not carry: an absent attribute is an undefined one. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(sorted(value)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? '-';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
