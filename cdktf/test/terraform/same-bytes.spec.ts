/** That the same sources give the same bytes: by the command itself, from two folders, each with bundles of its own. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { EXAMPLE_STAGES } from '../fixtures/example-stages.js';

describe('what a synth writes', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tabletop-bytes-'));
    writeFileSync(join(folder, 'stages.json'), JSON.stringify(EXAMPLE_STAGES));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Hashes by file, of a synth in a copy of the built repository that has bundled nothing yet. */
  function synthesizedIn(root: string, out: string): Record<string, string> {
    mkdirSync(root, { recursive: true });
    cpSync('package.json', join(root, 'package.json'));
    for (const part of ['libs', 'apps', join('cdktf', 'src')])
      cpSync(join('dist', part), join(root, 'dist', part), { recursive: true });
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
    symlinkSync(resolve('cdktf', 'node_modules'), join(root, 'dist', 'cdktf', 'node_modules'), 'junction');
    const main = join(root, 'dist', 'cdktf', 'src', 'command', 'main.js');
    const args = [main, 'synth', 'prod', '--settings', join(folder, 'stages.json'), '--out', out];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect([status, stderr.replaceAll(/^Warning: .*\n/gm, '')]).toEqual([0, '']);
    const written = join(root, out, 'prod');
    const files = globSync(['stacks/*/cdk.tf.json', 'functions/*.zip'], { cwd: written }).sort();
    const hashOf = (file: string): string =>
      createHash('sha256')
        .update(readFileSync(join(written, file)))
        .digest('hex');
    return Object.fromEntries(files.map((file) => [file, hashOf(file)]));
  }

  it('is the same byte for byte from another folder, into one of any depth, bundled anew', () => {
    const first = synthesizedIn(join(folder, 'a'), 'out');
    // As deep as the first: bundles tell the way to each package, and here that leads out of the folder by a link.
    const second = synthesizedIn(join(folder, 'another place'), join('some', 'where', 'else'));
    expect(Object.keys(first).filter((file) => file.endsWith('.zip')).length).toBeGreaterThan(4);
    expect(Object.keys(first).filter((file) => file.endsWith('.json'))).toHaveLength(3);
    expect(second).toEqual(first);
  });
});
