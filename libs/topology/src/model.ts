/**
 * The kinds of resources a system is made of. A reader (localstack, cdktf) handles each member of {@link Resource} in a
 * map typed {@link PerKind}: a new kind does not compile until every reader has its case.
 */
import { type Seconds } from './duration.js';

export type StreamView = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** A secondary index; both keys are strings, all attributes are projected. */
export interface TableIndex {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** A DynamoDB table with string keys, billed on demand. */
export interface Table {
  readonly kind: 'table';
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly indexes: readonly TableIndex[];
  readonly streamView: StreamView | undefined;
  /** The attribute that holds an item's expiry as epoch seconds. */
  readonly expiry: string | undefined;
  /** The attribute that holds the id of the request that wrote an item last. */
  readonly requestId: string | undefined;
  readonly pointInTimeRecovery: boolean;
  readonly encryption: boolean;
  readonly deletionProtection: boolean;
}

/** A standard SNS topic. */
export interface Topic {
  readonly kind: 'topic';
  readonly name: string;
  readonly encryption: boolean;
}

/** An SQS queue; its name ends in `.fifo` exactly when it is a FIFO queue. */
export interface Queue {
  readonly kind: 'queue';
  readonly name: string;
  readonly fifo: boolean;
  readonly visibilityTimeout: Seconds;
  readonly retention: Seconds;
  readonly deadLetters: { readonly queue: Queue; readonly maxReceives: number } | undefined;
  readonly encryption: boolean;
  /** Exists in development stages only. */
  readonly developmentOnly: boolean;
}

/** Messages of a topic delivered to a queue. */
export interface Subscription {
  readonly kind: 'subscription';
  readonly name: string;
  readonly topic: Topic;
  readonly queue: Queue;
  /** The message alone instead of the SNS envelope. */
  readonly raw: boolean;
  readonly developmentOnly: boolean;
}

/** What a password must have. */
export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly lowercase: boolean;
  readonly uppercase: boolean;
  readonly numbers: boolean;
  readonly symbols: boolean;
}

/** A Cognito user pool with one client; a system has one pool at most. */
export interface UserPool {
  readonly kind: 'user-pool';
  readonly name: string;
  readonly groups: readonly string[];
  /** Text attributes of its own, without Cognito's prefix `custom:`. */
  readonly attributes: readonly string[];
  readonly passwordPolicy: PasswordPolicy;
  /** Of ID and access tokens. */
  readonly tokenValidity: Seconds;
  readonly refreshValidity: Seconds;
  readonly deletionProtection: boolean;
}

/**
 * What a function may do with one resource. `items` narrows a table to keys that open with these entity names, and names
 * the operations that a pool may be called with.
 */
export interface Grant {
  readonly on: Table | Topic | Queue | UserPool;
  readonly access: 'read' | 'readWrite' | 'publish' | 'send' | 'consume' | 'verify' | 'call';
  readonly items: readonly string[];
}

/** A Lambda function. `http` functions take API Gateway proxy events, `event` functions whatever their source sends. */
export interface LambdaFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly protocol: 'http' | 'event';
  /** Folder or file of the handler, below the folder that the reader is told to look in. */
  readonly entry: string;
  readonly memory: number;
  readonly timeout: Seconds;
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  readonly tracing: boolean;
  readonly logRetention: Seconds;
}

export type HttpMethod = 'ANY' | 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export interface Route {
  readonly method: HttpMethod;
  /** As API Gateway writes it: `/orders/{proxy+}`. */
  readonly path: string;
  readonly target: LambdaFunction;
  /** Asks for no token, whatever the API's authorizer says. */
  readonly public: boolean;
}

/** What the API itself answers, before or instead of a function, as an RFC 9457 problem document. */
export interface GatewayProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** API Gateway's own names of the answers that a declaration may shape. */
export type GatewayResponseType =
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'UNAUTHORIZED'
  | 'ACCESS_DENIED'
  | 'AUTHORIZER_FAILURE'
  | 'REQUEST_TOO_LARGE'
  | 'THROTTLED'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'WAF_FILTERED'
  | 'DEFAULT_4XX'
  | 'DEFAULT_5XX';

