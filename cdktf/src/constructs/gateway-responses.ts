/** What the API answers by itself, as the RFC 9457 problem documents of the declaration. */
import { isAnyOrigin } from '../../../libs/shared/src/cors-origins.js';
import { type GatewayProblem, type RestApi } from '../../../libs/topology/src/model.js';
import { ApiGatewayGatewayResponse, type ApiGatewayRestApi } from '../lib/aws.js';
import { type Construct } from '../lib/cdk.js';

/**
 * One for each declared type. Templates are plain text in which `$context` variables are replaced.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
export const gatewayResponses = (
  scope: Construct,
  restApi: ApiGatewayRestApi,
  problems: RestApi['problems'],
  corsOrigins: string,
): ApiGatewayGatewayResponse[] =>
  Object.entries(problems).map(
    ([responseType, problem]) =>
      new ApiGatewayGatewayResponse(scope, `answer-${responseType}`, {
        restApiId: restApi.id,
        responseType,
        statusCode: String(problem.status),
        responseTemplates: { 'application/json': template(problem) },
        responseParameters: headers(problem, corsOrigins),
      }),
  );

const template = ({ title, status, detail, code }: GatewayProblem): string =>
  JSON.stringify({ type: 'about:blank', title, status, detail, code, requestId: '$context.requestId' });

function headers({ headers: declared = {} }: GatewayProblem, corsOrigins: string): Record<string, string> {
  const own = {
    'Content-Type': 'application/problem+json',
    ...(isAnyOrigin(corsOrigins) && {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'x-request-id',
    }),
    ...declared,
  };
  const fixed = Object.entries(own).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]);
  return {
    ...(Object.fromEntries(fixed) as Record<string, string>),
    'gatewayresponse.header.x-request-id': 'context.requestId',
  };
}
