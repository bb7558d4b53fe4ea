/** That the boundary of all roles lets each role of a stage do what its policy says, and nothing in another stage. */
import { before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { DEV, synthesize } from '../terraform/synthesis.js';
import { noTerraform, startProvider, Workspace, type StateResource } from '../terraform/terraform.js';
import { isAllowed, statementsOf, type Asked } from './evaluate.js';

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

  /** Whether a role of a stage may do that to what is dev's. */
  const within = (stage: string, action: string, resource: string, context: Asked['context'] = {}): boolean =>
    isAllowed(statementsOf(boundary.policy.replaceAll('${aws:PrincipalTag/deployment}', `tabletop-${stage}`)), {
      action,
      resource,
      context: {
        'aws:ResourceTag/deployment': 'tabletop-dev',
        'kms:ViaService': undefined,
        'kms:ResourceAliases': undefined,
        ...context,
      },
    });

  const rights = (): { action: string; resource: string }[] =>
    service
      .filter(({ type }) => type === 'aws_iam_role_policy')
      .flatMap(({ values }) => statementsOf(String(values.policy)))
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => ({ action, resource }))),
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

  it('lets none do that in another stage, by names or by tags', () => {
    const some = rights().filter(({ resource }) => resource !== '*');
    expect(some.length).toBeGreaterThan(30);
    expect(some.filter(({ resource }) => /:(key|userpool)\//.test(resource)).length).toBeGreaterThan(5);
    expect(some.filter(({ action, resource }) => within('prod', action, resource))).toEqual([]);
  });

  it('lets each use through SNS the key that AWS keeps for it, and no other that is not of its stage', () => {
    const use = (alias: string): boolean =>
      within('dev', 'kms:Decrypt', 'arn:aws:kms:us-east-1:123456789012:key/k', {
        'aws:ResourceTag/deployment': undefined,
        'kms:ViaService': 'sns.us-east-1.amazonaws.com',
        'kms:ResourceAliases': [alias],
      });
    expect(use('alias/aws/sns')).toBe(true);
    expect(use('alias/of-somebody')).toBe(false);
  });

  it('lets none become more than it is', () => {
    const actions = statementsOf(boundary.policy).flatMap((statement) => statement.actions);
    expect(actions.filter((action) => /^(iam|sts|organizations):|\*/.test(action))).toEqual([]);
  });
});
