/** What a pipe may be: AWS's rules for a new pipe, and what this runner does not do (refused by name, never ignored). */
import { type PipeOptions } from './pipe-options.js';
import { assertPipeFilters } from './pattern/pipe-filter.js';
import { known, must, PipeValidationError } from './refusal.js';
import { assertStages } from './stage-validation.js';

const KNOWN = {
  options: (
    'name region account desiredState source filters enrichment enrichmentParameters target targetParameters checkpoints deadLetters backoff poll ' +
    'clock onEvent includeExecutionData logLevel onLog'
  ).split(' '),
  source: (
    'streamArn reportedStreamArn client startingPosition batchSize maximumBatchingWindowInSeconds maximumRetryAttempts ' +
    'maximumRecordAgeInSeconds onPartialBatchItemFailure parallelizationFactor partitionKey deadLetter'
  ).split(' '),
};

/**
 * @throws PipeValidationError naming field, value and rule of the first thing that is wrong; InvalidPatternError is its
 * cause when a filter is.
 */
export function assertPipe(options: PipeOptions): void {
  const { name, source, filters = [], desiredState = 'RUNNING' } = options;
  must(/^[.\-_A-Za-z0-9]{1,64}$/.test(name), 'Name', name, 'it must be 1 to 64 characters of A-Z a-z 0-9 . - _');
  known('', options, KNOWN.options);
  must(['RUNNING', 'STOPPED'].includes(desiredState), 'DesiredState', desiredState, 'it must be RUNNING or STOPPED');
  known('SourceParameters.', source, KNOWN.source);
  assertSource(source);
  assertStages(options);
  try {
    assertPipeFilters(filters);
  } catch (error) {
    const rule = error instanceof Error ? error.message : String(error);
    throw new PipeValidationError('SourceParameters.FilterCriteria.Filters', filters, rule, { cause: error });
  }
}

function assertSource(source: PipeOptions['source']): void {
  const at = (field: string): string => `SourceParameters.DynamoDBStreamParameters.${field}`;
  const { streamArn, startingPosition, parallelizationFactor = 1, deadLetter } = source;
  const { onPartialBatchItemFailure: onPartial } = source;
  must(
    /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\/./.test(streamArn),
    'Source',
    streamArn,
    'it must be the ARN of a DynamoDB stream; other sources are not emulated',
  );
  must(
    ['TRIM_HORIZON', 'LATEST'].includes(startingPosition),
    at('StartingPosition'),
    startingPosition,
    'it must be TRIM_HORIZON or LATEST',
  );
  within(at('BatchSize'), source.batchSize, 1, 10_000);
  within(at('MaximumBatchingWindowInSeconds'), source.maximumBatchingWindowInSeconds, 0, 300);
  within(at('MaximumRetryAttempts'), source.maximumRetryAttempts, -1, 10_000);
  if (source.maximumRecordAgeInSeconds !== -1) {
    within(at('MaximumRecordAgeInSeconds'), source.maximumRecordAgeInSeconds, 60, 604_800, ', or -1');
  }
  within(at('ParallelizationFactor'), parallelizationFactor, 1, 10);
  must(
    onPartial === undefined || onPartial === 'AUTOMATIC_BISECT',
    at('OnPartialBatchItemFailure'),
    onPartial,
    'it must be AUTOMATIC_BISECT or absent',
  );
  if (deadLetter === undefined) return;
  must(
    /^arn:[^:]+:(sqs|sns):/.test(deadLetter.arn),
    at('DeadLetterConfig.Arn'),
    deadLetter.arn,
    'it must be the ARN of an SQS queue or an SNS topic',
  );
  must(
    !deadLetter.arn.endsWith('.fifo'),
    at('DeadLetterConfig.Arn'),
    deadLetter.arn,
    'a stream source takes no FIFO queue or topic as dead-letter target',
  );
}

function within(field: string, value: number | undefined, least: number, most: number, or = ''): void {
  if (value === undefined) return;
  must(
    Number.isInteger(value) && value >= least && value <= most,
    field,
    value,
    `it must be a whole number from ${least} to ${most}${or}`,
  );
}
