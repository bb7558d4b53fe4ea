/** The stage of an API: what is deployed of it, how it is logged, traced and throttled, and its domain and firewall. */
import { createHash } from 'node:crypto';
import { type DomainSettings } from '../config/deploy-config.js';
import { ApiGatewayDeployment, ApiGatewayMethodSettings, ApiGatewayStage, type ApiGatewayRestApi } from '../lib/aws.js';
import { Construct, Lazy, type TerraformResource } from '../lib/cdk.js';
import { CustomDomain } from './custom-domain.js';
import { Firewall } from './firewall.js';
import { logGroup } from './log-group.js';

export interface ApiStageProps {
  readonly name: string;
  readonly stage: string;
  readonly restApi: ApiGatewayRestApi;
  readonly tracing: boolean;
  /** What is deployed: methods, integrations, authorizers, answers. Any change of these deploys the API anew. */
  readonly parts: readonly TerraformResource[];
  /** Of the pool that `parts` ask for tokens of. */
  readonly poolArn: string | undefined;
  readonly accessLogRetention: number;
  readonly keyArn: string | undefined;
  readonly throttling: { readonly rate: number; readonly burst: number };
  readonly domain: DomainSettings | undefined;
  readonly firewall: boolean;
  /** Whether each method of each route is counted by itself. */
  readonly detailedMetrics: boolean;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  path: '$context.path',
  route: '$context.resourcePath',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  responseLength: '$context.responseLength',
  user: '$context.authorizer.claims.sub',
  ip: '$context.identity.sourceIp',
  error: '$context.error.responseType',
  traceId: '$context.xrayTraceId',
};

export class ApiStage extends Construct {
  readonly resource: ApiGatewayStage;
  /** With the stage, without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiStageProps) {
    super(scope, id);
    const { name, stage, restApi, keyArn, accessLogRetention: retentionInDays, domain } = props;
    const deployment = new ApiGatewayDeployment(this, 'deployment', {
      restApiId: restApi.id,
      // The shape has references unresolved, so another pool in the place of the old one leaves it as it was; and the stage
      // would go on to ask for tokens of the old one.
      triggers: {
        shape: shapeOf([restApi, ...props.parts]),
        ...(props.poolArn !== undefined && { pool: props.poolArn }),
      },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [...props.parts],
    });
    const accessLog = logGroup(this, 'access-log', { name: `/aws/apigateway/${name}`, retentionInDays, keyArn });
    // API Gateway would make this group by itself, to be kept for ever.
    const executionLog = logGroup(this, 'execution-log', {
      name: `API-Gateway-Execution-Logs_${restApi.id}/${stage}`,
      retentionInDays,
      keyArn,
    });
    this.resource = new ApiGatewayStage(this, 'stage', {
      restApiId: restApi.id,
      deploymentId: deployment.id,
      stageName: stage,
      xrayTracingEnabled: props.tracing,
      accessLogSettings: { destinationArn: accessLog.arn, format: JSON.stringify(ACCESS_LOG) },
      dependsOn: [executionLog],
    });
    new ApiGatewayMethodSettings(this, 'settings', {
      restApiId: restApi.id,
      stageName: this.resource.stageName,
      methodPath: '*/*',
      settings: {
        loggingLevel: 'ERROR',
        // It would write bodies and tokens to the log.
        dataTraceEnabled: false,
        // Those of the whole stage, which the alarms look at, are there without them.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
        metricsEnabled: props.detailedMetrics,
        throttlingRateLimit: props.throttling.rate,
        throttlingBurstLimit: props.throttling.burst,
      },
    });
    if (domain) new CustomDomain(this, 'domain', { ...domain, restApi, stage: this.resource });
    if (props.firewall) new Firewall(this, 'firewall', { name, stage: this.resource, retentionInDays, keyArn });
    this.url = domain ? `https://${domain.name}` : this.resource.invokeUrl;
  }
}

/** A hash of everything that Terraform is told of the resources; known once the whole stack is. */
const shapeOf = (resources: readonly TerraformResource[]): string =>
  Lazy.stringValue({
    produce: (context) => {
      const written = resources.map((resource): unknown => context.resolve(resource.toTerraform()));
      return createHash('sha256').update(JSON.stringify(written)).digest('hex');
    },
  });
