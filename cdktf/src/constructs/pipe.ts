/** A declared pipe as an EventBridge Pipe with a role and a log of its own. */
import { type Pipe, type Queue } from '../../../libs/topology/src/model.js';
import { PipesPipe } from '../lib/aws.js';
import { Construct, dependable, type TerraformResource } from '../lib/cdk.js';
import { keyUse } from './encryption-key.js';
import { type FunctionConstruct } from './function.js';
import { logGroup } from './log-group.js';
import { whenEquals, type Statement } from './policy.js';
import { ServiceRole } from './service-role.js';
import { type TableConstruct } from './table.js';

/** A function may have the pipe's own name, and roles have one space of names. */
export const pipeRoleName = (pipe: string): string => `${pipe}-pipe`;

export interface PipeProps {
  readonly pipe: Pipe;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly source: TableConstruct;
  readonly target: FunctionConstruct;
  readonly deadLetters: { readonly kind: Queue['kind'] | 'topic'; readonly arn: string } | undefined;
  readonly logRetention: number;
  /** Of the policy that says the most its role may do. */
  readonly boundaryArn?: string;
  readonly keyArn: string | undefined;
}

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html */
export class PipeConstruct extends Construct {
  readonly resource: PipesPipe;

  constructor(scope: Construct, id: string, props: PipeProps) {
    super(scope, id);
    const { pipe, name, account, region, source, target, deadLetters } = props;
    // Pipes may write to groups of this prefix without a policy at each.
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html
    const logs = logGroup(this, 'logs', {
      name: `/aws/vendedlogs/pipes/${name}`,
      retentionInDays: props.logRetention,
      keyArn: props.keyArn,
    });
    const role = new ServiceRole(this, 'access', {
      name: pipeRoleName(name),
      service: 'pipes.amazonaws.com',
      boundaryArn: props.boundaryArn,
      trustedWhen: [
        whenEquals('aws:SourceAccount', account),
        whenEquals('aws:SourceArn', `arn:aws:pipes:${region}:${account}:pipe/${name}`),
      ],
      statements: rights(props),
    });
    this.resource = new PipesPipe(this, 'pipe', {
      name,
      roleArn: role.arn,
      desiredState: 'RUNNING',
      source: source.streamArn,
      sourceParameters: {
        ...(pipe.filters.length > 0 && {
          filterCriteria: { filter: pipe.filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
        }),
        dynamodbStreamParameters: {
          startingPosition: pipe.startingPosition,
          batchSize: pipe.batchSize,
          maximumBatchingWindowInSeconds: pipe.window,
          maximumRetryAttempts: pipe.retries,
          maximumRecordAgeInSeconds: pipe.maxAge,
          parallelizationFactor: pipe.parallelizationFactor,
          ...(pipe.onPartialFailure && { onPartialBatchItemFailure: pipe.onPartialFailure }),
          ...(deadLetters && { deadLetterConfig: { arn: deadLetters.arn } }),
        },
      },
      target: target.arn,
      targetParameters: { lambdaFunctionParameters: { invocationType: 'REQUEST_RESPONSE' } },
      logConfiguration: { level: pipe.logLevel, cloudwatchLogsLogDestination: { logGroupArn: logs.arn } },
      dependsOn: [role.policy, target.resource],
    });
  }

  /**
   * Has it made after others. A role takes a while to be known everywhere, and a pipe that is made sooner is refused with
   * "Cannot access stream ... ensure the customer role can perform actions on source stream".
   * https://github.com/hashicorp/terraform-provider-aws/issues/40572
   */
  comesAfter(others: readonly TerraformResource[]): void {
    this.resource.dependsOn = [...(this.resource.dependsOn ?? []), ...others.map(dependable)];
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html */
function rights({ source, target, deadLetters, keyArn, region }: PipeProps): Statement[] {
  const statements: Statement[] = [
    {
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [source.streamArn],
    },
    // ListStreams takes the table's streams as its resource.
    { actions: ['dynamodb:ListStreams'], resources: [`${source.arn}/stream/*`] },
    { actions: ['lambda:InvokeFunction'], resources: [target.arn] },
  ];
  if (deadLetters?.kind === 'queue') statements.push({ actions: ['sqs:SendMessage'], resources: [deadLetters.arn] });
  if (deadLetters?.kind === 'topic') statements.push({ actions: ['sns:Publish'], resources: [deadLetters.arn] });
  if (keyArn === undefined) return statements;
  statements.push(keyUse(keyArn, region, 'dynamodb', 'kms:Decrypt'));
  if (deadLetters)
    statements.push(
      keyUse(keyArn, region, deadLetters.kind === 'queue' ? 'sqs' : 'sns', 'kms:Decrypt', 'kms:GenerateDataKey'),
    );
  return statements;
}
