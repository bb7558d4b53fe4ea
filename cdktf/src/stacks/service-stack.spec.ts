import { describe, it } from 'node:test';
import { expect } from 'expect';
import { errorsIn } from '../../../libs/topology/src/alarms-on.js';
import { handlerFunction, httpFunction, queue, singleTable, topic } from '../../../libs/topology/src/construct.js';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { pipe } from '../../../libs/topology/src/pipe.js';
import { consumer } from '../../../libs/topology/src/queue-consumer.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { system, type Topology } from '../../../libs/topology/src/system.js';
import { userPool } from '../../../libs/topology/src/user-pool.js';
import { read, type Synthesized } from '../../test/fixtures/synthesized.js';
import { readDeployConfig, type DeployConfig } from '../config/deploy-config.js';
import { Testing } from '../lib/cdk.js';
import { packageOf } from '../package/package-functions.js';
import { ServiceStack } from './service-stack.js';
import { type Moves } from './stateful-names.js';

const configOf = (settings: object = {}, stage = 'dev'): DeployConfig =>
  readDeployConfig(stage, { [stage]: { region: 'eu-west-1', account: '123456789012', ...settings } });

const json = (topology: Topology, config = configOf(), moves: Moves = {}): string => {
  const codeOf = (lambda: LambdaFunction) => packageOf(lambda, 'hash');
  const app = Testing.app({ stubVersion: true });
  return Testing.synth(new ServiceStack(app, 'service', { topology, config, codeOf, moves, state: 'bucket' }), true);
};

const stackOf = (...of: Parameters<typeof json>): Synthesized => read(json(...of));

const table = singleTable('notes', { index: 'GSI1' });
const work = queue('work', { deadLetters: { queue: queue('dead') } });
const people = userPool('people');
const writer = httpFunction('writer', {
  entry: 'writer',
  grants: [table.items('NOTE').readWrite, work.send, people.tokens, people.actions('AdminGetUser')],
});
const mine = system('mine', {
  api: restApi('api', { routes: { 'ANY /notes': writer }, authorizer: people }),
  alarms: [errorsIn(writer).to(topic('alarms'))],
  also: [topic('news')],
});

/** Those that functions are given; trusts and resources' own policies have principals. */
const given = ({ statements }: Synthesized, service: string): object[] =>
  statements.filter(
    ({ actions, principals }) => principals === undefined && actions.some((action) => action.startsWith(`${service}:`)),
  );

