/** The shapes of what the journal records, one for each thing that passes. */

/** An answered HTTP request at the API. */
export interface RequestEvent {
  readonly type: 'request';
  readonly requestId: string;
  readonly method: string;
  /** With the stage, without the query. */
  readonly path: string;
  readonly status: number;
  /** Physical name of the API, and its stage. */
  readonly api: string;
  readonly stage: string;
  /** The function that answered; absent when the gateway did. */
  readonly function?: string;
  /** One of the gateway's own pages answered, such as its health: AWS's API has no such pages. */
  readonly page?: true;
  readonly durationMs: number;
}

/** A call at the AWS endpoint. */
export interface AwsCallEvent {
  readonly type: 'aws-call';
  readonly service: string;
  readonly operation: string;
  /** The table, topic, queue or function it names. */
  readonly resource?: string;
  readonly status: number;
  readonly durationMs: number;
  /** The invocation it was made in, when a function made it. */
  readonly traceId?: string;
  /** The fault it was answered with, when one was ordered. */
  readonly fault?: string;
}

/** A record that a pipe read from its stream. */
export interface StreamRecordEvent {
  readonly type: 'stream-record';
  readonly pipe: string;
  readonly eventId: string;
  /** Of the request that wrote it, where the table declares an attribute for that. */
  readonly requestId?: string;
  readonly eventName: string;
  readonly keys: Record<string, unknown>;
}

/** What a pipe's filters said of a record. */
export interface FilterEvent {
  readonly type: 'filter';
  readonly pipe: string;
  readonly eventId: string;
  readonly requestId?: string;
  readonly passed: boolean;
  /** Which filter matched, counted from 1, or why none did. */
  readonly reason: string;
}

/** An execution step of a pipe under AWS's own name, such as EXECUTION_STARTED. */
export interface PipeStepEvent {
  readonly type: 'pipe-step';
  readonly pipe: string;
  readonly executionId: string;
  readonly step: string;
  readonly eventIds: readonly string[];
  /** Of the requests that wrote the records, each once. */
  readonly requestIds: readonly string[];
  readonly error?: string;
}

/** A batch that a pipe gave up on, with AWS's envelope and the records themselves: the stream forgets them. */
export interface DeadLetterEvent {
  readonly type: 'dead-letter' | 'discarded';
  readonly pipe: string;
  readonly condition: string;
  readonly eventIds: readonly string[];
  readonly requestIds: readonly string[];
  readonly envelope: unknown;
  readonly records: readonly unknown[];
}

/** One run of a function. */
export interface InvocationEvent {
  readonly type: 'invocation';
  readonly function: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly durationMs: number;
  /** Of the instance that ran it. */
  readonly logStream?: string;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

/** An invocation that no instance was free for. */
export interface ThrottleEvent {
  readonly type: 'throttle';
  readonly function: string;
  readonly requestId: string;
}

/** A line that a function or a pipe wrote. */
export interface LogEvent {
  readonly type: 'log';
  readonly function: string;
  readonly requestId: string;
  readonly line: string;
  /** Whether it came by standard error; absent where nobody knows. */
  readonly stderr?: boolean;
  /** Where CloudWatch Logs keeps it. */
  readonly logGroup: string;
  readonly logStream: string;
}

/** A message that a topic or queue took. */
export interface MessageEvent {
  readonly type: 'message';
  readonly service: 'sns' | 'sqs';
  /** Name of the topic or queue. */
  readonly to: string;
  readonly messageId: string;
  readonly body: string;
  readonly subject?: string;
  readonly attributes: Record<string, string>;
}

/** Something that happened to the stack itself: a backend died, a function instance was replaced. */
export interface StackEvent {
  readonly type: 'stack';
  readonly what: string;
}

/** A batch of a queue's messages that a function has handled. */
export interface QueueBatchEvent {
  readonly type: 'queue-batch';
  readonly consumer: string;
  /** Of the invocation. */
  readonly requestId: string;
  readonly messageIds: readonly string[];
  /** Those that go back to the queue. */
  readonly failed: readonly string[];
  /** Those of the failed ones that the queue gives up, and to which other queue. */
  readonly givenUp?: { readonly messageIds: readonly string[]; readonly to: string };
}

/** An alarm went from one state into another. */
export interface AlarmEvent {
  readonly type: 'alarm';
  readonly alarm: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type JournalEvent =
  | RequestEvent
  | AwsCallEvent
  | StreamRecordEvent
  | FilterEvent
  | PipeStepEvent
  | DeadLetterEvent
  | QueueBatchEvent
  | InvocationEvent
  | ThrottleEvent
  | AlarmEvent
  | LogEvent
  | MessageEvent
  | StackEvent;

/**
 * `seq` counts from 0 without gaps. `at` is when it happened, in epoch milliseconds; what another process reports comes
 * later than that.
 */
export type JournalEntry = JournalEvent & { readonly seq: number; readonly at: number };