/** A regional REST API whose routes are Lambda proxy integrations. */
export interface RestApi {
  readonly kind: 'rest-api';
  readonly name: string;
  readonly routes: readonly Route[];
  /** Whose ID tokens the routes ask for in jwt mode, but for public ones and for OPTIONS, which never do. */
  readonly authorizer: UserPool | undefined;
  readonly problems: Readonly<Record<GatewayResponseType, GatewayProblem>>;
  readonly tracing: boolean;
  readonly accessLogRetention: Seconds;
}

/** An EventBridge Pipe from a table's stream to a function. */
export interface Pipe {
  readonly kind: 'pipe';
  readonly name: string;
  readonly source: Table;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** Event patterns, OR-ed; empty lets everything pass. */
  readonly filters: readonly object[];
  readonly batchSize: number;
  readonly window: Seconds;
  readonly retries: number;
  readonly maxAge: Seconds;
  readonly onPartialFailure: 'AUTOMATIC_BISECT' | undefined;
  readonly parallelizationFactor: number;
  readonly deadLetters: Queue | Topic | undefined;
  readonly target: LambdaFunction;
  readonly logLevel: 'OFF' | 'ERROR' | 'INFO' | 'TRACE';
}

/** A function that takes a queue's messages in batches and reports failures message by message. */
export interface QueueConsumer {
  readonly kind: 'queue-consumer';
  readonly name: string;
  readonly queue: Queue;
  readonly target: LambdaFunction;
  readonly batchSize: number;
  readonly window: Seconds;
  /** The most batches at once; undefined leaves it to Lambda. */
  readonly maxConcurrency: number | undefined;
}

/** What the lines of a function's log count in a metric of the system's own namespace. */
export interface MetricFilter {
  readonly kind: 'metric-filter';
  readonly name: string;
  /** Its log group is the one that is read. */
  readonly function: LambdaFunction;
  /** CloudWatch Logs' pattern language. */
  readonly pattern: string;
  /** What a matching line counts: a number, or the value that the pattern selects, such as `$.latency`. */
  readonly value: number | string;
  /** What a line that does not match counts; undefined counts nothing. */
  readonly defaultValue: number | undefined;
}

/** A metric that AWS publishes of a resource, that a metric filter counts, or that functions count themselves. */
export type Metric =
  | { readonly of: LambdaFunction | Queue | Pipe | RestApi; readonly name: string }
  | { readonly of: MetricFilter }
  | { readonly of: undefined; readonly name: string; readonly dimensions: Readonly<Record<string, string>> };

export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount';

export type Comparison =
  'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold' | 'LessThanOrEqualToThreshold';

/** A CloudWatch alarm on one metric. */
export interface Alarm {
  readonly kind: 'alarm';
  readonly name: string;
  readonly description: string;
  readonly metric: Metric;
  readonly statistic: Statistic;
  readonly period: Seconds;
  /** How many periods are looked at. */
  readonly evaluationPeriods: number;
  /** How many of them must breach the threshold. */
  readonly datapointsToAlarm: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly missingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
  /** Told when the alarm enters the state, from any other. */
  readonly actions: {
    readonly alarm: readonly Topic[];
    readonly ok: readonly Topic[];
    readonly insufficientData: readonly Topic[];
  };
}

export type Resource =
  | Table
  | Topic
  | Queue
  | Subscription
  | UserPool
  | LambdaFunction
  | RestApi
  | Pipe
  | QueueConsumer
  | MetricFilter
  | Alarm;
export type Kind = Resource['kind'];
export type ResourceOf<K extends Kind> = Extract<Resource, { kind: K }>;

/** One entry for each kind: the type of every reader's dispatch. */
export type PerKind<Entry extends { [K in Kind]: unknown }> = { readonly [K in Kind]: Entry[K] };

/** `table "data"`: how messages name a resource. */
export const nameOf = (resource: Resource): string => `${resource.kind} "${resource.name}"`;
