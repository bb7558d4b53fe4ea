/**
 * The records of a pipe's executions, with AWS's names, levels and cut-offs.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html and eb-pipes-logs-schema.html
 */
import { randomUUID } from 'node:crypto';
import { type StreamEvent } from './stream-event.js';
import { type TargetError } from './target.js';

export type LogLevel = 'ERROR' | 'INFO' | 'TRACE';

/** The least talkative level at which AWS writes each step. */
export const STEP_LEVELS = {
  EXECUTION_FAILED: 'ERROR',
  EXECUTION_PARTIALLY_FAILED: 'ERROR',
  EXECUTION_THROTTLED: 'ERROR',
  EXECUTION_TIMEOUT: 'ERROR',
  ENRICHMENT_INVOCATION_FAILED: 'ERROR',
  ENRICHMENT_STAGE_FAILED: 'ERROR',
  ENRICHMENT_TRANSFORMATION_FAILED: 'ERROR',
  TARGET_INVOCATION_FAILED: 'ERROR',
  TARGET_INVOCATION_PARTIALLY_FAILED: 'ERROR',
  TARGET_STAGE_FAILED: 'ERROR',
  TARGET_STAGE_PARTIALLY_FAILED: 'ERROR',
  TARGET_TRANSFORMATION_FAILED: 'ERROR',
  EXECUTION_STARTED: 'INFO',
  EXECUTION_SUCCEEDED: 'INFO',
  ENRICHMENT_STAGE_ENTERED: 'INFO',
  ENRICHMENT_STAGE_SUCCEEDED: 'INFO',
  /** AWS lists it and does not say when it comes: it is never written here. */
  ENRICHMENT_INVOCATION_SKIPPED: 'INFO',
  TARGET_STAGE_ENTERED: 'INFO',
  TARGET_STAGE_SUCCEEDED: 'INFO',
  ENRICHMENT_INVOCATION_STARTED: 'TRACE',
  ENRICHMENT_INVOCATION_SUCCEEDED: 'TRACE',
  ENRICHMENT_TRANSFORMATION_STARTED: 'TRACE',
  ENRICHMENT_TRANSFORMATION_SUCCEEDED: 'TRACE',
  TARGET_INVOCATION_SKIPPED: 'TRACE',
  TARGET_INVOCATION_STARTED: 'TRACE',
  TARGET_INVOCATION_SUCCEEDED: 'TRACE',
  TARGET_STAGE_SKIPPED: 'TRACE',
  TARGET_TRANSFORMATION_STARTED: 'TRACE',
  TARGET_TRANSFORMATION_SUCCEEDED: 'TRACE',
} as const satisfies Record<string, LogLevel>;

export type ExecutionStep = keyof typeof STEP_LEVELS;

export interface ExecutionRecord {
  readonly type: 'execution';
  readonly executionId: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly messageType: ExecutionStep;
  readonly resourceArn: string;
  readonly logLevel: LogLevel;
  readonly error: TargetError | null;
  /** JSON text; like awsRequest and awsResponse only where execution data is asked for. */
  readonly payload?: string;
  readonly awsRequest?: string;
  readonly awsResponse?: string;
  readonly truncatedFields: readonly string[] | null;
  /** Ours, not AWS's: which shard and which records the execution carries. */
  readonly shardId: string;
  readonly records: readonly StreamEvent[];
}

/** What a step may carry beside its name. Data is text as it is, anything else as JSON, or a function that makes it. */
export interface StepDetails {
  readonly error?: TargetError;
  readonly payload?: unknown;
  readonly awsRequest?: unknown;
  readonly awsResponse?: unknown;
}

/** A record as AWS writes it to a pipe's log destination: without what is ours. */
export type PipeLogRecord = Omit<ExecutionRecord, 'type' | 'shardId' | 'records'>;

const ORDER: Record<LogLevel, number> = { ERROR: 1, INFO: 2, TRACE: 3 };

/** AWS cuts a record at 256 KB. */
const MAX_RECORD_BYTES = 256 * 1024;

export interface ExecutionLogOptions {
  readonly resourceArn: string;
  readonly now: () => number;
  /** AWS's IncludeExecutionData=[ALL]. */
  readonly includeData: boolean;
  readonly write: (record: ExecutionRecord) => void;
}

/** Writes the steps of one execution under one id. */
export type StepWriter = (step: ExecutionStep, details?: StepDetails) => void;

/** Opens an execution: each try of a batch is one. */
export function openExecution(shardId: string, records: readonly StreamEvent[], log: ExecutionLogOptions): StepWriter {
  const executionId = randomUUID();
  return (step, { error, ...data } = {}) =>
    log.write({
      type: 'execution',
      executionId,
      timestamp: log.now(),
      messageType: step,
      resourceArn: log.resourceArn,
      logLevel: STEP_LEVELS[step],
      error: error === undefined ? null : shortened(error),
      ...(log.includeData ? cut(data) : { truncatedFields: null }),
      shardId,
      records,
    });
}

/** An error tells at most so much of what a target said: a record has to stay below AWS's limit with it. */
const MAX_ERROR_CHARACTERS = 4_096;

function shortened({ message, details, ...rest }: TargetError): TargetError {
  return {
    ...rest,
    message: message.slice(0, MAX_ERROR_CHARACTERS),
    ...(details !== undefined && { details: details.slice(0, MAX_ERROR_CHARACTERS) }),
  };
}

type Data = Pick<ExecutionRecord, 'payload' | 'awsRequest' | 'awsResponse' | 'truncatedFields'>;

/** Cuts payload, then awsRequest, then awsResponse, each from its end, until the record fits. */
function cut(data: Omit<StepDetails, 'error'>): Data {
  const kept: Partial<Record<'payload' | 'awsRequest' | 'awsResponse', string>> = {};
  const fields = ['payload', 'awsRequest', 'awsResponse'] as const;
  let excess = -MAX_RECORD_BYTES;
  for (const field of fields) {
    const text = textOf(data[field]);
    if (text === undefined) continue;
    kept[field] = text;
    excess += Buffer.byteLength(text);
  }
  const truncated: string[] = [];
  for (const field of fields) {
    const text = kept[field];
    if (text === undefined || excess <= 0) continue;
    const bytes = Buffer.from(text);
    const left = Math.max(0, bytes.length - excess);
    kept[field] = bytes.subarray(0, left).toString();
    excess -= bytes.length - left;
    truncated.push(field);
  }
  return { ...kept, truncatedFields: truncated.length > 0 ? truncated : null };
}

function textOf(data: unknown): string | undefined {
  const value: unknown = typeof data === 'function' ? (data as () => unknown)() : data;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What AWS would write of `record` to the log of a pipe with this level; undefined when it would not. */
export function logRecordAt(level: LogLevel | 'OFF', record: ExecutionRecord): PipeLogRecord | undefined {
  if (level === 'OFF' || ORDER[STEP_LEVELS[record.messageType]] > ORDER[level]) return undefined;
  const { type: _type, shardId: _shardId, records: _records, ...logged } = record;
  // In the log this field tells the pipe's level, not the step's.
  return { ...logged, logLevel: level };
}
