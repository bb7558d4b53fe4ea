/**
 * Least privilege: what the end-to-end suite was seen to use on the local endpoint, against what the policies of the
 * applied state allow. The suite leaves its record when it runs; where there is none of this build, it is run here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { readUse, usedRightsFile, type UsedRight } from '../../../test/fixtures/used-rights.js';
import { DEV, synthesize } from '../terraform/synthesis.js';
import { noTerraform, startProvider, Workspace } from '../terraform/terraform.js';
import { allowedRights, type AllowedRight } from './allowed-rights.js';
import { explainedCells } from './explained.js';
import { matrix, missing, unused, type Cell } from './matrix.js';
import { letIn, type LetIn } from './resource-policies.js';

const DOCUMENT = 'docs/rights.md';
const PREFIX = 'tabletop-dev-';

/** What the suite uses, open and signed in. */
function recorded(): { rights: UsedRight[]; unknown: string[] } {
  const uses = ['open', 'jwt'].map((mode) => {
    const file = usedRightsFile(mode);
    const built = statSync('dist/build.stamp').mtimeMs;
    if (!existsSync(file) || statSync(file).mtimeMs < built) {
      process.stdout.write(`Running the end-to-end suite (${mode}) for what it uses...\n`);
      // A test runner that is told it runs in another one prints for that one.
      const { NODE_TEST_CONTEXT: _, ...own } = process.env;
      const env = { ...own, AUTH_MODE: mode, STACK: 'embedded' };
      const { status, stdout } = spawnSync(process.execPath, ['dist/test/e2e/run.js'], { env, encoding: 'utf8' });
      if (status !== 0) throw new Error(`the end-to-end suite failed:\n${stdout.slice(-3000)}`);
    }
    return readUse(file);
  });
  return { rights: uses.flatMap(({ rights }) => rights), unknown: uses.flatMap(({ unknown }) => unknown) };
}

describeUnless(noTerraform, 'the rights of the functions on AWS', () => {
  let used: UsedRight[];
  let unknown: string[];
  let allowed: AllowedRight[];
  let atResources: LetIn[];
  before(async () => {
    ({ rights: used, unknown } = recorded());
    const synthesis = await synthesize(DEV);
    const provider = await startProvider(synthesis.files);
    const workspace = await Workspace.of(synthesis.folderOf('service'), provider);
    try {
      await workspace.apply();
      const state = await workspace.state();
      allowed = allowedRights(state);
      atResources = letIn(state);
    } finally {
      await workspace.remove();
      await provider.stop();
      await synthesis.remove();
    }
  });

  const logical = (cells: readonly Cell[]): string[] =>
    [
      ...new Set(cells.map((cell) => `${cell.function} | ${cell.resource} | ${cell.what}`.replaceAll(PREFIX, ''))),
    ].sort();

  it('let each do all that it was seen to do', () => {
    process.stdout.write(`${matrix(used, allowed).replaceAll(PREFIX, '')}\n`);
    expect(matrix(used, allowed)).toMatch(
      /the key {2}.*kms:Decrypt through dynamodb \(never\), kms:Decrypt through lambda \(never\)/,
    );
    expect(unknown).toEqual([]);
    expect(used.length).toBeGreaterThan(60);
    expect(logical(missing(used, allowed))).toEqual([]);
  });

  it('let none do more, but for what docs/rights.md explains', () => {
    const functions = [...new Set(allowed.map(({ function: name }) => name.replace(PREFIX, '')))];
    const never = logical(unused(used, allowed));
    const explained = explainedCells(DOCUMENT, functions).filter(
      (cell) => !cell.sometimes || never.includes(logical([cell])[0] ?? ''),
    );
    expect(never).toEqual(logical(explained));
  });

  it('name neither all actions nor all resources where AWS takes one', () => {
    expect(allowed.filter(({ action }) => action.includes('*'))).toEqual([]);
    const everywhere = allowed.filter(({ resource }) => resource === '*').map(({ action }) => action);
    // X-Ray has no resources: https://docs.aws.amazon.com/xray/latest/devguide/security_iam_service-with-iam.html
    expect([...new Set(everywhere)].sort()).toEqual(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']);
  });

  it('are told by the functions’ own policies alone: queues and topics let in AWS’s services, and leave the rest to them', () => {
    const services = atResources.filter(({ principal }) => principal !== 'root');
    expect([...new Set(services.map(({ type, principal }) => `${type} ${principal}`))].sort()).toEqual([
      'aws_sns_topic_policy cloudwatch.amazonaws.com',
      'aws_sqs_queue_policy sns.amazonaws.com',
    ]);
    for (const { conditions } of services) expect(conditions).toContain('aws:SourceArn');
    expect(atResources.flatMap(({ actions }) => actions.filter((action) => action.includes('*')))).toEqual([]);
  });

  it('would be missed if a policy lost one of them', () => {
    const right = allowed.find(({ action }) => action === 'dynamodb:PutItem');
    const without = allowed.filter((each) => each !== right);
    expect(missing(used, without).map((cell) => cell.function)).toContain(right?.function);
    const narrower = allowed.map((each) => (each === right ? { ...each, keys: ['NOTHING#*'] } : each));
    expect(missing(used, narrower).map((cell) => cell.function)).toContain(right?.function);
  });
});
