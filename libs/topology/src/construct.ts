/** Tables, topics, queues and functions with every default; an impossible value throws a DeclarationError here. */
import { must, mustBeWithin } from './declaration-error.js';
import { days, minutes, seconds, type Seconds } from './duration.js';
import {
  type Grant,
  type LambdaFunction,
  type Queue,
  type StreamView,
  type Subscription,
  type Table,
  type Topic,
} from './model.js';

/** Variables that a reader of the declaration sets; see environment.ts. */
const DERIVED =
  /^(?:AUTH_MODE|CORS_ORIGINS|LOG_LEVEL|POWERTOOLS_.*|TABLE_NAME|TOKEN_.*|USER_POOL_.*|.*_TOPIC_ARN|.*_QUEUE_URL)$/;
const LOGICAL_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A table as constructors return it: the declaration and the grants that can be given on it. */
export interface GrantableTable extends Table {
  readonly read: Grant;
  readonly readWrite: Grant;
  /** Grants on the items whose partition keys open with these entity names, such as `CUSTOMER`. */
  items(...entities: [string, ...string[]]): { readonly read: Grant; readonly readWrite: Grant };
}

export interface TableOptions {
  /** Name of the one secondary index; its keys are `<name>PK` and `<name>SK`. */
  index?: string;
  stream?: StreamView;
  expiry?: string;
  /** The attribute in which an item names the request that wrote it last; the local stack's pipes show it. */
  requestId?: string;
  deletionProtection?: boolean;
}

/**
 * A single-table-design table: string keys `PK` and `SK`, billed on demand, encrypted, with point-in-time recovery.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/data-modeling-foundations.html
 */
export function singleTable(name: string, options: TableOptions = {}): GrantableTable {
  const subject = `table "${name}"`;
  mustBeLogical(name, subject);
  must(
    options.expiry === undefined || !['PK', 'SK'].includes(options.expiry),
    subject,
    `the expiry attribute "${options.expiry}" is a key of the table; name another attribute`,
  );
  const { index, expiry, requestId, stream } = options;
  must(requestId !== '', subject, 'the attribute of the request id has no name; name it or leave it out');
  must(
    requestId === undefined || stream === 'NEW_IMAGE' || stream === 'NEW_AND_OLD_IMAGES',
    subject,
    `records of its stream (${stream ?? 'none'}) do not carry "${requestId}"; widen the stream to NEW_IMAGE`,
  );
  const table: Table = {
    kind: 'table',
    name,
    partitionKey: 'PK',
    sortKey: 'SK',
    indexes: index === undefined ? [] : [{ name: index, partitionKey: `${index}PK`, sortKey: `${index}SK` }],
    streamView: stream,
    expiry,
    requestId,
    pointInTimeRecovery: true,
    encryption: true,
    deletionProtection: options.deletionProtection ?? false,
  };
  const grants = (items: readonly string[], on: Table) => ({
    read: { on, access: 'read', items } as const,
    readWrite: { on, access: 'readWrite', items } as const,
  });
  const grantable: GrantableTable = {
    ...table,
    get read() {
      return grants([], grantable).read;
    },
    get readWrite() {
      return grants([], grantable).readWrite;
    },
    items: (...entities) => grants(entities, grantable),
  };
  return grantable;
}

/** A topic as constructors return it. */
export interface GrantableTopic extends Topic {
  readonly publish: Grant;
  /** Delivers the topic's messages to a queue, in SNS's envelope unless `raw`. */
  deliverTo(queue: Queue, options?: { raw?: boolean }): Subscription;
}

/** A standard SNS topic, encrypted. */
export function topic(name: string): GrantableTopic {
  mustBeLogical(name, `topic "${name}"`);
  const grantable: GrantableTopic = {
    kind: 'topic',
    name,
    encryption: true,
    get publish(): Grant {
      return { on: grantable, access: 'publish', items: [] };
    },
    deliverTo: (queue, { raw = false } = {}) => {
      const subject = `subscription of queue "${queue.name}" to topic "${name}"`;
      must(!queue.fifo, subject, 'a standard topic cannot deliver to a FIFO queue; declare a standard queue');
      const { developmentOnly } = queue;
      return { kind: 'subscription', name: `${name}-to-${queue.name}`, topic: grantable, queue, raw, developmentOnly };
    },
  };
  return grantable;
}

/** A queue as constructors return it. */
export interface GrantableQueue extends Queue {
  readonly send: Grant;
  readonly consume: Grant;
}

export interface QueueOptions {
  visibilityTimeout?: Seconds;
  retention?: Seconds;
  /** Where a message goes after `maxReceives` (default 3) receives without a delete. */
  deadLetters?: { queue: Queue; maxReceives?: number };
  developmentOnly?: boolean;
}

