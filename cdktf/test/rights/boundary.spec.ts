/** That the boundary of all roles lets each role of a stage do what its policy says, and nothing in another stage. */
import { before, it } from 'node:test';
import { expect } from 'expect';
import { valuesAt } from '../../src/check/rule.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { DEV, synthesize } from '../terraform/synthesis.js';
import { noTerraform, startProvider, Workspace, type StateResource } from '../terraform/terraform.js';
import { isLike } from './matrix.js';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const statementsOf = (policy: unknown): Statement[] => valuesAt(JSON.parse(String(policy)), 'Statement') as Statement[];

describeUnless(noTerraform, 'the boundary of all roles', () => {
  let service: StateResource[];
  let boundary: { arn: string; policy: string };
  before(async () => {
    const synthesis = await synthesize(DEV);
    const provider = await startProvider(synthesis.files);
    const applied = async (stack: string): Promise<StateResource[]> => {
      const workspace = await Workspace.of(synthesis.folderOf(stack), provider);
      await workspace.apply();
      const state = await workspace.state();
      await workspace.remove();
      return state;
    };
    try {
      service = await applied('service');
      boundary = (await applied('state')).find(({ type }) => type === 'aws_iam_policy')?.values as typeof boundary;
    } finally {
      await provider.stop();
      await synthesis.remove();
    }
  });

  /** Conditions on tags are left out: pools and keys have ids. */
  const within = (stage: string, action: string, resource: string): boolean =>
    statementsOf(boundary.policy.replaceAll('${aws:PrincipalTag/deployment}', `tabletop-${stage}`)).some(
      ({ Action, Resource }) =>
        [Action].flat().includes(action) && [Resource].flat().some((pattern) => isLike(pattern, resource)),
    );

  const rights = (): { action: string; resource: string }[] =>
    service
      .filter(({ type }) => type === 'aws_iam_role_policy')
      .flatMap(({ values }) => statementsOf(values.policy))
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
      );

  it('stands at every role of a stage', () => {
    const roles = service.filter(({ type }) => type === 'aws_iam_role');
    expect(roles.length).toBeGreaterThan(4);
    for (const { values } of roles) expect(values.permissions_boundary).toBe(boundary.arn);
  });

  it('lets each do what its policy says', () => {
    expect(rights().length).toBeGreaterThan(30);
    expect(rights().filter(({ action, resource }) => !within('dev', action, resource))).toEqual([]);
  });

  it('lets none do that in another stage, where resources have names', () => {
    const named = rights().filter(({ resource }) => resource.includes('tabletop-dev'));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ action, resource }) => within('prod', action, resource))).toEqual([]);
  });

  it('lets none become more than it is', () => {
    const actions = statementsOf(boundary.policy).flatMap(({ Action }) => [Action].flat());
    expect(actions.filter((action) => /^(iam|sts|organizations):|\*/.test(action))).toEqual([]);
  });
});
