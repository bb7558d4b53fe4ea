/**
 * checkov over the synthesized JSON. It ends well having read nothing when a file does not parse, so the number of checks
 * that passed is looked at too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { readDeployConfig, type DeployConfig } from '../../src/config/deploy-config.js';
import { EXAMPLE_STAGES } from '../fixtures/example-stages.js';
import { PROD, synthesize } from '../terraform/synthesis.js';

const SETTINGS = resolve('.checkov.yaml');
const noCheckov: string | false =
  spawnSync('checkov', ['--version'], { stdio: 'ignore' }).status === 0
    ? false
    : 'checkov is not on PATH; install it by `pip install checkov==3.3.30`';

interface Report {
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
  readonly summary: { readonly passed: number; readonly failed: number; readonly parsing_errors: number };
}

/** Scans all stacks of a stage. */
async function scan(config: DeployConfig, ...settings: readonly string[]): Promise<Report> {
  const synthesis = await synthesize(config);
  // Elsewhere, since checkov takes settings from the folder that it is called in.
  const cwd = dirname([...synthesis.stacks.values()][0] ?? '');
  const args = ['-d', '.', '--framework', 'terraform_json', '--skip-download', '-o', 'json', '--quiet', ...settings];
  const { stdout } = spawnSync('checkov', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  await synthesis.remove();
  return JSON.parse(stdout) as Report;
}

const failuresOf = ({ results }: Report): string[] =>
  results.failed_checks.map(({ check_id, resource }) => `${check_id} ${resource}`);

describeUnless(noCheckov, 'the security scan', () => {
  it('passes more than 150 checks and fails none', async () => {
    const report = await scan(PROD, '--config-file', SETTINGS);
    process.stdout.write(`checkov: ${report.summary.passed} passed, ${report.summary.failed} failed\n`);
    expect(failuresOf(report)).toEqual([]);
    expect(report.summary).toMatchObject({ failed: 0, parsing_errors: 0 });
    expect(report.summary.passed).toBeGreaterThan(150);
  });

  it('skips only what would fail, in the stage of the example or with everything asked for', async () => {
    const skipped = [...readFileSync(SETTINGS, 'utf8').matchAll(/^ +- (CKV\w+)$/gm)].map(([, rule]) => rule);
    const reports = [await scan(PROD), await scan(readDeployConfig('prod', EXAMPLE_STAGES))];
    const failing = new Set(reports.flatMap(({ results }) => results.failed_checks.map(({ check_id }) => check_id)));
    expect([...failing].sort()).toEqual([...skipped].sort());
  });
});
