/** How far the rights of a deployment reach: what the stage has, by names and tags, and nothing of another’s. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ALL_TYPES, rightsFor } from '../../test/fixtures/stage-rights.js';
import { isAllowed } from '../../test/rights/evaluate.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { type Statement } from '../constructs/policy.js';
import { approvalsName } from '../stacks/pipeline-stack.js';
import { pipelineTag } from '../stacks/stage-stack.js';

/** Whether somebody who deploys x-dev may do that, to what carries a tag and by a request that gives one. */
const may = (action: string, resource: string, of?: string, gives?: string): boolean =>
  isAllowed(rightsFor(...ALL_TYPES).apply.flat(), {
    action,
    resource,
    context: { 'aws:ResourceTag/deployment': of, 'aws:RequestTag/deployment': gives },
  });

describe('the rights of a deployment', () => {
  it('reach the stage’s resources by their names, and by tags where AWS gives ids', () => {
    const wide = rightsFor(...ALL_TYPES)
      .apply.flat()
      .filter(({ resources, conditions = [] }) => resources.includes('*') && conditions.length === 0);
    expect(wide.map((statement) => statement.actions)).toEqual([
      ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
      ['kms:ListAliases'],
      expect.arrayContaining(['logs:CreateLogDelivery', 'logs:DescribeLogGroups']),
    ]);
  });

  it('leave alone what another stage has: its APIs, certificates and logs, and any zone but the API’s own', () => {
    const all = rightsFor(...ALL_TYPES).apply.flat();
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

  it('reach the stage’s key and topics, and neither those of its pipeline', () => {
    const config = { stage: 'dev' } as DeployConfig;
    const key = (action: string, of?: string): boolean =>
      isAllowed(rightsFor(...ALL_TYPES).apply.flat(), {
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
    const giving = rightsFor(...ALL_TYPES)
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
});
