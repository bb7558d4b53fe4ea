/** What a pipe is made of. */
import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type Backoff } from './backoff.js';
import { type CheckpointStore } from './checkpoint.js';
import { type Clock } from './clock.js';
import { type DeadLetterStore } from './dead-letter-store.js';
import { type PipeEnrichment } from './enrichment.js';
import { type LogLevel, type PipeLogRecord } from './execution-log.js';
import { type PipeEvent } from './pipe-event.js';
import { type PollOptions } from './poll-pause.js';
import { type DeadLetterTarget, type PipeTarget } from './target.js';

export interface PipeOptions {
  readonly name: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly account?: string;
  /** Default RUNNING. */
  readonly desiredState?: 'RUNNING' | 'STOPPED';
  readonly source: PipeSource;
  /** JSON event patterns; a record passes when one of them matches, or when there are none. */
  readonly filters?: readonly string[];
  /** Called with each batch before the target; its answer replaces the batch. */
  readonly enrichment?: PipeEnrichment;
  readonly enrichmentParameters?: StageParameters;
  readonly target: PipeTarget;
  readonly targetParameters?: StageParameters;
  readonly checkpoints: CheckpointStore;
  /** Keeps the records of dead-lettered batches for redrive(); default: in memory. */
  readonly deadLetters?: DeadLetterStore;
  /** Pauses between tries; default 1 s doubled up to 60 s. */
  readonly backoff?: Backoff;
  /** How often an idle shard is read. */
  readonly poll?: PollOptions;
  readonly clock?: Clock;
  readonly onEvent?: (event: PipeEvent) => void;
  /** AWS's IncludeExecutionData=[ALL]: execution records carry payload, request and response. Default false. */
  readonly includeExecutionData?: boolean;
  /** What `onLog` gets; default OFF. `onEvent` is told every step whatever the level. */
  readonly logLevel?: LogLevel | 'OFF';
  /** The pipe's log destination: gets what AWS would write to it. */
  readonly onLog?: (record: PipeLogRecord) => void;
}

/** What AWS's EnrichmentParameters and TargetParameters have in common; the rest belongs to the enrichment or target itself. */
export interface StageParameters {
  /** At most 8192 characters; empty: none. */
  readonly inputTemplate?: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html */
export interface PipeSource {
  /** As the source knows it. */
  readonly streamArn: string;
  /** As events and dead letters show it; default: `streamArn` with the pipe's region and account. */
  readonly reportedStreamArn?: string;
  readonly client: DynamoDBStreamsClient;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** 1 to 10000; default 100, or the maximum of target or enrichment when that is less. */
  readonly batchSize?: number;
  /** 0 (default) to 300. */
  readonly maximumBatchingWindowInSeconds?: number;
  /** 0 to 10000, or -1 (default): until the record leaves the stream. */
  readonly maximumRetryAttempts?: number;
  /** 60 to 604800, or -1 (default): never. */
  readonly maximumRecordAgeInSeconds?: number;
  readonly onPartialBatchItemFailure?: 'AUTOMATIC_BISECT';
  /** 1 (default) to 10: batches of one shard under way at once; order is kept for each partition key. */
  readonly parallelizationFactor?: number;
  /** The table's partition key, for ParallelizationFactor: only for sources that do not tell it (dynoxide). */
  readonly partitionKey?: string;
  readonly deadLetter?: DeadLetterTarget;
}

export const DEFAULT_REGION = 'us-east-1';
export const DEFAULT_ACCOUNT = '000000000000';
const DEFAULT_BATCH_SIZE = 100;

/** How many records a batch of this pipe takes. */
export const batchSizeOf = ({ source, target, enrichment }: PipeOptions): number =>
  source.batchSize ?? Math.min(DEFAULT_BATCH_SIZE, target.maxBatchSize, enrichment?.maxBatchSize ?? DEFAULT_BATCH_SIZE);
