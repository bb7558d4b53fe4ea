/** The API that an applied state makes: its routes, who may use them, and the problems it answers by itself. */
import { valueAt } from '../../src/check/rule.js';
import { type DeployedState, type Values } from './deployed-state.js';
import { byPath, type RouteFact } from './local-api.js';
import { problemFact, type ProblemFact } from './problem-fact.js';

export function deployedApi(state: DeployedState, api: Values): Record<string, unknown> {
  const authorizer = state.one('aws_api_gateway_authorizer', 'rest_api_id', api.id);
  const asked = authorizer && state.one('aws_cognito_user_pool', 'arn', valueAt(authorizer, 'provider_arns'));
  return {
    routes: routesOf(state, api),
    authorizer: asked && state.nameOf(asked),
    problems: Object.fromEntries(
      state.all('aws_api_gateway_gateway_response').map((answer) => [answer.response_type, problemOf(answer)]),
    ),
  };
}

function routesOf(state: DeployedState, api: Values): RouteFact[] {
  const paths = new Map<unknown, string>([[api.root_resource_id, '']]);
  const resources = state.all('aws_api_gateway_resource');
  const pathOf = (id: unknown): string => {
    const known = paths.get(id);
    if (known !== undefined) return known;
    const resource = resources.find((each) => each.id === id);
    const path = `${pathOf(resource?.parent_id)}/${String(resource?.path_part)}`;
    paths.set(id, path);
    return path;
  };
  const methods = state.all('aws_api_gateway_method');
  const asks = (method: Values | undefined): boolean => method !== undefined && method.authorization !== 'NONE';
  return methods
    .filter(({ http_method: method }) => method !== 'OPTIONS')
    .map((method) => {
      const same = (other: Values): boolean => other.resource_id === method.resource_id;
      const preflight = methods.find((other) => same(other) && other.http_method === 'OPTIONS') ?? method;
      const integration = state
        .all('aws_api_gateway_integration')
        .find((each) => same(each) && each.http_method === method.http_method);
      return {
        method: String(method.http_method),
        path: pathOf(method.resource_id),
        target: integration && state.nameOf(integration, 'uri'),
        token: asks(method),
        preflightToken: asks(preflight),
      };
    })
    .sort(byPath);
}

function problemOf({ status_code: status, response_parameters, response_templates }: Values): ProblemFact {
  const prefix = 'gatewayresponse.header.';
  const headers = Object.entries(response_parameters as Record<string, string>)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [
      name.slice(prefix.length),
      // Text stands in quotes, what the request has does not.
      value.replace(/^'(.*)'$/, '$1').replace('context.requestId', '$context.requestId'),
    ]);
  const body = (response_templates as Record<string, string>)['application/json'] ?? '{}';
  const named = Object.fromEntries(headers) as Record<string, string>;
  return problemFact(Number(status), named, body, '$context.requestId');
}
