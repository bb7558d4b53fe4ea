/** A declared function as a Lambda function with a role and a log group of its own. */
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { LambdaFunction as LambdaResource, LambdaPermission, type CloudwatchLogGroup } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { keyUse } from './encryption-key.js';
import { logGroup } from './log-group.js';
import { type Statement } from './policy.js';
import { ServiceRole } from './service-role.js';

/** A function's code as it is uploaded. */
export interface FunctionPackage {
  /** The zip, as seen from the folder that Terraform runs in. */
  readonly path: string;
  /** Base64 of the zip's SHA-256. */
  readonly hash: string;
}

export interface FunctionProps {
  readonly lambda: LambdaFunction;
  readonly name: string;
  readonly region: string;
  readonly code: FunctionPackage;
  readonly environment: Readonly<Record<string, string>>;
  /** What its grants come to. */
  readonly statements: readonly Statement[];
  readonly logRetention: number;
  /** Of the policy that says the most its role may do. */
  readonly boundaryArn?: string;
  readonly logLevel: DeployConfig['logLevel'];
  /** Of a key of one's own, for variables and log. */
  readonly keyArn: string | undefined;
  readonly reservedConcurrency: number | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export class FunctionConstruct extends Construct {
  readonly resource: LambdaResource;
  readonly logs: CloudwatchLogGroup;
  readonly role: ServiceRole;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const { lambda, name, region, code, keyArn } = props;
    this.logs = logGroup(this, 'logs', { name: `/aws/lambda/${name}`, retentionInDays: props.logRetention, keyArn });
    this.role = new ServiceRole(this, 'access', {
      name,
      service: 'lambda.amazonaws.com',
      boundaryArn: props.boundaryArn,
      statements: [
        ...props.statements,
        { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${this.logs.arn}:*`] },
        // X-Ray has no resources: https://docs.aws.amazon.com/xray/latest/devguide/security_iam_service-with-iam.html
        ...(lambda.tracing
          ? [{ actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] }]
          : []),
        ...(keyArn === undefined ? [] : [keyUse(keyArn, region, 'lambda', 'kms:Decrypt')]),
      ],
    });
    this.resource = new LambdaResource(this, 'function', {
      functionName: name,
      role: this.role.arn,
      architectures: ['arm64'],
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      filename: code.path,
      sourceCodeHash: code.hash,
      memorySize: lambda.memory,
      timeout: lambda.timeout,
      environment: { variables: { ...props.environment } },
      ...(keyArn !== undefined && { kmsKeyArn: keyArn }),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      tracingConfig: { mode: lambda.tracing ? 'Active' : 'PassThrough' },
      loggingConfig: {
        logFormat: 'JSON',
        logGroup: this.logs.name,
        // Lambda tells it as AWS_LAMBDA_LOG_LEVEL, which Powertools' logger obeys before anything else.
        // https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/#aws-lambda-advanced-logging-controls-alc
        applicationLogLevel: props.logLevel,
        systemLogLevel: 'INFO',
      },
      dependsOn: [this.role.policy],
    });
  }

  get arn(): string {
    return this.resource.arn;
  }

  /** Lets a service call it, on behalf of one resource. */
  invokedBy(id: string, service: string, sourceArn: string): void {
    new LambdaPermission(this, id, {
      action: 'lambda:InvokeFunction',
      functionName: this.resource.functionName,
      principal: service,
      sourceArn,
    });
  }
}
