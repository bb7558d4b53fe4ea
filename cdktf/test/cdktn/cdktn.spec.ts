/** The same sources with cdktf and with its successor, which stands in the same package names' place. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';

const SUCCESSOR = resolve('cdktf', 'cdktn', 'node_modules');
const notInstalled = existsSync(join(SUCCESSOR, 'cdktf'))
  ? false
  : 'cdktn is not installed; npm ci --prefix cdktf/cdktn (490 MB)';

const SETTINGS = {
  prod: {
    ...{ region: 'eu-west-1', account: '123456789012', encryption: 'own-key', alarmEmail: 'ops@example.org' },
    ...{ firewall: true, domain: { name: 'api.example.org', zoneId: 'Z0123456789ABC' }, monthlyBudget: 50 },
    pipeline: {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef',
      ...{ repository: 'example/tabletop', branch: 'main' },
    },
  },
};

interface Stack {
  '//': { metadata: { version: string } };
  readonly terraform: { required_providers: { aws: { source: string; version: string } } };
}

describeUnless(notInstalled, 'the stacks with cdktn', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tabletop-cdktn-'));
    cpSync('package.json', join(folder, 'package.json'));
    cpSync(join('dist', 'libs'), join(folder, 'dist', 'libs'), { recursive: true });
    cpSync(join('dist', 'cdktf', 'src'), join(folder, 'dist', 'cdktf', 'src'), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    symlinkSync(SUCCESSOR, join(folder, 'dist', 'cdktf', 'node_modules'), 'junction');
    writeFileSync(join(folder, 'stages.json'), JSON.stringify(SETTINGS));
  });
  after(() => rmSync(folder, { recursive: true }));

  const synthesized = (dist: string, out: string): Record<string, Stack> => {
    const main = join(dist, 'cdktf', 'src', 'command', 'main.js');
    const args = [main, 'synth', 'prod', '--settings', join(folder, 'stages.json'), '--out', join(folder, out)];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    // Of a pipeline whose settings are in a file of their own it warns.
    const mistakes = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Warning: '));
    expect([status, mistakes]).toEqual([0, []]);
    const stacks = ['service', 'pipeline', 'state'].map((stack) => {
      const file = join(folder, out, 'prod', 'stacks', stack, 'cdk.tf.json');
      return [stack, JSON.parse(readFileSync(file, 'utf8')) as Stack] as const;
    });
    return Object.fromEntries(stacks);
  };

  it('differ from those with cdktf in three versions and in nothing else', () => {
    const before = synthesized('dist', 'cdktf');
    const then = synthesized(join(folder, 'dist'), 'cdktn');
    for (const [name, stack] of Object.entries(then)) {
      expect(stack['//'].metadata.version).toBe('0.24.0');
      stack['//'].metadata.version = '0.21.0';
      const { aws } = stack.terraform.required_providers;
      expect(aws).toEqual({ source: 'hashicorp/aws', version: expect.stringMatching(/^6\./) });
      Object.assign(aws, { source: 'aws', version: '6.25.0' });
      expect(stack).toEqual(before[name]);
    }
  });
});
