import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isAllowed } from '../../test/rights/evaluate.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { type Statement } from '../constructs/policy.js';
import { approvalsName } from '../stacks/pipeline-stack.js';
import { pipelineTag } from '../stacks/stage-stack.js';
import { deployRights, documentOf, type DeployRights } from './deploy-rights.js';

const rightsFor = (...types: string[]): DeployRights =>
  deployRights({
    ...{ types, region: 'eu-west-1', account: '123456789012', prefix: 'x-dev', stage: 'dev' },
    ...{ tags: { deployment: 'x-dev' }, zoneId: 'Z1', boundaryArn: 'arn:boundary' },
    ...{ stateBucket: 'state', stateKey: 'dev/service.tfstate' },
  });

const actions = (policies: readonly (readonly Statement[])[]): string[] =>
  policies.flat().flatMap((statement) => statement.actions);

/** One of each service. */
const ALL = [
  ...['aws_dynamodb_table', 'aws_sqs_queue', 'aws_sns_topic', 'aws_cognito_user_pool', 'aws_kms_key'],
  ...['aws_lambda_function', 'aws_iam_role', 'aws_pipes_pipe', 'aws_api_gateway_stage', 'aws_acm_certificate'],
  'aws_api_gateway_domain_name',
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
      ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
      ['kms:ListAliases'],
      expect.arrayContaining(['logs:CreateLogDelivery', 'logs:DescribeLogGroups']),
    ]);
  });

  it('leave alone what another stage has: its APIs, certificates and logs, and any zone but the API’s own', () => {
    const all = rightsFor(...ALL).apply.flat();
    const of = (action: string): Statement | undefined => all.find(({ actions }) => actions.includes(action));
    for (const action of ['apigateway:DELETE', 'acm:DeleteCertificate', 'kms:ScheduleKeyDeletion'])
      expect(of(action)?.conditions).toContainEqual(
        expect.objectContaining({ variable: 'aws:ResourceTag/deployment', values: ['x-dev'] }),
      );
    for (const action of ['acm:RequestCertificate', 'kms:CreateKey'])
      expect(of(action)?.conditions).toContainEqual(
        expect.objectContaining({ variable: 'aws:RequestTag/deployment', values: ['x-dev'] }),
      );
    expect(of('route53:ChangeResourceRecordSets')?.resources).toEqual(['arn:aws:route53:::hostedzone/Z1']);
  });

  /** Whether somebody who deploys x-dev may do that, to what carries a tag and by a request that gives one. */
  const may = (action: string, resource: string, of?: string, gives?: string): boolean =>
    isAllowed(rightsFor(...ALL).apply.flat(), {
      action,
      resource,
      context: { 'aws:ResourceTag/deployment': of, 'aws:RequestTag/deployment': gives },
    });

  it('reach the stage’s key and topics, and neither those of its pipeline', () => {
    const config = { stage: 'dev' } as DeployConfig;
    const key = (action: string, of?: string): boolean =>
      isAllowed(rightsFor(...ALL).apply.flat(), {
        action,
        resource: 'arn:aws:kms:eu-west-1:123456789012:key/k',
        context: {
          'aws:ResourceTag/deployment': of,
          'aws:RequestTag/deployment': 'x-dev',
          'kms:ViaService': 'lambda.eu-west-1.amazonaws.com',
        },
      });
    const { deployment: ofPipeline } = pipelineTag('x', config);
    for (const action of ['kms:Decrypt', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:TagResource'])
      expect([action, key(action, 'x-dev'), key(action, ofPipeline)]).toEqual([action, true, false]);
    const topic = (name: string): boolean[] =>
      ['Subscribe', 'DeleteTopic', 'SetTopicAttributes'].map((action) =>
        may(`sns:${action}`, `arn:aws:sns:eu-west-1:123456789012:${name}`),
      );
    expect(topic('x-dev-approvals')).toEqual([true, true, true]);
    expect(topic(approvalsName('x', config))).toEqual([false, false, false]);
  });

  it('reach the stage’s logs as CloudWatch asks for them, and those of no other stage', () => {
    const group = (name: string): string => `arn:aws:logs:eu-west-1:123456789012:log-group:${name}`;
    const operations = ['CreateLogGroup', 'DeleteLogGroup', 'PutRetentionPolicy', 'AssociateKmsKey'];
    const groups = (stage: string): string[] => [
      `API-Gateway-Execution-Logs_abc123/${stage}`,
      ...[`/aws/lambda/x-${stage}-worker`, `/aws/apigateway/x-${stage}-api`, `aws-waf-logs-x-${stage}-api`],
    ];
    for (const operation of operations)
      for (const end of [':log-stream:', ':*']) {
        const ask = (stage: string): boolean[] =>
          groups(stage).map((name) => may(`logs:${operation}`, `${group(name)}${end}`));
        expect([operation, end, ask('dev')]).toEqual([operation, end, Array(4).fill(true)]);
        expect([operation, end, ask('prod')]).toEqual([operation, end, Array(4).fill(false)]);
      }
    for (const name of groups('dev')) expect(may('logs:TagResource', group(name))).toBe(true);
  });

  it('see all alarms, as CloudWatch asks, and change the stage’s alone', () => {
    const alarm = (name: string): string => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`;
    expect(may('cloudwatch:DescribeAlarms', alarm('*'))).toBe(true);
    for (const action of ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'])
      expect([may(action, alarm('x-dev-errors')), may(action, alarm('x-prod-errors'))]).toEqual([true, false]);
  });

  it('reach the stage’s own API by every path, and no other but for the validators of one that has no tag', () => {
    const changes = (path: string, of?: string): boolean[] =>
      ['DELETE', 'PATCH'].map((method) => may(`apigateway:${method}`, `arn:aws:apigateway:eu-west-1::/${path}`, of));
    const table: [path: string, own: boolean, others: boolean, untagged: boolean][] = [
      ['restapis/a', true, false, false],
      ['restapis/a/stages/dev', true, false, false],
      ['restapis/a/resources/r/methods/GET', true, false, false],
      ['restapis/a/gatewayresponses/DEFAULT_5XX', true, false, false],
      ['restapis/a/requestvalidators/v', true, false, true],
      ['domainnames/api.example.org', true, false, false],
      ['domainnames/api.example.org/basepathmappings/m', true, false, false],
    ];
    for (const [path, ...expected] of table)
      expect([path, ...['x-dev', 'x-prod', undefined].map((of) => changes(path, of))]).toEqual([
        path,
        ...expected.map((each) => [each, each]),
      ]);
  });

  it('give an API the stage’s tag and no other, where it has none of another stage', () => {
    const tags = 'arn:aws:apigateway:eu-west-1::/tags/arn:aws:apigateway:eu-west-1::/restapis/a';
    const put = (of?: string, gives?: string): boolean => may('apigateway:PUT', tags, of, gives);
    expect([put(undefined, 'x-dev'), put('x-dev', 'x-dev')]).toEqual([true, true]);
    expect([put('x-prod', 'x-dev'), put(undefined, 'x-prod'), put('x-dev'), put()]).toEqual(Array(4).fill(false));
    const untag = ['x-dev', 'x-prod', undefined].map((of) => may('apigateway:DELETE', tags, of));
    expect(untag).toEqual([true, false, false]);
    const make = ['x-dev', 'x-prod', undefined].map((gives) =>
      may('apigateway:POST', 'arn:aws:apigateway:eu-west-1::/restapis', undefined, gives),
    );
    expect(make).toEqual([true, false, false]);
  });

  it('let no tag be given to what has a name of AWS’s making but by both conditions on it', () => {
    const giving = rightsFor(...ALL)
      .apply.flat()
      .filter(({ effect, actions }) => effect !== 'Deny' && actions.some((action) => /:(Tag|AddTags)/.test(action)))
      .filter(({ resources }) => resources.some((arn) => !/x-dev|\/dev(?::\*)?$/.test(arn)));
    const services = giving.flatMap(({ actions }) => actions.filter((action) => /:(Tag|AddTags)/.test(action)));
    expect(services.sort()).toEqual([
      ...['acm:AddTagsToCertificate', 'cognito-idp:TagResource', 'kms:TagResource', 'lambda:TagResource'],
    ]);
    for (const { actions, conditions } of giving)
      expect([actions, conditions]).toEqual([
        actions,
        [
          { test: 'StringEquals', variable: 'aws:RequestTag/deployment', values: ['x-dev'] },
          { test: 'StringEqualsIfExists', variable: 'aws:ResourceTag/deployment', values: ['x-dev'] },
        ],
      ]);
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
