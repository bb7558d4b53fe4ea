/** What a pipe may be: AWS's rules for a new pipe, and what this runner does not do (refused by name, never ignored). */
import { type PipeOptions } from './pipe-options.js';
import { assertPipeFilters } from './pattern/pipe-filter.js';

/** A pipe was refused at creation. */
export class PipeValidationError extends Error {
  /** AWS's exception: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html#API_CreatePipe_Errors */
  override readonly name = 'ValidationException';

  constructor(
    readonly field: string,
    readonly value: unknown,
    /** What the value has to be. */
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${JSON.stringify(value) ?? String(value)} is refused: ${rule}`, options);
  }
}

const KNOWN = {
  options:
    'name region account source filters target checkpoints backoff poll clock onEvent includeExecutionData'.split(' '),
  source: (
    'streamArn reportedStreamArn client startingPosition batchSize maximumBatchingWindowInSeconds maximumRetryAttempts ' +
    'maximumRecordAgeInSeconds onPartialBatchItemFailure parallelizationFactor deadLetter'
  ).split(' '),
  target: 'arn kind maxBatchSize maxPayloadBytes invoke'.split(' '),
};

/**
 * @throws PipeValidationError naming field, value and rule of the first thing that is wrong; InvalidPatternError is its
 * cause when a filter is.
 */
export function assertPipe(options: PipeOptions): void {
  const { name, source, target, filters = [] } = options;
  must(/^[.\-_A-Za-z0-9]{1,64}$/.test(name), 'Name', name, 'it must be 1 to 64 characters of A-Z a-z 0-9 . - _');
  known('', options, KNOWN.options);
  known('SourceParameters.', source, KNOWN.source);
  known('TargetParameters.', target, KNOWN.target);
  assertSource(source, target.maxBatchSize);
  must(target.kind === 'lambda', 'Target', target.kind, 'only Lambda functions are emulated as target');
  must(target.arn !== '', 'Target', target.arn, 'it must be an ARN');
  try {
    assertPipeFilters(filters);
  } catch (error) {
    const rule = error instanceof Error ? error.message : String(error);
    throw new PipeValidationError('SourceParameters.FilterCriteria.Filters', filters, rule, { cause: error });
  }
}

function assertSource(source: PipeOptions['source'], targetMaximum: number): void {
  const at = (field: string): string => `SourceParameters.DynamoDBStreamParameters.${field}`;
  const { startingPosition, parallelizationFactor = 1, onPartialBatchItemFailure: onPartial, deadLetter } = source;
  must(
    ['TRIM_HORIZON', 'LATEST'].includes(startingPosition),
    at('StartingPosition'),
    startingPosition,
    'it must be TRIM_HORIZON or LATEST',
  );
  within(at('BatchSize'), source.batchSize, 1, 10_000);
  must(
    (source.batchSize ?? 1) <= targetMaximum,
    at('BatchSize'),
    source.batchSize,
    `the target takes at most ${targetMaximum} records a batch`,
  );
  within(at('MaximumBatchingWindowInSeconds'), source.maximumBatchingWindowInSeconds, 0, 300);
  within(at('MaximumRetryAttempts'), source.maximumRetryAttempts, -1, 10_000);
  if (source.maximumRecordAgeInSeconds !== -1) {
    within(at('MaximumRecordAgeInSeconds'), source.maximumRecordAgeInSeconds, 60, 604_800, ', or -1');
  }
  within(at('ParallelizationFactor'), parallelizationFactor, 1, 10);
  must(parallelizationFactor === 1, at('ParallelizationFactor'), parallelizationFactor, 'only 1 is emulated');
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

/** An option that is not read would be a promise not kept: enrichment, templates, invocation types. */
function known(prefix: string, given: object, names: readonly string[]): void {
  for (const [field, value] of Object.entries(given)) {
    must(value === undefined || names.includes(field), `${prefix}${field}`, value, 'it is not emulated');
  }
}

function must(holds: boolean, field: string, value: unknown, rule: string): void {
  if (!holds) throw new PipeValidationError(field, value, rule);
}
