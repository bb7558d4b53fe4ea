import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type Statement } from '../constructs/policy.js';
import { deployRights, documentOf, type DeployRights } from './deploy-rights.js';

const rightsFor = (...types: string[]): DeployRights =>
  deployRights({
    ...{ types, region: 'eu-west-1', account: '123456789012', prefix: 'x-dev', tags: { system: 'x', stage: 'dev' } },
    ...{ stateBucket: 'state', stateKey: 'dev/service.tfstate' },
  });

const actions = (policies: readonly (readonly Statement[])[]): string[] =>
  policies.flat().flatMap((statement) => statement.actions);

/** One of each service. */
const ALL = [
  ...['aws_dynamodb_table', 'aws_sqs_queue', 'aws_sns_topic', 'aws_cognito_user_pool', 'aws_kms_key'],
  ...['aws_lambda_function', 'aws_iam_role', 'aws_pipes_pipe', 'aws_api_gateway_stage', 'aws_acm_certificate'],
  ...['aws_route53_record', 'aws_wafv2_web_acl', 'aws_cloudwatch_log_group', 'aws_cloudwatch_metric_alarm'],
  ...['aws_cloudwatch_dashboard', 'aws_budgets_budget'],
];

describe('the rights of a deployment', () => {
  it('are those of the services in use, and of the state', () => {
    const { apply } = rightsFor('aws_sqs_queue');
    expect([...new Set(actions(apply).map((action) => action.split(':')[0]))].sort()).toEqual(['s3', 'sqs']);
  });

  it('let a plan change nothing but the lock of the state', () => {
    const changes = rightsFor(...ALL)
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
    const { plan, apply } = rightsFor(...ALL);
    for (const action of [...actions(plan), ...actions(apply)]) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
    for (const policy of [...plan, ...apply]) expect(documentOf(policy).length).toBeLessThanOrEqual(6144);
  });

  it('reach the stage’s resources by their names, and by tags where AWS gives ids', () => {
    const wide = rightsFor(...ALL)
      .apply.flat()
      .filter(({ resources, conditions = [] }) => resources.includes('*') && conditions.length === 0);
    expect(wide.map((statement) => statement.actions)).toEqual([
      ['kms:ListAliases'],
      ['acm:RequestCertificate'],
      expect.arrayContaining(['logs:CreateLogDelivery', 'logs:DescribeLogGroups']),
    ]);
  });

  it('pass roles to the services that run the system, and to no other', () => {
    const passing = rightsFor('aws_iam_role')
      .apply.flat()
      .find((statement) => statement.actions.includes('iam:PassRole'));
    expect(passing).toMatchObject({
      resources: ['arn:aws:iam::123456789012:role/x-dev-*'],
      conditions: [
        { variable: 'iam:PassedToService', values: expect.arrayContaining(['lambda.amazonaws.com']) as unknown },
      ],
    });
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
