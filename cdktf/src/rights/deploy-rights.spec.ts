/** What rights a deployment has, for which resources of its stage, and how they are written. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ALL_TYPES, rightsFor } from '../../test/fixtures/stage-rights.js';
import { type Statement } from '../constructs/policy.js';
import { documentOf } from './deploy-rights.js';

const actions = (policies: readonly (readonly Statement[])[]): string[] =>
  policies.flat().flatMap((statement) => statement.actions);

describe('the rights of a deployment', () => {
  it('are those of the services in use, and of the state', () => {
    const { apply } = rightsFor('aws_sqs_queue');
    expect([...new Set(actions(apply).map((action) => action.split(':')[0]))].sort()).toEqual(['s3', 'sqs']);
  });

  it('let a plan change nothing but the lock of the state', () => {
    const changes = rightsFor(...ALL_TYPES)
      .plan.flat()
      .filter(({ actions }) =>
        actions.some((action) => /:(Create|Delete|Put|Update|Tag|Attach|PATCH|POST)/.test(action)),
      );
    expect(changes).toEqual([
      {
        actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        resources: ['arn:aws:s3:::state/dev/service.tfstate.tflock'],
      },
    ]);
  });

  it('name every action, and fit into policies as long as IAM takes them', () => {
    const { plan, apply } = rightsFor(...ALL_TYPES);
    for (const action of [...actions(plan), ...actions(apply)]) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
    for (const policy of [...plan, ...apply]) expect(documentOf(policy).length).toBeLessThanOrEqual(6144);
  });

  it('let a service make the role of its own that a domain or a firewall needs', () => {
    const roles = (type: string): string[] =>
      rightsFor(type)
        .apply.flat()
        .filter(({ actions }) => actions.includes('iam:CreateServiceLinkedRole'))
        .flatMap(({ resources }) => resources);
    const own = 'arn:aws:iam::123456789012:role/aws-service-role';
    expect(roles('aws_api_gateway_domain_name')).toEqual([
      `${own}/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
    ]);
    expect(roles('aws_wafv2_web_acl')).toEqual([`${own}/wafv2.amazonaws.com/AWSServiceRoleForWAFV2Logging`]);
    expect(roles('aws_api_gateway_stage')).toEqual([]);
  });

  it('use a key through the services that it encrypts for, and grant it to AWS alone', () => {
    const { plan, apply } = rightsFor('aws_kms_key', 'aws_dynamodb_table');
    for (const { actions, conditions = [] } of [...plan, ...apply].flat()) {
      const variables = conditions.map(({ variable }) => variable);
      if (actions.some((action) => /^kms:(Decrypt|Encrypt|GenerateDataKey|ReEncrypt)/.test(action)))
        expect(variables).toContain('kms:ViaService');
      if (actions.includes('kms:CreateGrant')) expect(variables).toContain('kms:GrantIsForAWSResource');
    }
    expect(actions(apply)).toEqual(
      expect.arrayContaining(
        ['ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKeyWithoutPlaintext'].map((each) => `kms:${each}`),
      ),
    );
  });

  it('let a firewall stand before a stage', () => {
    expect(actions(rightsFor('aws_wafv2_web_acl').apply)).toContain('apigateway:SetWebACL');
  });

  it('pass roles to the services that run the system, and to no other', () => {
    const passing = rightsFor('aws_iam_role')
      .apply.flat()
      .find((statement) => statement.effect !== 'Deny' && statement.actions.includes('iam:PassRole'));
    expect(passing).toMatchObject({
      resources: ['arn:aws:iam::123456789012:role/x-dev-*'],
      conditions: [
        { variable: 'iam:PassedToService', values: expect.arrayContaining(['lambda.amazonaws.com']) as unknown },
      ],
    });
  });

  it('write policies for roles within the boundary alone, and none for the pipeline’s own', () => {
    const all = rightsFor('aws_iam_role').apply.flat();
    for (const action of ['iam:CreateRole', 'iam:PutRolePolicy'])
      expect(all.filter(({ actions, effect }) => effect !== 'Deny' && actions.includes(action))).toMatchObject([
        { conditions: [{ test: 'StringEquals', variable: 'iam:PermissionsBoundary', values: ['arn:boundary'] }] },
      ]);
    const denied = all.find(({ effect }) => effect === 'Deny');
    expect(denied?.resources).toEqual(['arn:aws:iam::123456789012:role/x-dev-pipeline*']);
    const writes = all.filter(({ effect }) => effect !== 'Deny').flatMap((each) => each.actions);
    const changing = writes.filter((action) => /^iam:(Create|Delete|Put|Pass|Tag|Untag|Update)/.test(action));
    expect([...(denied?.actions ?? [])].sort()).toEqual(changing.sort());
    expect(writes.filter((action) => /Boundary|Attach/.test(action) && !action.includes('ListAttached'))).toEqual([]);
  });

  it('are refused for a type that nobody has thought of', () => {
    expect(() => rightsFor('aws_sqs_queue', 'aws_rds_cluster')).toThrow(
      'Nobody has written what deploying aws_rds_cluster',
    );
  });

  it('are written as IAM reads them', () => {
    const condition = { test: 'StringEquals', variable: 'a:b', values: ['c'] };
    expect(JSON.parse(documentOf([{ actions: ['s:A'], resources: ['r'], conditions: [condition] }]))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s:A'], Resource: ['r'], Condition: { StringEquals: { 'a:b': ['c'] } } }],
    });
  });
});
