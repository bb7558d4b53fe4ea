/** What of a pipe may be changed after its creation. */
import { type PipeOptions, type PipeSource } from './pipe-options.js';
import { PipeValidationError } from './refusal.js';

const CHANGEABLE = [
  'filters',
  'enrichment',
  'enrichmentParameters',
  'target',
  'targetParameters',
  'includeExecutionData',
  'logLevel',
  'onLog',
  'backoff',
  'poll',
] as const satisfies readonly (keyof PipeOptions)[];

const CHANGEABLE_OF_SOURCE = [
  'batchSize',
  'maximumBatchingWindowInSeconds',
  'maximumRetryAttempts',
  'maximumRecordAgeInSeconds',
  'onPartialBatchItemFailure',
  'parallelizationFactor',
  'partitionKey',
  'deadLetter',
] as const satisfies readonly (keyof PipeSource)[];

type Changeable = Pick<PipeOptions, (typeof CHANGEABLE)[number]>;
export type SourceChanges = Pick<PipeSource, (typeof CHANGEABLE_OF_SOURCE)[number]>;

/**
 * A field that is not named stays as it is; one that is undefined goes back to its default. `source`, like AWS's
 * DynamoDBStreamParameters, is taken as a whole: what it leaves out goes back to its default.
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html
 */
export type PipeChanges = { readonly [Field in keyof Changeable]?: Changeable[Field] | undefined } & {
  readonly source?: SourceChanges;
  readonly desiredState?: 'RUNNING' | 'STOPPED';
};

/** AWS's names of what cannot be changed. */
const FIXED: Readonly<Record<string, string>> = {
  streamArn: 'Source',
  client: 'Source',
  reportedStreamArn: 'Source',
  startingPosition: 'SourceParameters.DynamoDBStreamParameters.StartingPosition',
  name: 'Name',
};

/** @throws PipeValidationError naming what cannot be changed. */
export function changedOptions(options: PipeOptions, changes: PipeChanges): PipeOptions {
  const { source, desiredState = options.desiredState, ...rest } = changes;
  refuseOthers(rest, CHANGEABLE);
  refuseOthers(source ?? {}, CHANGEABLE_OF_SOURCE);
  const { client, streamArn, reportedStreamArn, startingPosition } = options.source;
  const fixed = { client, streamArn, startingPosition, ...(reportedStreamArn !== undefined && { reportedStreamArn }) };
  const merged: PipeOptions = {
    ...options,
    ...(rest as Partial<PipeOptions>),
    ...(desiredState && { desiredState }),
    source: source === undefined ? options.source : { ...source, ...fixed },
  };
  // Back to the default: as if it had never been given.
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as unknown as PipeOptions;
}

function refuseOthers(given: object, allowed: readonly string[]): void {
  for (const [field, value] of Object.entries(given)) {
    if (allowed.includes(field)) continue;
    const name = FIXED[field] ?? field;
    throw new PipeValidationError(
      name,
      typeof value === 'object' ? field : value,
      'it cannot be changed after creation',
    );
  }
}
