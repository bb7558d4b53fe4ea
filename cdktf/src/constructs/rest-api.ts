/** A declared API as an API Gateway REST API: its routes, its own answers, its stage, and what stands before it. */
import { type LambdaFunction, type RestApi, type Route } from '../../../libs/topology/src/model.js';
import {
  ApiGatewayAuthorizer,
  ApiGatewayIntegration,
  ApiGatewayMethod,
  ApiGatewayRequestValidator,
  ApiGatewayResource,
  ApiGatewayRestApi,
} from '../lib/aws.js';
import { Construct, type TerraformResource } from '../lib/cdk.js';
import { ApiStage, type ApiStageProps } from './api-stage.js';
import { type FunctionConstruct } from './function.js';
import { gatewayResponses } from './gateway-responses.js';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const INTEGRATION_TIMEOUT_MS = 29_000;

export interface RestApiProps extends Omit<ApiStageProps, 'restApi' | 'parts' | 'poolArn' | 'accessLogRetention'> {
  readonly api: RestApi;
  readonly corsOrigins: string;
  /** Of the pool whose ID tokens the routes ask for; undefined asks for none. */
  readonly authorizer: { readonly arn: string } | undefined;
  readonly functionOf: (lambda: LambdaFunction) => FunctionConstruct;
  /** Days. */
  readonly logRetention: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-develop.html */
export class RestApiConstruct extends Construct {
  readonly resource: ApiGatewayRestApi;
  readonly stage: ApiStage;
  private readonly resourceIds = new Map<string, string>();
  private readonly parts: TerraformResource[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RestApiProps,
  ) {
    super(scope, id);
    const { api, name, functionOf } = props;
    this.resource = new ApiGatewayRestApi(this, 'api', {
      name,
      endpointConfiguration: { types: ['REGIONAL'] },
      // Its own domain, where it has one, is the only way in: a firewall or a client's pin is not walked around.
      disableExecuteApiEndpoint: props.domain !== undefined,
      lifecycle: { createBeforeDestroy: true },
    });
    this.parts.push(...gatewayResponses(this, this.resource, api.problems, props.corsOrigins));
    this.methods(api.routes);
    this.stage = new ApiStage(this, 'stage', {
      ...props,
      restApi: this.resource,
      parts: this.parts,
      poolArn: props.authorizer?.arn,
      accessLogRetention: props.logRetention,
    });
    for (const lambda of new Set(api.routes.map(({ target }) => target)))
      functionOf(lambda).invokedBy(
        `api-${api.name}`,
        'apigateway.amazonaws.com',
        `${this.resource.executionArn}/${props.stage}/*`,
      );
  }

  private methods(routes: readonly Route[]): void {
    const authorizer =
      this.props.authorizer &&
      new ApiGatewayAuthorizer(this, 'authorizer', {
        name: this.props.name,
        restApiId: this.resource.id,
        type: 'COGNITO_USER_POOLS',
        identitySource: 'method.request.header.Authorization',
        providerArns: [this.props.authorizer.arn],
      });
    if (authorizer) this.parts.push(authorizer);
    const validator = new ApiGatewayRequestValidator(this, 'validator', {
      name: this.props.name,
      restApiId: this.resource.id,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    this.parts.push(validator);
    for (const route of withPreflights(routes, authorizer !== undefined)) this.method(route, authorizer, validator);
  }

  private method(
    { method: httpMethod, path, target, public: open }: Route,
    authorizer: ApiGatewayAuthorizer | undefined,
    validator: ApiGatewayRequestValidator,
  ): void {
    const restApiId = this.resource.id;
    const resourceId = this.resourceIdOf(path);
    const parameters = path.match(/\{[^}]+\}/g) ?? [];
    const asks = authorizer !== undefined && !open && httpMethod !== 'OPTIONS';
    const method = new ApiGatewayMethod(this, `${httpMethod} ${dotted(path)}`, {
      restApiId,
      resourceId,
      httpMethod,
      authorization: asks ? 'COGNITO_USER_POOLS' : 'NONE',
      ...(asks && { authorizerId: authorizer.id }),
      requestValidatorId: validator.id,
      requestParameters: Object.fromEntries(
        parameters.map((parameter) => [`method.request.path.${parameter.replaceAll(/[{}+]/g, '')}`, true]),
      ),
    });
    const integration = new ApiGatewayIntegration(this, `${httpMethod} ${dotted(path)} integration`, {
      restApiId,
      resourceId,
      httpMethod: method.httpMethod,
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: this.props.functionOf(target).resource.invokeArn,
      timeoutMilliseconds: INTEGRATION_TIMEOUT_MS,
    });
    this.parts.push(method, integration);
  }

  /** Makes the resources of a path from the root down, each once. */
  private resourceIdOf(path: string): string {
    if (path === '' || path === '/') return this.resource.rootResourceId;
    const known = this.resourceIds.get(path);
    if (known !== undefined) return known;
    const at = path.lastIndexOf('/');
    const { id } = new ApiGatewayResource(this, dotted(path), {
      restApiId: this.resource.id,
      parentId: this.resourceIdOf(path.slice(0, at)),
      pathPart: path.slice(at + 1),
    });
    this.resourceIds.set(path, id);
    return id;
  }
}

/** A slash parts the ids of constructs. */
const dotted = (path: string): string => path.replaceAll('/', '.');

/** A browser's preflight carries no token, so a route of any method that asks for one gets an OPTIONS that does not. */
function withPreflights(routes: readonly Route[], authorized: boolean): Route[] {
  const named = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  const preflights = routes.filter(
    ({ method, path, public: open }) => authorized && method === 'ANY' && !open && !named.has(`OPTIONS ${path}`),
  );
  return [...routes, ...preflights.map((route): Route => ({ ...route, method: 'OPTIONS', public: true }))];
}
