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

/** What a stage for development leaves out by choice, beside what is skipped everywhere; each a setting that takes it in. */
const DEV_LEAVES_OUT: Readonly<Record<string, string>> = {
  CKV_AWS_119: 'the table has a key that AWS owns: `encryption` makes one of the stage’s own, for 1 USD a month',
  CKV_AWS_158: 'logs have CloudWatch’s own encryption: `encryption`',
  CKV_AWS_173: 'variables have Lambda’s own encryption, and hold no secret: `encryption`',
  CKV_AWS_338: 'nobody audits a development stage: `logRetention` keeps its logs for longer than the topology says',
  CKV2_AWS_4: 'the rule wants metrics of each method, which cost by the method: `detailedMetrics`. Errors are logged',
};
const PLAIN_DEV = readDeployConfig('dev', { dev: { region: 'us-east-1', account: '123456789012' } });

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

  it('fails in a stage for development what that leaves out by choice, and nothing else', async () => {
    const report = await scan(PLAIN_DEV, '--config-file', SETTINGS);
    const failing = new Set(report.results.failed_checks.map(({ check_id }) => check_id));
    for (const [rule, why] of Object.entries(DEV_LEAVES_OUT))
      process.stdout.write(`left out of dev: ${rule}: ${why}\n`);
    expect([...failing].sort()).toEqual(Object.keys(DEV_LEAVES_OUT).sort());
    expect(report.summary.parsing_errors).toBe(0);
    expect(report.summary.passed).toBeGreaterThan(150);
  });

  it('skips only what would fail, in the stage of the example or with everything asked for', async () => {
    const skipped = [...readFileSync(SETTINGS, 'utf8').matchAll(/^ +- (CKV\w+)$/gm)].map(([, rule]) => rule);
    const reports = [await scan(PROD), await scan(readDeployConfig('prod', EXAMPLE_STAGES))];
    const failing = new Set(reports.flatMap(({ results }) => results.failed_checks.map(({ check_id }) => check_id)));
    expect([...failing].sort()).toEqual([...skipped].sort());
  });
});
