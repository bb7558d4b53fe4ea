import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { httpFunction, singleTable } from '../../libs/topology/src/construct.js';
import { topology as ours } from '../../libs/topology/src/topology.js';
import { system, type Topology } from '../../libs/topology/src/system.js';
import { moves } from './config/moves.js';
import { checkNames } from './names-record.js';

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

  it('is up to date with our own topology', () => {
    const text = readFileSync('cdktf/stateful-names.json', 'utf8');
    expect(checkNames('cdktf/stateful-names.json', ours, moves)).toEqual([]);
    expect(readFileSync('cdktf/stateful-names.json', 'utf8')).toBe(text);
  });

  it('takes in what is new without a word', () => {
    expect(checkNames(file, declared('mine', 'notes'), {})).toEqual([]);
    expect(recorded()).toEqual({ 'table "notes"': 'mine-<stage>-notes' });
  });

  it('warns of a table that has another name, each time until it is explained', () => {
    checkNames(file, declared('mine', 'notes'), {});
    for (const _ of [1, 2])
      expect(checkNames(file, declared('mine', 'letters'), {})).toEqual([
        expect.stringMatching(/^table "notes" \(mine-<stage>-notes\) would be deleted with all that it holds/),
      ]);
    const kept = { 'table "letters"': { was: 'notes', name: 'mine-<stage>-notes' } };
    expect(checkNames(file, declared('mine', 'letters'), kept)).toEqual([]);
    expect(recorded()).toEqual({ 'table "letters"': 'mine-<stage>-notes' });
  });

  it('warns when the system itself has another name', () => {
    checkNames(file, declared('mine', 'notes'), {});
    expect(checkNames(file, declared('yours', 'notes'), {})).toHaveLength(1);
    const kept = { 'table "notes"': { was: 'notes', name: 'mine-<stage>-notes' } };
    expect(checkNames(file, declared('yours', 'notes'), kept)).toEqual([]);
  });

  it('warns of a move that does not keep the name', () => {
    checkNames(file, declared('mine', 'notes'), {});
    const lost = { 'table "letters"': { was: 'notes', name: 'mine-<stage>-letters' } };
    expect(checkNames(file, declared('mine', 'letters'), lost)).toHaveLength(1);
  });
});
