/** A CloudWatch Logs log group as target: one log event a record, in as few PutLogEvents as its rules allow. */
import { failedByRejection } from '../aws-rejection.js';
import { must } from '../refusal.js';
import { MAX_BATCH_BYTES, type FailedCall, type PipeTarget } from '../target.js';
import { dynamicParameter, dynamicPath } from './dynamic-parameter.js';
import { prepareEntries, resultOfEntries, type EntryFailure, type PreparedEntry } from './entry-results.js';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export interface PutLogEventsInput {
  logGroupName: string;
  logStreamName: string;
  /** Timestamps in epoch milliseconds, ascending. */
  logEvents: { timestamp: number; message: string }[];
}

export interface PutLogEventsOutput {
  readonly rejectedLogEventsInfo?:
    | {
        readonly tooNewLogEventStartIndex?: number | undefined;
        readonly tooOldLogEventEndIndex?: number | undefined;
        readonly expiredLogEventEndIndex?: number | undefined;
      }
    | undefined;
}

export interface CloudWatchLogsTargetOptions {
  /** Of the log group. */
  readonly arn: string;
  /** Calls PutLogEvents; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
  readonly putLogEvents: (input: PutLogEventsInput, signal: AbortSignal) => Promise<PutLogEventsOutput>;
  /** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetCloudWatchLogsParameters.html */
  readonly parameters: {
    /** Text or path, at most 256 characters. AWS takes a pipe without it and does not say where its events go. */
    readonly logStreamName: string;
    /** Path to epoch milliseconds; default: when the call is made. */
    readonly timestamp?: string;
  };
}

interface LogEntry {
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

type Chunk = readonly PreparedEntry<LogEntry>[];

/** Limits of one request. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_EVENTS = 10_000;
const MAX_REQUEST_BYTES = 1_048_576;
const BYTES_PER_EVENT = 26;
const MAX_SPAN_MS = 24 * 3_600_000;

/** @throws PipeValidationError for parameters that AWS refuses. */
export function cloudWatchLogsTarget({ arn, putLogEvents, parameters }: CloudWatchLogsTargetOptions): PipeTarget {
  const at = (name: string): string => `TargetParameters.CloudWatchLogsParameters.${name}`;
  const { logStreamName, timestamp } = parameters;
  must(logStreamName !== undefined, at('LogStreamName'), logStreamName, 'a pipe without it is not emulated');
  const streamOf = dynamicParameter(at('LogStreamName'), logStreamName, 256);
  const timeOf = timestamp === undefined ? undefined : dynamicPath(at('Timestamp'), timestamp);
  const logGroupName = arn.split(':')[6] ?? '';
  return {
    arn,
    kind: 'cloudwatch-logs',
    maxBatchSize: MAX_EVENTS,
    maxPayloadBytes: MAX_BATCH_BYTES,
    needsJson: false,
    async invoke(batch, { signal, now }) {
      const present = now();
      const { entries, failures } = prepareEntries(batch, ({ text, event }): LogEntry => {
        const bytes = Buffer.byteLength(text) + BYTES_PER_EVENT;
        if (bytes > MAX_REQUEST_BYTES)
          throw new Error(`A log event of ${bytes} bytes is larger than ${MAX_REQUEST_BYTES}`);
        return { message: text, stream: streamOf(event), timestamp: timeOf ? milliseconds(timeOf(event)) : present };
      });
      const all = [...failures];
      const requests: PutLogEventsInput[] = [];
      const responses: unknown[] = [];
      for (const chunk of chunksOf(entries)) {
        if (signal.aborted) break; // Nobody waits for the result any more.
        const logEvents = chunk.map(({ entry: { timestamp: at, message } }) => ({ timestamp: at, message }));
        const request = { logGroupName, logStreamName: chunk[0]?.entry.stream ?? '', logEvents };
        requests.push(request);
        try {
          const response = await putLogEvents(request, signal);
          responses.push(response);
          all.push(...rejectedOf(chunk, response));
        } catch (error) {
          all.push(...failChunk(chunk, failedByRejection(error, 'logs')));
        }
      }
      return resultOfEntries(batch.length, all, 'logs', { request: requests, response: responses });
    },
  };
}

/** @throws Error when it is no number. */
function milliseconds(value: unknown): number {
  const time = Number(value);
  if (!Number.isInteger(time) || time < 0)
    throw new Error(`Timestamp: ${JSON.stringify(value)} is not in milliseconds`);
  return time;
}

/** Requests that keep to the service's rules: one stream, ascending, within a day, not too long. */
function chunksOf(entries: Chunk): readonly Chunk[] {
  const streams = Map.groupBy(entries, ({ entry }) => entry.stream);
  return [...streams.values()].flatMap((group) => {
    const chunks: PreparedEntry<LogEntry>[][] = [];
    let current: PreparedEntry<LogEntry>[] = [];
    let bytes = 0;
    for (const one of group.toSorted((left, right) => left.entry.timestamp - right.entry.timestamp)) {
      const size = Buffer.byteLength(one.entry.message) + BYTES_PER_EVENT;
      const first = current[0]?.entry.timestamp ?? one.entry.timestamp;
      const full = current.length === MAX_EVENTS || bytes + size > MAX_REQUEST_BYTES;
      if (current.length === 0 || full || one.entry.timestamp - first > MAX_SPAN_MS) {
        current = [];
        bytes = 0;
        chunks.push(current);
      }
      current.push(one);
      bytes += size;
    }
    return chunks;
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html */
function rejectedOf(chunk: Chunk, { rejectedLogEventsInfo: rejected = {} }: PutLogEventsOutput): EntryFailure[] {
  const { tooNewLogEventStartIndex: newFrom = chunk.length } = rejected;
  const oldTo = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0);
  return chunk.flatMap(({ position }, index): EntryFailure[] => {
    if (index >= newFrom) return [{ position, fault: 'customer', message: 'The log event is too new' }];
    return index < oldTo ? [{ position, fault: 'customer', message: 'The log event is too old' }] : [];
  });
}

const failChunk = (chunk: Chunk, { fault, error }: FailedCall): EntryFailure[] =>
  chunk.map(({ position }) => ({ position, fault, message: error.message, code: error.details }));
