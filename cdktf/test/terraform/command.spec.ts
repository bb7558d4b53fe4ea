/** The commands of package.json, as a person runs them, against the stand-in provider. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { DEV, synthesize } from './synthesis.js';
import { noTerraform, startProvider, type Outcome, type Provider } from './terraform.js';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'command', 'main.js');

async function command(args: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd?: string): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TF_CLI_ARGS: '-no-color', ...environment },
  });
  const exit = once(child, 'exit') as Promise<[number]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, output: `${out}${err}` };
}

describe('the commands of a deployment', () => {
  let folder: string;
  let settings: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tabletop-command-'));
    settings = join(folder, 'stages.json');
    await writeFile(settings, JSON.stringify({ dev: { region: 'us-east-1', account: '123456789012' } }));
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
    const { code, output } = await command(['deploy', 'prod', '--out', folder]);
    expect(code).toBe(1);
    expect(output).toMatch(/account is the example’s[^]*alarmEmail is the example’s/);
  });

  it('tell of settings that cannot be read', async () => {
    await writeFile(join(folder, 'broken.json'), '{"dev":');
    const { code, output } = await command(['synth', 'dev', '--settings', join(folder, 'broken.json')]);
    expect([code, output]).toEqual([1, expect.stringMatching(/cannot be read \(.*\); give a JSON file such as/)]);
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
    expect(await command(there('synth', 'dev', '--strict'), {}, elsewhere)).toEqual({ code: 1, output: lost });
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

  describe('with Terraform', { skip: noTerraform }, () => {
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
