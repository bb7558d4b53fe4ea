import { describe, it } from 'node:test';
import { expect } from 'expect';
import { httpFunction } from '../../../libs/topology/src/construct.js';
import { type RestApi } from '../../../libs/topology/src/model.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { userPool } from '../../../libs/topology/src/user-pool.js';
import { functionIn, place } from '../../test/fixtures/constructs.js';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { type FunctionConstruct } from './function.js';
import { RestApiConstruct, type RestApiProps } from './rest-api.js';

const hello = httpFunction('hello', { entry: 'hello' });
const orders = httpFunction('orders', { entry: 'orders' });
const ROUTES = { 'ANY /orders': orders, 'ANY /orders/{proxy+}': orders, 'GET /hello/{name}': hello };

const apiWith = (
  props: Partial<RestApiProps> = {},
  routes: Record<string, typeof hello> = ROUTES,
  problems: Partial<RestApi['problems']> = {},
): Synthesized =>
  synthesized((scope) => {
    const declared = restApi('api', { routes, authorizer: userPool('people'), public: ['GET /hello/{name}'] });
    const api = { ...declared, problems: { ...declared.problems, ...problems } };
    const functions = new Map<string, FunctionConstruct>();
    for (const { target } of api.routes)
      if (!functions.has(target.name)) functions.set(target.name, functionIn(scope, target));
    new RestApiConstruct(scope, 'api', {
      ...{ api, name: 'x-dev-api', stage: 'dev', ...place(), tracing: true, logRetention: 30, corsOrigins: '' },
      ...{ throttling: { rate: 5, burst: 9 }, domain: undefined, firewall: false, detailedMetrics: true },
      authorizer: { arn: 'arn:pool' },
      functionOf: ({ name }) => functions.get(name)!,
      ...props,
    });
  });

const methods = ({ all }: Synthesized): string[] =>
  all('aws_api_gateway_method').map((each) => `${String(each.http_method)} ${String(each.authorization)}`);

const triggers = (api: Synthesized): unknown =>
  (api.one('aws_api_gateway_deployment').triggers as { shape: string }).shape;

