/** Which service an ARN belongs to: what can be a target or an enrichment of a pipe, and which of these are emulated. */
import { type EnrichmentKind } from './enrichment.js';
import { must, PipeValidationError } from './refusal.js';
import { type TargetKind } from './target.js';

interface Service<Kind> {
  readonly arn: RegExp;
  /** As AWS's documentation calls it. */
  readonly name: string;
  /** Absent: AWS takes it, this runner does not. */
  readonly kind?: Kind;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html */
const TARGETS: readonly Service<TargetKind>[] = [
  { arn: /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/, name: 'Lambda function', kind: 'lambda' },
  { arn: /^arn:[^:]+:sns:/, name: 'SNS topic', kind: 'sns' },
  { arn: /^arn:[^:]+:sqs:/, name: 'SQS queue', kind: 'sqs' },
  { arn: /^arn:[^:]+:events:[^:]*:[^:]*:event-bus\//, name: 'event bus', kind: 'event-bus' },
  { arn: /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:/, name: 'CloudWatch Logs log group', kind: 'cloudwatch-logs' },
  { arn: /^arn:[^:]+:events:[^:]*:[^:]*:api-destination\//, name: 'API destination' },
  { arn: /^arn:[^:]+:execute-api:/, name: 'API Gateway REST API' },
  { arn: /^arn:[^:]+:states:/, name: 'Step Functions state machine' },
  { arn: /^arn:[^:]+:kinesis:/, name: 'Kinesis stream' },
  { arn: /^arn:[^:]+:firehose:/, name: 'Firehose delivery stream' },
  { arn: /^arn:[^:]+:ecs:/, name: 'ECS task' },
  { arn: /^arn:[^:]+:batch:/, name: 'Batch job queue' },
  { arn: /^arn:[^:]+:redshift(-serverless)?:/, name: 'Redshift cluster' },
  { arn: /^arn:[^:]+:sagemaker:/, name: 'SageMaker AI Pipeline' },
  { arn: /^arn:[^:]+:inspector:/, name: 'Inspector assessment template' },
  { arn: /^arn:[^:]+:timestream:/, name: 'Timestream for LiveAnalytics table' },
];

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html */
const ENRICHMENTS: readonly Service<EnrichmentKind>[] = [
  { arn: /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/, name: 'Lambda function', kind: 'lambda' },
  { arn: /^arn:[^:]+:events:[^:]*:[^:]*:api-destination\//, name: 'API destination', kind: 'api-destination' },
  { arn: /^arn:[^:]+:execute-api:/, name: 'API Gateway REST API', kind: 'api-gateway' },
  { arn: /^arn:[^:]+:states:/, name: 'Step Functions state machine' },
];

/** @throws PipeValidationError for what is no target of a pipe, and by name for what is none here. */
export function targetKindOf(arn: string): TargetKind {
  const kind = kindOf('Target', arn, TARGETS);
  // AWS: "SNS FIFO topics not supported". https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
  must(kind !== 'sns' || !arn.endsWith('.fifo'), 'Target', arn, 'an SNS FIFO topic cannot be the target of a pipe');
  return kind;
}

/** @throws PipeValidationError for what is no enrichment of a pipe, and by name for what is none here. */
export const enrichmentKindOf = (arn: string): EnrichmentKind => kindOf('Enrichment', arn, ENRICHMENTS);

function kindOf<Kind>(field: string, arn: string, services: readonly Service<Kind>[]): Kind {
  const service = services.find((candidate) => candidate.arn.test(arn));
  if (service?.kind !== undefined) return service.kind;
  const rule =
    service === undefined
      ? `it must be the ARN of ${services.map(({ name }) => name).join(', ')}`
      : `${service.name} is not emulated as ${field.toLowerCase()}`;
  throw new PipeValidationError(field, arn, rule);
}
