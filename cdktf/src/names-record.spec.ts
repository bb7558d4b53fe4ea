import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { httpFunction, singleTable } from '../../libs/topology/src/construct.js';
import { topology as ours } from '../../libs/topology/src/topology.js';
import { system, type Topology } from '../../libs/topology/src/system.js';
import { moves } from './config/moves.js';
import { type Moves } from './stacks/stateful-names.js';
import { compareNames, readNames, recordNames } from './names-record.js';

const declared = (name: string, table: string): Topology =>
  system(name, { also: [httpFunction('hello', { entry: 'hello', grants: [singleTable(table).read] })] });

describe('the record of names', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'names-'));
    file = join(folder, 'names.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const recorded = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

  /** As `npm run synth` does. */
  const checkNames = (topology: Topology, moves: Moves): readonly string[] => {
    const names = compareNames(readNames(file), topology, moves);
    recordNames(file, names);
    return names.warnings;
  };

  it('is up to date with our own topology', () => {
    const text = readNames('cdktf/stateful-names.json');
    // Not written here: a stale record has to be seen each time. `npm run synth` brings it up to date.
    expect(compareNames(text, ours, moves)).toEqual({ warnings: [], text });
  });

  it('is written by nothing that only compares', () => {
    expect(compareNames(readNames(file), declared('mine', 'notes'), {}).warnings).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it('takes in what is new without a word', () => {
    expect(checkNames(declared('mine', 'notes'), {})).toEqual([]);
    expect(recorded()).toEqual({ 'table "notes"': 'mine-<stage>-notes' });
  });

  it('warns of a table that has another name, each time until it is explained', () => {
    checkNames(declared('mine', 'notes'), {});
    for (const _ of [1, 2])
      expect(checkNames(declared('mine', 'letters'), {})).toEqual([
        expect.stringMatching(/^table "notes" \(mine-<stage>-notes\) would be deleted with all that it holds/),
      ]);
    const kept = { 'table "letters"': { was: 'notes', name: 'mine-<stage>-notes' } };
    expect(checkNames(declared('mine', 'letters'), kept)).toEqual([]);
    expect(recorded()).toEqual({ 'table "letters"': 'mine-<stage>-notes' });
  });

  it('warns when the system itself has another name', () => {
    checkNames(declared('mine', 'notes'), {});
    expect(checkNames(declared('yours', 'notes'), {})).toHaveLength(1);
    const kept = { 'table "notes"': { was: 'notes', name: 'mine-<stage>-notes' } };
    expect(checkNames(declared('yours', 'notes'), kept)).toEqual([]);
  });

  it('warns of a move that does not keep the name', () => {
    checkNames(declared('mine', 'notes'), {});
    const lost = { 'table "letters"': { was: 'notes', name: 'mine-<stage>-letters' } };
    expect(checkNames(declared('mine', 'letters'), lost)).toHaveLength(1);
  });
});
