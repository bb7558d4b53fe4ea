/** The commands of package.json, as a person runs them, against the stand-in provider. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { EXAMPLE_STAGES } from '../fixtures/example-stages.js';
import { DEV, synthesize } from './synthesis.js';
import { CREDENTIALS } from '../../src/command/terraform.js';
import { noTerraform, startProvider, withoutOwnTerraform, type Outcome, type Provider } from './terraform.js';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'command', 'main.js');

async function command(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd?: string,
  main = MAIN,
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutOwnTerraform(process.env), TF_CLI_ARGS: '-no-color', ...environment },
  });
  const exit = once(child, 'exit') as Promise<[number]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output: `${out}${err}` };
}

describe('the commands of a deployment', () => {
  let folder: string;
  let settings: string;
  let example: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tabletop-command-'));
    settings = join(folder, 'stages.json');
    await writeFile(settings, JSON.stringify({ dev: { region: 'us-east-1', account: '123456789012' } }));
    example = join(folder, 'example.json');
    await writeFile(example, JSON.stringify(EXAMPLE_STAGES));
  });
  after(() => rm(folder, { recursive: true }));

  const there = (...args: string[]): string[] => [...args, '--out', folder, '--settings', settings];

  it('say how they are used when they do not know what is meant', async () => {
    for (const args of [[], ['deploy'], ['explode', 'dev']]) {
      const { code, output } = await command(args);
      expect([code, output]).toEqual([1, expect.stringContaining('Usage: npm run <command> -- <stage> [stack]')]);
    }
    expect(await command(['deploy', 'dev', '--maybe'])).toMatchObject({ code: 1 });
  });

  it('refuse to deploy the example', async () => {
    const { code, output } = await command(['deploy', 'prod', '--out', folder, '--settings', example]);
    expect(code).toBe(1);
    expect(output).toMatch(/account is the example’s[^]*alarmEmail is the example’s/);
    // Nothing was packaged or synthesized for it.
    expect(existsSync(join(folder, 'prod'))).toBe(false);
  });

  it('tell of settings that cannot be read', async () => {
    await writeFile(join(folder, 'broken.json'), '{"dev":');
    const { code, output } = await command(['synth', 'dev', '--settings', join(folder, 'broken.json')]);
    expect([code, output]).toEqual([1, expect.stringMatching(/cannot be read \(.*\); give a JSON file such as/)]);
  });

  it('tell of a list in the place of settings, and name the file that lacks a stage', async () => {
    await writeFile(join(folder, 'list.json'), '[]');
    const list = await command(['synth', 'dev', '--settings', join(folder, 'list.json')]);
    expect(list).toEqual({ code: 1, output: expect.stringContaining('list.json cannot be read (it holds no object)') });
    const lacking = await command(there('synth', 'staging'));
    expect(lacking).toEqual({ code: 1, output: expect.stringContaining(`add them to ${settings}`) });
  });

  it('refuse a stack that the stage does not have, and a word too many', async () => {
    const refusals: [string[], string][] = [
      [['diff', 'dev', 'foo'], 'Stage dev has no stack foo; choose service.'],
      [['diff', 'dev', 'pipeline'], `Stage dev has no stack pipeline; set "pipeline" in ${settings} first.`],
      [['diff', 'dev', 'service', 'foo'], 'diff takes a stage and a stack; "foo" is one word too many.'],
      [['synth', 'dev', 'foo', 'extra'], 'synth takes a stage and nothing else; "foo" is one word too many.'],
    ];
    for (const [args, message] of refusals)
      expect(await command(there(...args))).toEqual({ code: 1, output: `${message}\n` });
    expect(await command(['diff', 'prod', 'foo', '--out', folder, '--settings', example])).toMatchObject({
      output: 'Stage prod has no stack foo; choose service or pipeline.\n',
    });
  });

  it('say what they write, leave no stack there that the settings do not ask for, and make a pipeline of the repository’s own alone', async () => {
    const own = join(folder, 'with-pipeline.json');
    const connectionArn = `arn:aws:codeconnections:us-east-1:123456789012:connection/${'0123456789ab'.repeat(3)}`;
    const pipeline = { connectionArn, repository: 'us/mine', branch: 'main' };
    const dev = { region: 'us-east-1', account: '123456789012', alarmEmail: 'ops@tabletop.dev', pipeline };
    await writeFile(own, JSON.stringify({ dev }));
    const withIt = ['--out', folder, '--settings', own];
    const written = join(folder, 'dev', 'stacks', 'pipeline', 'cdk.tf.json');
    expect(await command(['synth', 'dev', ...withIt])).toEqual({
      code: 0,
      output: expect.stringMatching(/Warning: The pipeline synthesizes what is in the repository/),
    });
    expect(existsSync(written)).toBe(true);
    expect(await command(['deploy', 'dev', 'pipeline', ...withIt])).toEqual({
      code: 1,
      output: expect.stringContaining('with the settings of cdktf/src/config/stages.ts: put them there'),
    });
    expect(await command(there('synth'))).toEqual({
      code: 0,
      output: expect.stringContaining(`for stage dev. No pipeline: ${settings} has none for this stage.`),
    });
    expect(existsSync(written)).toBe(false);
  });

  it('tell of a mistake in the declaration by its message alone', async () => {
    const copy = join(folder, 'mistaken');
    for (const part of [['libs'], ['cdktf', 'src']])
      await cp(join('dist', ...part), join(copy, 'dist', ...part), { recursive: true });
    await cp('package.json', join(copy, 'package.json'));
    await symlink(resolve('node_modules'), join(copy, 'node_modules'));
    await symlink(resolve('cdktf', 'node_modules'), join(copy, 'dist', 'cdktf', 'node_modules'));
    await writeFile(
      join(copy, 'dist', 'libs', 'topology', 'src', 'topology.js'),
      "import { system } from './system.js';\nexport const topology = system('mine', {});\n",
    );
    const main = join(copy, 'dist', 'cdktf', 'src', 'command', 'main.js');
    expect(await command(there('synth', 'dev'), {}, copy, main)).toEqual({
      code: 1,
      output: 'system "mine": it is empty; give it an api, a pipe, a subscription or a function\n',
    });
  });

  it('say where credentials come from when Terraform failed without any', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'terraform'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const bare = { PATH: bin, HOME: bin, ...Object.fromEntries(CREDENTIALS.map((name) => [name, ''])) };
    const diff = (environment: NodeJS.ProcessEnv): Promise<Outcome> =>
      command(there('diff', 'dev', '--local-state'), environment);
    expect((await diff(bare)).output).toMatch(
      /^terraform init ended with 1\.\nIf it found no credentials: this shell names none of AWS\. Set AWS_PROFILE/,
    );
    expect((await diff({ ...bare, AWS_PROFILE: 'mine' })).output).toBe('terraform init ended with 1.\n');
  });

  it('say so when Terraform is not there', async () => {
    const { code, output } = await command(there('diff', 'dev', '--local-state'), { PATH: folder });
    expect([code, output]).toEqual([1, expect.stringContaining('Terraform is not on PATH; install 1.11 or later')]);
  });

  it('warn of a name that would be lost, and fail over it where they are told to be strict', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(join(elsewhere, 'cdktf'), { recursive: true });
    await symlink(resolve('dist'), join(elsewhere, 'dist'));
    await writeFile(join(elsewhere, 'cdktf', 'stateful-names.json'), '{"table \\"old\\"":"tabletop-<stage>-old"}');
    const lost = expect.stringContaining('table "old" (tabletop-<stage>-old) would be deleted with all that it holds');
    expect(await command(there('synth', 'dev'), {}, elsewhere)).toEqual({ code: 0, output: lost });
    const { code, output } = await command(there('synth', 'dev', '--strict'), {}, elsewhere);
    expect([code, output]).toEqual([1, lost]);
    expect(output).toMatch(/^With --strict no name may be lost:\n {2}- table "old"/);
  });

  it('write the record of names by synth alone, and not for a stage or a folder of one’s own', async () => {
    const elsewhere = join(folder, 'with-record');
    await mkdir(join(elsewhere, 'cdktf'), { recursive: true });
    await symlink(resolve('dist'), join(elsewhere, 'dist'));
    const record = join(elsewhere, 'cdktf', 'stateful-names.json');
    const own: string[][] = [
      there('synth', 'dev'),
      ['synth', 'dev', '--out', 'own'],
      ['synth', 'dev', '--settings', settings],
      ['policy', 'dev'],
    ];
    for (const args of own) {
      expect(await command(args, {}, elsewhere)).toMatchObject({ code: 0 });
      expect([args, existsSync(record)]).toEqual([args, false]);
    }
    expect(await command(['synth', 'dev'], {}, elsewhere)).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(record, 'utf8'))).toEqual(
      JSON.parse(await readFile(join('cdktf', 'stateful-names.json'), 'utf8')),
    );
  });

  it('keep a state of one’s own apart from the local stack’s data, which may be emptied, and out of the repository', async () => {
    const elsewhere = join(folder, 'with-state');
    await mkdir(join(elsewhere, 'cdktf'), { recursive: true });
    await symlink(resolve('dist'), join(elsewhere, 'dist'));
    const { code } = await command(['synth', 'dev', '--settings', settings, '--local-state'], {}, elsewhere);
    expect(code).toBe(0);
    for (const stack of ['service', 'state']) {
      const written = join(elsewhere, 'cdktf.out', 'dev', 'stacks', stack);
      const { terraform } = JSON.parse(await readFile(join(written, 'cdk.tf.json'), 'utf8')) as {
        terraform: { backend: { local: { path: string } } };
      };
      const kept = relative(elsewhere, dirname(join(written, terraform.backend.local.path)));
      expect(kept).toBe('.terraform-state');
      expect((await readFile('.gitignore', 'utf8')).split('\n')).toContain(`${kept}/`);
    }
  });

  it('write the policies of whoever deploys', async () => {
    const { code, output } = await command(there('policy', 'dev'));
    expect(code).toBe(0);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.slice(folder.length)),
    ).toEqual(['/dev/policies/plan-1.json', '/dev/policies/apply-1.json', '/dev/policies/apply-2.json']);
  });

  describeUnless(noTerraform, 'with Terraform', () => {
    let provider: Provider;
    before(async () => {
      const synthesis = await synthesize(DEV);
      provider = await startProvider(synthesis.files);
      await synthesis.remove();
    });
    after(() => provider.stop());

    it('deploy, find nothing more to do, and destroy', async () => {
      const run = (...args: string[]): Promise<Outcome> =>
        command(there(...args, 'dev', '--local-state'), provider.environment);
      expect(await run('deploy', '--yes')).toMatchObject({
        code: 0,
        output: expect.stringMatching(/Apply complete! Resources: \d+ added[^]*ApiUrl = "https:/) as unknown,
      });
      expect(await run('diff')).toMatchObject({ code: 0, output: expect.stringContaining('No changes.') as unknown });
      expect(await run('destroy', '--yes')).toMatchObject({
        code: 0,
        output: expect.stringContaining('Destroy complete!') as unknown,
      });
    });

    it('do nothing that nobody has said yes to', async () => {
      const { code, output } = await command(there('deploy', 'dev', '--local-state'), provider.environment);
      expect(code).toBe(1);
      expect(output).not.toContain('Apply complete!');
    });

    it('make the bucket of the state', async () => {
      const { code, output } = await command(there('bootstrap', 'dev', '--yes'), provider.environment);
      expect(code).toBe(0);
      expect(output).toContain('StateBucket = "tabletop-terraform-123456789012-us-east-1"');
    });
  });
});
