import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { expect } from 'expect';
import { DeployConfigError } from '../config/deploy-config.js';
import { readSettings } from './read-settings.js';

describe('the settings of a command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tabletop-settings-'));
  after(() => rmSync(folder, { recursive: true }));
  const written = (text: string): string => {
    const file = join(folder, 'stages.json');
    writeFileSync(file, text);
    return file;
  };

  it('are those of a file where one stands for config/stages.ts', () => {
    const file = written('{"dev":{"region":"eu-west-1","account":"123456789012"}}');
    expect(readSettings('dev', file)).toMatchObject({ config: { region: 'eu-west-1' }, file, isFromFile: true });
  });

  it('are refused by the file’s name where it cannot be read, holds no object, or lacks the stage', () => {
    const refusals: [string, RegExp][] = [
      ['{"dev":', /cannot be read \(.*JSON.*\); give a JSON file/],
      ['[]', /cannot be read \(it holds no object\)/],
      ['{}', /it has no settings; add them to/],
    ];
    for (const [text, why] of refusals) {
      const file = written(text);
      const read = (): unknown => readSettings('dev', file);
      expect(read).toThrow(DeployConfigError);
      expect(read).toThrow(why);
      expect(read).toThrow(file);
    }
    expect(() => readSettings('dev', join(folder, 'none.json'))).toThrow(/none\.json cannot be read \(ENOENT/);
  });
});
