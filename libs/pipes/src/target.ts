/** What the runner asks of a target, and what a target answers. */

/** As AWS's execution log shows an error: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html */
export interface TargetError {
  readonly httpStatusCode?: number;
  readonly message: string;
  readonly details?: string;
  readonly awsService?: string;
  readonly requestId?: string;
}

/**
 * `customer` errors count against MaximumRetryAttempts, `internal` ones (connection, throttling, 5xx) are retried until
 * the record leaves the stream. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
 */
export type TargetResult =
  | { readonly outcome: 'success'; readonly response?: string }
  /** `failed` holds the positions in the batch, in any order, at least one. */
  | { readonly outcome: 'partial'; readonly failed: readonly number[]; readonly response?: string }
  | {
      readonly outcome: 'failed';
      readonly fault: 'customer' | 'internal';
      readonly throttled?: boolean;
      readonly timedOut?: boolean;
      readonly error: TargetError;
      readonly response?: string;
    };

export interface PipeTarget {
  readonly arn: string;
  readonly kind: 'lambda';
  /** Most records that one call takes. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
  readonly maxBatchSize: number;
  /** Most bytes of JSON that one call takes. */
  readonly maxPayloadBytes: number;
  /** Delivers one batch; a rejection counts as an internal error. `signal` aborts when the execution's time is over. */
  invoke(batch: readonly unknown[], signal: AbortSignal): Promise<TargetResult>;
}

/** Where a batch that was given up is told of: a standard SQS queue or an SNS topic. */
export interface DeadLetterTarget {
  readonly arn: string;
  /** Sends one message; a rejection is retried, the shard waits for it. */
  send(body: string): Promise<unknown>;
}
