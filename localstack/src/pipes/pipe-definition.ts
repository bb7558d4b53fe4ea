/** A pipe in AWS's own words: what CreatePipe takes and DescribePipe shows, checked at the border. */
import { z } from 'zod';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';

const arn = z.string().min(1).max(1600);
const deadLetterConfig = z.strictObject({ Arn: arn.optional() });

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipeSourceDynamoDBStreamParameters.html */
const changeableStream = {
  BatchSize: z.number().optional(),
  DeadLetterConfig: deadLetterConfig.optional(),
  MaximumBatchingWindowInSeconds: z.number().optional(),
  MaximumRecordAgeInSeconds: z.number().optional(),
  MaximumRetryAttempts: z.number().optional(),
  OnPartialBatchItemFailure: z.enum(['AUTOMATIC_BISECT']).optional(),
  ParallelizationFactor: z.number().optional(),
};
const filterCriteria = z.strictObject({
  Filters: z.array(z.strictObject({ Pattern: z.string() })).optional(),
});

const enrichmentParameters = z.strictObject({ InputTemplate: z.string().optional() });

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetParameters.html */
const targetParameters = z.strictObject({
  InputTemplate: z.string().optional(),
  LambdaFunctionParameters: z
    .strictObject({ InvocationType: z.enum(['REQUEST_RESPONSE', 'FIRE_AND_FORGET']).optional() })
    .optional(),
  SqsQueueParameters: z
    .strictObject({ MessageGroupId: z.string().optional(), MessageDeduplicationId: z.string().optional() })
    .optional(),
  CloudWatchLogsParameters: z
    .strictObject({ LogStreamName: z.string().optional(), Timestamp: z.string().optional() })
    .optional(),
});

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeLogConfigurationParameters.html */
const logConfiguration = z.strictObject({
  Level: z.enum(['OFF', 'ERROR', 'INFO', 'TRACE']),
  IncludeExecutionData: z.array(z.enum(['ALL'])).optional(),
  CloudwatchLogsLogDestination: z.strictObject({ LogGroupArn: arn }).optional(),
});

/** What creation and update have in common. */
const common = {
  Description: z.string().max(512).optional(),
  DesiredState: z.enum(['RUNNING', 'STOPPED']).optional(),
  Enrichment: z.string().max(1600).optional(),
  EnrichmentParameters: enrichmentParameters.optional(),
  TargetParameters: targetParameters.optional(),
  RoleArn: arn.regex(/^arn:[^:]+:iam::\d{12}:role\/./, 'it must be the ARN of a role'),
  LogConfiguration: logConfiguration.optional(),
  KmsKeyIdentifier: z.string().max(2048).optional(),
};

export const tagsSchema = z.record(z.string().min(1).max(128), z.string().max(256));

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html, with the name from its path */
export const createPipeSchema = z.strictObject({
  ...common,
  Name: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/, 'it must be 1 to 64 characters of A-Z a-z 0-9 . - _'),
  Source: arn,
  SourceParameters: z.strictObject({
    FilterCriteria: filterCriteria.optional(),
    DynamoDBStreamParameters: z.strictObject({
      ...changeableStream,
      StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
    }),
  }),
  Target: arn,
  Tags: tagsSchema.optional(),
});

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html */
export const updatePipeSchema = z.strictObject({
  ...common,
  SourceParameters: z
    .strictObject({
      FilterCriteria: filterCriteria.optional(),
      DynamoDBStreamParameters: z.strictObject(changeableStream).optional(),
    })
    .optional(),
  Target: arn.optional(),
});

export type PipeDefinition = z.infer<typeof createPipeSchema>;
export type PipeUpdate = z.infer<typeof updatePipeSchema>;

/** @throws PipeValidationError naming field, value and rule of the first mistake */
export function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  const rule = unknown === undefined ? (issue?.message ?? 'it is not valid') : 'it is not emulated';
  throw new PipeValidationError(path.join('.') || 'the request', value, rule);
}

/**
 * The definition after an update. A field that the update does not name stays; parameters that it names are taken as a
 * whole. https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html
 */
export function updated(definition: PipeDefinition, { SourceParameters, ...update }: PipeUpdate): PipeDefinition {
  const { FilterCriteria, DynamoDBStreamParameters } = SourceParameters ?? {};
  const { StartingPosition } = definition.SourceParameters.DynamoDBStreamParameters;
  return {
    ...definition,
    ...update,
    SourceParameters: {
      ...definition.SourceParameters,
      ...(FilterCriteria && { FilterCriteria }),
      ...(DynamoDBStreamParameters && {
        DynamoDBStreamParameters: { ...DynamoDBStreamParameters, StartingPosition },
      }),
    },
  };
}