/**
 * An SQS queue, encrypted, kept for 14 days; FIFO when its name ends in `.fifo`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export function queue(name: string, options: QueueOptions = {}): GrantableQueue {
  const subject = `queue "${name}"`;
  const fifo = name.endsWith('.fifo');
  mustBeLogical(fifo ? name.slice(0, -'.fifo'.length) : name, subject);
  const { visibilityTimeout = seconds(60), retention = days(14), developmentOnly = false } = options;
  mustBeWithin(visibilityTimeout, [0, 43_200], subject, 'visibilityTimeout in seconds');
  mustBeWithin(retention, [60, 1_209_600], subject, 'retention in seconds');
  const deadLetters = options.deadLetters && { maxReceives: 3, ...options.deadLetters };
  if (deadLetters) {
    mustBeWithin(deadLetters.maxReceives, [1, 1000], subject, 'maxReceives');
    must(
      !deadLetters.queue.developmentOnly || developmentOnly,
      subject,
      `its dead-letter queue "${deadLetters.queue.name}" exists in development stages only; declare it for every stage`,
    );
    must(
      deadLetters.queue.fifo === fifo,
      subject,
      `its dead-letter queue "${deadLetters.queue.name}" must be ${fifo ? 'FIFO' : 'standard'} like the queue itself`,
    );
  }
  const grantable: GrantableQueue = {
    kind: 'queue',
    name,
    fifo,
    visibilityTimeout,
    retention,
    deadLetters,
    encryption: true,
    developmentOnly,
    get send(): Grant {
      return { on: grantable, access: 'send', items: [] };
    },
    get consume(): Grant {
      return { on: grantable, access: 'consume', items: [] };
    },
  };
  return grantable;
}

export interface FunctionOptions {
  entry: string;
  /** MB; on AWS it also decides the share of a CPU. */
  memory?: number;
  timeout?: Seconds;
  environment?: Record<string, string>;
  grants?: readonly Grant[];
}

/** A function that answers HTTP requests behind an API: takes API Gateway proxy events. */
export const httpFunction = (name: string, options: FunctionOptions): LambdaFunction =>
  lambdaFunction(name, 'http', { timeout: seconds(10), ...options });

/** A function that takes events from a pipe, a queue or an Invoke call. */
export const handlerFunction = (name: string, options: FunctionOptions): LambdaFunction =>
  lambdaFunction(name, 'event', { timeout: seconds(30), ...options });

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function lambdaFunction(
  name: string,
  protocol: LambdaFunction['protocol'],
  { entry, memory = 512, timeout = seconds(3), environment = {}, grants = [] }: FunctionOptions,
): LambdaFunction {
  const subject = `function "${name}"`;
  mustBeLogical(name, subject);
  must(entry.trim() !== '', subject, 'entry is empty; name the folder or file of its handler');
  mustBeWithin(memory, [128, 10_240], subject, 'memory in MB');
  mustBeWithin(timeout, [1, minutes(15)], subject, 'timeout in seconds');
  for (const [variable, value] of Object.entries(environment)) {
    must(
      /^[A-Za-z][A-Za-z0-9_]+$/.test(variable),
      subject,
      `"${variable}" is not a variable name; use letters, digits and _`,
    );
    must(
      !variable.startsWith('AWS_'),
      subject,
      `variable ${variable} is reserved by Lambda; choose a name without AWS_`,
    );
    must(
      !DERIVED.test(variable),
      subject,
      `variable ${variable} is set by the runtime, from grants and settings; choose another name`,
    );
    must(typeof value === 'string', subject, `variable ${variable} is not a string; write its value as text`);
  }
  for (const grant of grants) {
    must(
      (grant as Grant | undefined)?.on !== undefined,
      subject,
      'a grant names no resource; take it from a declared one, such as `table.readWrite` or `topic.publish`',
    );
    for (const entity of grant.on.kind === 'table' ? grant.items : [])
      must(
        /^[A-Z]+$/.test(entity),
        subject,
        `grant on items "${entity}": an entity name is upper case letters, such as ORDER`,
      );
  }
  return {
    kind: 'function',
    name,
    protocol,
    entry,
    memory,
    timeout,
    environment,
    grants,
    tracing: true,
    logRetention: days(30),
  };
}

/** Logical names become part of physical names of every service, so they obey the strictest of their rules. */
export function mustBeLogical(name: string, subject: string): void {
  must(
    LOGICAL_NAME.test(name),
    subject,
    'the name must be lower case words joined by single dashes, such as "order-events"',
  );
}
