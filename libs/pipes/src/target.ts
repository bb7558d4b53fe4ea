/** What the runner asks of a target, and what a target answers. */

/** As AWS's execution log shows an error: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html */
export interface TargetError {
  readonly httpStatusCode?: number;
  readonly message: string;
  readonly details?: string;
  readonly awsService?: string;
  readonly requestId?: string;
}

/** What was sent and what came back, for the execution log; text as it is, anything else as JSON. */
export interface CallData {
  readonly request?: unknown;
  readonly response?: unknown;
}

/**
 * The whole call failed. `customer` errors count against MaximumRetryAttempts, `internal` ones (connection, throttling,
 * 5xx) are retried until the record leaves the stream.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
 */
export interface FailedCall extends CallData {
  readonly outcome: 'failed';
  readonly fault: 'customer' | 'internal';
  readonly throttled?: boolean;
  readonly timedOut?: boolean;
  /** The runner may deliver no more: a failure of nobody, which no step tells of; whoever runs the pipe now delivers. */
  readonly withdrawn?: boolean;
  readonly error: TargetError;
}

/** What a call rejects with when its runner may deliver no more. */
export class WithdrawnError extends Error {}

export interface SuccessfulCall extends CallData {
  readonly outcome: 'success';
}

export interface PartlyFailedCall extends CallData {
  readonly outcome: 'partial';
  /** Positions in the batch, in any order, at least one. */
  readonly failed: readonly number[];
  /**
   * What is sent again: everything from the lowest failure on (default, keeps the order; what a function reports), or the
   * failed records alone (services that take their entries one by one).
   */
  readonly retry?: 'from-lowest' | 'failed-only';
  /** Those of `failed` that the service itself is to blame for: they are not counted. */
  readonly internal?: readonly number[];
  readonly error?: TargetError;
}

export type TargetResult = SuccessfulCall | PartlyFailedCall | FailedCall;

/** One record as it is sent. */
export interface OutgoingRecord {
  /** What is sent: the event's JSON, or what the input template made of it. */
  readonly text: string;
  /** The event before the input template: dynamic paths and ids are read from it. */
  readonly event: unknown;
}

/** What a call may need to know besides its records. */
export interface CallContext {
  /** Aborts when the execution's time is over. */
  readonly signal: AbortSignal;
  readonly pipeName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** At this many bytes of JSON a batch is released. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
export const MAX_BATCH_BYTES = 6 * 1024 * 1024;

/** The kinds of targets that are emulated. */
export type TargetKind = 'lambda' | 'sns' | 'sqs' | 'event-bus' | 'cloudwatch-logs';

export interface PipeTarget {
  readonly arn: string;
  readonly kind: TargetKind;
  /** Most records that one call takes. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
  readonly maxBatchSize: number;
  /** Most bytes of JSON at which a batch is released. */
  readonly maxPayloadBytes: number;
  /** What an input template makes must be JSON: anything else fails the transformation. */
  readonly needsJson: boolean;
  /** Delivers one batch; a rejection counts as an internal error. */
  invoke(batch: readonly OutgoingRecord[], context: CallContext): Promise<TargetResult>;
}

/** Where a batch that was given up is told of: a standard SQS queue or an SNS topic. */
export interface DeadLetterTarget {
  readonly arn: string;
  /** Sends one message; a rejection is retried, the shard waits for it. */
  send(body: string): Promise<unknown>;
}