describe('an API on AWS', () => {
  it('is regional and has a resource for each part of its paths, once', () => {
    const api = apiWith();
    expect(api.one('aws_api_gateway_rest_api')).toMatchObject({ endpoint_configuration: { types: ['REGIONAL'] } });
    expect(
      api
        .all('aws_api_gateway_resource')
        .map((each) => each.path_part)
        .sort(),
    ).toEqual(['hello', 'orders', '{name}', '{proxy+}']);
  });

  it('asks for a token where the route does, and never in a preflight', () => {
    expect(methods(apiWith()).sort()).toEqual([
      'ANY COGNITO_USER_POOLS',
      'ANY COGNITO_USER_POOLS',
      'GET NONE',
      'OPTIONS NONE',
      'OPTIONS NONE',
    ]);
    expect(apiWith().one('aws_api_gateway_authorizer')).toMatchObject({
      type: 'COGNITO_USER_POOLS',
      provider_arns: ['arn:pool'],
    });
  });

  it('asks for no token in open mode', () => {
    const open = apiWith({ authorizer: undefined });
    expect(methods(open).sort()).toEqual(['ANY NONE', 'ANY NONE', 'GET NONE']);
    expect(open.all('aws_api_gateway_authorizer')).toEqual([]);
  });

  it('hands requests to its functions, which it alone may call', () => {
    const api = apiWith();
    for (const integration of api.all('aws_api_gateway_integration'))
      expect(integration).toMatchObject({
        type: 'AWS_PROXY',
        integration_http_method: 'POST',
        timeout_milliseconds: 29_000,
      });
    expect(api.all('aws_lambda_permission')).toHaveLength(2);
    for (const permission of api.all('aws_lambda_permission'))
      expect(permission).toMatchObject({
        principal: 'apigateway.amazonaws.com',
        source_arn: expect.stringMatching(/execution_arn}\/dev\/\*$/),
      });
  });

  it('answers by itself in the declared problem documents', () => {
    const answers = apiWith({ corsOrigins: 'https://a.example, *' }).all('aws_api_gateway_gateway_response');
    expect(answers).toHaveLength(11);
    const unauthorized = answers.find((each) => each.response_type === 'UNAUTHORIZED');
    expect(unauthorized).toMatchObject({
      status_code: '401',
      response_parameters: {
        'gatewayresponse.header.Content-Type': "'application/problem+json'",
        'gatewayresponse.header.WWW-Authenticate': "'Bearer'",
        'gatewayresponse.header.x-request-id': 'context.requestId',
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
      },
    });
    const { 'application/json': template } = unauthorized?.response_templates as Record<string, string>;
    expect(JSON.parse(template ?? '')).toMatchObject({
      status: 401,
      code: 'UNAUTHORIZED',
      requestId: '$context.requestId',
    });
  });

  it('is logged without bodies, traced and throttled', () => {
    const api = apiWith();
    expect(api.one('aws_api_gateway_stage')).toMatchObject({ stage_name: 'dev', xray_tracing_enabled: true });
    const { format } = api.one('aws_api_gateway_stage').access_log_settings as { format: string };
    expect(JSON.parse(format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    expect(api.one('aws_api_gateway_method_settings')).toMatchObject({
      method_path: '*/*',
      settings: {
        logging_level: 'ERROR',
        data_trace_enabled: false,
        throttling_rate_limit: 5,
        throttling_burst_limit: 9,
        metrics_enabled: true,
      },
    });
    const plain = apiWith({ detailedMetrics: false }).one('aws_api_gateway_method_settings');
    expect(plain).toMatchObject({ settings: { metrics_enabled: false } });
    expect(api.all('aws_cloudwatch_log_group').map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^API-Gateway-Execution-Logs_.*\/dev$/),
    );
  });

  it('is deployed anew by every change that a caller could notice, and by no other', () => {
    const before = triggers(apiWith());
    expect(triggers(apiWith())).toBe(before);
    expect(triggers(apiWith({ throttling: { rate: 1, burst: 1 } }))).toBe(before);
    const changes = [
      apiWith({}, { ...ROUTES, 'GET /hello': hello, 'GET /hello/{name}': hello }),
      apiWith({}, { ...ROUTES, 'ANY /orders': hello }),
      apiWith({ authorizer: undefined }),
      apiWith({ corsOrigins: '*' }),
      apiWith({ domain: { name: 'api.example.org', zoneId: 'Z1' } }),
      apiWith({}, ROUTES, { THROTTLED: { status: 503, code: 'BUSY', title: 'Busy', detail: 'Come later.' } }),
    ];
    const shapes = changes.map(triggers);
    expect(new Set([before, ...shapes]).size).toBe(changes.length + 1);
  });

  it('is deployed anew where its pool is another one under the same id', () => {
    expect(apiWith().one('aws_api_gateway_deployment').triggers).toMatchObject({ pool: 'arn:pool' });
    expect(
      Object.keys(apiWith({ authorizer: undefined }).one('aws_api_gateway_deployment').triggers as object),
    ).toEqual(['shape']);
  });

  it('is deployed after all that it consists of', () => {
    const api = apiWith();
    const { depends_on } = api.one('aws_api_gateway_deployment') as { depends_on: string[] };
    for (const type of ['method', 'integration', 'gateway_response', 'authorizer', 'request_validator'])
      expect(depends_on.filter((each) => each.startsWith(`aws_api_gateway_${type}.`))).toHaveLength(
        api.all(`aws_api_gateway_${type}`).length,
      );
  });

  it('is reached under its own name alone, where it has one', () => {
    const api = apiWith({ domain: { name: 'api.example.org', zoneId: 'Z1' } });
    expect(api.one('aws_api_gateway_rest_api')).toMatchObject({ disable_execute_api_endpoint: true });
    expect(api.one('aws_api_gateway_domain_name')).toMatchObject({
      domain_name: 'api.example.org',
      security_policy: 'TLS_1_2',
      regional_certificate_arn: expect.stringContaining('aws_acm_certificate_validation.'),
    });
    expect(api.all('aws_route53_record').map(({ type }) => type)).toContain('A');
    expect(api.one('aws_acm_certificate')).toMatchObject({ validation_method: 'DNS' });
  });

  it('stands behind a firewall where one is asked for', () => {
    const { rule } = apiWith({ firewall: true }).one('aws_wafv2_web_acl') as { rule: { name: string }[] };
    expect(rule.map(({ name }) => name)).toEqual([
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'requests-of-one-address',
    ]);
    expect(apiWith().all('aws_wafv2_web_acl')).toEqual([]);
  });

  it('is not kept by it from answering what it answers everywhere else', () => {
    const { rule } = apiWith({ firewall: true }).one('aws_wafv2_web_acl') as {
      rule: { statement: { managed_rule_group_statement?: { rule_action_override?: object[] } } }[];
    };
    expect(rule[0]?.statement.managed_rule_group_statement?.rule_action_override).toEqual(
      ['NoUserAgent_HEADER', 'SizeRestrictions_BODY'].map((name) => ({ name, action_to_use: { count: {} } })),
    );
  });
});