describe('the service stack', () => {
  it('gives a function what its grants say, on the very resources and keys', () => {
    const stack = stackOf(mine);
    expect(given(stack, 'dynamodb')).toEqual([
      {
        actions: ['BatchGetItem', 'GetItem', 'Query', 'ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map(
          (each) => `dynamodb:${each}`,
        ),
        resources: ['${aws_dynamodb_table.table-notes.arn}'],
        condition: [{ test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: ['NOTE#*'] }],
      },
      {
        actions: ['dynamodb:Query'],
        resources: ['${aws_dynamodb_table.table-notes.arn}/index/GSI1'],
        condition: [{ test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: ['NOTES#*'] }],
      },
    ]);
    expect(given(stack, 'sqs')).toMatchObject([{ actions: ['sqs:SendMessage'] }]);
    expect(given(stack, 'cognito-idp')).toEqual([
      { actions: ['cognito-idp:AdminGetUser'], resources: ['${aws_cognito_user_pool.user-pool-people.arn}'] },
    ]);
  });

  it('has no action with a wildcard, and no wildcard resource but where AWS knows no other', () => {
    for (const { actions, resources, principals } of stackOf(mine, configOf({ encryption: 'own-key' })).statements) {
      for (const action of actions) expect(action).not.toContain('*');
      // A key's policy means the key by it; X-Ray has no resources.
      if (resources?.includes('*') && principals === undefined)
        expect(actions).toEqual(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']);
    }
  });

  it('tells a function what the declaration says it is told', () => {
    expect(stackOf(mine).one('aws_lambda_function').environment).toMatchObject({
      variables: {
        AUTH_MODE: 'jwt',
        CORS_ORIGINS: '',
        TABLE_NAME: '${aws_dynamodb_table.table-notes.name}',
        WORK_QUEUE_URL: expect.stringMatching(/aws_sqs_queue\.\S+\.url/) as unknown,
        TOKEN_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/${aws_cognito_user_pool.user-pool-people.id}',
        USER_POOL_ID: '${aws_cognito_user_pool.user-pool-people.id}',
        POWERTOOLS_METRICS_NAMESPACE: 'mine-dev',
      },
    });
  });

  it('tells Lambda and the function’s logger one level', () => {
    const lambda = stackOf(mine, configOf({ logLevel: 'ERROR' })).one('aws_lambda_function');
    expect(lambda).toMatchObject({
      environment: { variables: { LOG_LEVEL: 'ERROR' } },
      logging_config: { application_log_level: 'ERROR' },
    });
  });

  it('encrypts everything that holds data with one key of its own where the stage says so', () => {
    const own = stackOf(mine, configOf({ encryption: 'own-key' }));
    expect(own.one('aws_kms_alias')).toMatchObject({ name: 'alias/mine-dev-data-key' });
    for (const each of own.all('aws_sqs_queue')) expect(each.kms_master_key_id).toContain('aws_kms_key.');
    for (const each of own.all('aws_cloudwatch_log_group')) expect(each.kms_key_id).toContain('aws_kms_key.');
    expect(given(own, 'kms')).toHaveLength(3);
  });

  it('else makes a key for the topic of the alarms alone, which CloudWatch could not publish to', () => {
    const plain = stackOf(mine);
    expect(plain.one('aws_kms_alias')).toMatchObject({ name: 'alias/mine-dev-alarm-key' });
    const keys = plain.all('aws_sns_topic').map(({ name, kms_master_key_id: key }) => [name, key]);
    expect(Object.fromEntries(keys)).toEqual({
      'mine-dev-alarms': expect.stringContaining('aws_kms_key.'),
      'mine-dev-news': 'alias/aws/sns',
    });
  });

  it('carries the stage in every name, so that stages share an account', () => {
    const names = (stage: string): unknown[] =>
      [
        'aws_lambda_function',
        'aws_iam_role',
        'aws_sqs_queue',
        'aws_cloudwatch_metric_alarm',
        'aws_cloudwatch_dashboard',
      ]
        .flatMap((type) => stackOf(mine, configOf({}, stage)).all(type))
        .map((each) => each.function_name ?? each.alarm_name ?? each.dashboard_name ?? each.name);
    const [dev, staging] = [names('dev'), names('staging')];
    expect(dev.filter((name) => staging.includes(name))).toEqual([]);
  });

  it('keeps the name of a table that was declared under another', () => {
    const moves = { 'table "notes"': { was: 'letters', name: 'mine-<stage>-letters' } };
    const { one, moved } = stackOf(mine, configOf(), moves);
    expect(one('aws_dynamodb_table')).toMatchObject({ name: 'mine-dev-letters' });
    expect(moved).toEqual([{ from: 'aws_dynamodb_table.table-letters', to: 'aws_dynamodb_table.table-notes' }]);
  });

  it('leaves out what exists in development stages only', () => {
    const inbox = queue('inbox', { developmentOnly: true });
    const sub = system('mine', { subscriptions: [topic('news').deliverTo(inbox)] });
    expect(stackOf(sub).all('aws_sqs_queue')).toHaveLength(1);
    expect(stackOf(sub, configOf({}, 'staging')).all('aws_sqs_queue')).toEqual([]);
  });

  it('lets a queue take messages of all its topics by one policy', () => {
    const inbox = queue('inbox');
    const both = system('mine', { subscriptions: [topic('a').deliverTo(inbox), topic('b').deliverTo(inbox)] });
    expect(stackOf(both).all('aws_sqs_queue_policy')).toHaveLength(1);
    expect(JSON.stringify(stackOf(both).statements)).toMatch(/mine-dev-a.*mine-dev-b/);
  });

  it('counts what the stage and its pipeline cost', () => {
    const budget = stackOf(mine, configOf({ monthlyBudget: 9, alarmEmail: 'a@b.org' })).one('aws_budgets_budget');
    expect(budget.cost_filter).toEqual([
      { name: 'TagKeyValue', values: ['user:deployment$mine-dev', 'user:deployment$mine-dev.pipeline'] },
    ]);
  });

  it('makes a pipe last, after its role’s policy, its target, every consumer and the API', () => {
    const target = handlerFunction('reader', { entry: 'reader', grants: [work.consume] });
    const streaming = singleTable('streaming', { stream: 'NEW_AND_OLD_IMAGES' });
    const stack = stackOf(
      system('mine', {
        api: restApi('api', { routes: { 'ANY /notes': writer } }),
        pipes: [pipe('flow', { source: streaming, target })],
        consumers: [consumer(work, target)],
      }),
    );
    const { depends_on: after } = stack.one('aws_pipes_pipe') as { depends_on: string[] };
    expect(after).toEqual([
      expect.stringMatching(/^aws_iam_role_policy\.pipe-flow_access/),
      expect.stringMatching(/^aws_lambda_function\.function-reader/),
      expect.stringMatching(/^aws_lambda_event_source_mapping\./),
      expect.stringMatching(/^aws_api_gateway_stage\./),
    ]);
  });

  it('is the same byte for byte each time', () => {
    expect(json(mine)).toBe(json(mine));
  });

  it('refuses what AWS cannot do, all at once and by name', () => {
    const longName = 'a'.repeat(40);
    const lambda = handlerFunction(longName, { entry: 'x' });
    const odd = { ...lambda, name: 'odd', logRetention: 86_400 * 31 };
    const unknown = { kind: 'blockchain', name: 'ledger' } as unknown as LambdaFunction;
    const impossible: Topology = { name: 'mine', resources: [lambda, odd, unknown] };
    expect(() => json(impossible)).toThrow(
      [
        'The system cannot be deployed to AWS:',
        '  - function "odd": CloudWatch does not keep logs for 31 days; choose 1, 3, 5, 7,',
      ].join('\n'),
    );
    expect(() => json(impossible)).toThrow('blockchain "ledger": this kind has no counterpart on AWS here');
  });

  it('refuses names that clash with those that are made beside the declaration', () => {
    const streaming = singleTable('streaming', { stream: 'NEW_AND_OLD_IMAGES' });
    const clashing = system('mine', {
      api: restApi('api', { routes: { 'ANY /x': httpFunction('pipeline-view', { entry: 'x' }) } }),
      pipes: [pipe('flow', { source: streaming, target: handlerFunction('flow-pipe', { entry: 'x' }) })],
      alarms: [{ ...errorsIn(writer).to(topic('alarms')), name: 'api-latency' }],
    });
    for (const refusal of [
      'pipe "flow" and function "flow-pipe" would have one role, mine-dev-flow-pipe; rename one of them',
      'alarm "api-latency" and rest-api "api" would have one alarm, mine-dev-api-latency; rename one of them',
      'function "pipeline-view": the role’s name mine-dev-pipeline-view is kept for the stage’s pipeline; rename it',
    ])
      expect(() => json(clashing)).toThrow(refusal);
  });

  it('refuses a grant that the boundary of all roles would make void, by the action and what to do', () => {
    const admin = httpFunction('admin', { entry: 'admin', grants: [people.actions('AdminGetUser', 'DeleteUserPool')] });
    const granting = system('mine', { api: restApi('api', { routes: { 'ANY /x': admin } }), also: [admin] });
    expect(() => json(granting)).toThrow(
      'function "admin": it is granted cognito-idp:DeleteUserPool on user-pool "people", which the boundary of all roles does not allow; add it to cdktf/src/constructs/role-boundary.ts',
    );
    expect(() => json(granting)).not.toThrow('AdminGetUser');
  });

  it('keeps its state in the account’s bucket, one file a stage, locked while it is used, encrypted as the bucket says', () => {
    const { terraform } = JSON.parse(json(mine)) as { terraform: { backend: { s3: unknown } } };
    expect(terraform.backend.s3).toEqual({
      allowed_account_ids: ['123456789012'],
      bucket: 'mine-terraform-123456789012-eu-west-1',
      key: 'dev/service.tfstate',
      region: 'eu-west-1',
      use_lockfile: true,
    });
  });
});
