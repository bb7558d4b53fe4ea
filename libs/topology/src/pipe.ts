/** The constructor of a pipe from a table's stream to a function, and the filters that systems want most. */
import { mustBeLogical } from './construct.js';
import { must, mustBeWithin } from './declaration-error.js';
import { days, type Seconds } from './duration.js';
import { type LambdaFunction, type Pipe, type Queue, type Table, type Topic } from './model.js';

export interface PipeOptions {
  source: Table;
  startingPosition?: Pipe['startingPosition'];
  /** At most five event patterns; a record passes when one of them matches. */
  filter?: readonly object[];
  /** Records a batch. */
  batch?: number;
  window?: Seconds;
  retries?: number;
  /** Older records go to the dead letters; shorter than the stream's 24 h. */
  maxAge?: Seconds;
  onPartialFailure?: 'bisect';
  parallelizationFactor?: number;
  deadLetters?: Queue | Topic;
  target: LambdaFunction;
  logLevel?: Pipe['logLevel'];
}

/**
 * An EventBridge Pipe. Where AWS would retry for ever, the defaults here do not: 5 retries, 23 hours.
 * https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html
 */
export function pipe(name: string, options: PipeOptions): Pipe {
  const subject = `pipe "${name}"`;
  mustBeLogical(name, subject);
  const { source, target, filter: filters = [], deadLetters } = options;
  must(
    source.streamView !== undefined,
    subject,
    `its source, table "${source.name}", has no stream; give the table one, such as stream: "NEW_AND_OLD_IMAGES"`,
  );
  must(
    target.protocol === 'event',
    subject,
    `its target ${target.name} answers HTTP requests, not batches of records; declare it with handlerFunction`,
  );
  must(
    deadLetters?.kind !== 'queue' || !deadLetters.fifo,
    subject,
    `its dead-letter queue "${deadLetters?.name}" is FIFO; a stream source takes a standard queue only`,
  );
  must(
    deadLetters?.kind !== 'queue' || !deadLetters.developmentOnly,
    subject,
    `its dead-letter queue "${deadLetters?.name}" exists in development stages only; declare it for every stage`,
  );
  must(filters.length <= 5, subject, `it has ${filters.length} filters; a pipe takes 5 at most, join some with $or`);
  for (const filter of filters) {
    const length = JSON.stringify(filter).length;
    must(length <= 4096, subject, `a filter is ${length} characters long; a pipe takes 4096 at most`);
    mustBeReadable(subject, source, filter);
  }
  const declared: Pipe = {
    kind: 'pipe',
    name,
    source,
    startingPosition: options.startingPosition ?? 'TRIM_HORIZON',
    filters,
    batchSize: options.batch ?? 10,
    window: options.window ?? 0,
    retries: options.retries ?? 5,
    maxAge: options.maxAge ?? days(1) - 3600,
    onPartialFailure: options.onPartialFailure === 'bisect' ? 'AUTOMATIC_BISECT' : undefined,
    parallelizationFactor: options.parallelizationFactor ?? 1,
    deadLetters,
    target,
    logLevel: options.logLevel ?? 'ERROR',
  };
  mustBeWithin(declared.batchSize, [1, 10_000], subject, 'batch');
  mustBeWithin(declared.window, [0, 300], subject, 'window in seconds');
  mustBeWithin(declared.retries, [0, 185], subject, 'retries');
  mustBeWithin(declared.maxAge, [60, days(1)], subject, 'maxAge in seconds');
  mustBeWithin(declared.parallelizationFactor, [1, 10], subject, 'parallelizationFactor');
  return declared;
}

/** A pattern on an image that the stream does not carry would never match. */
function mustBeReadable(subject: string, source: Table, filter: object): void {
  const asked = Object.keys((filter as { dynamodb?: object }).dynamodb ?? {});
  for (const image of ['NewImage', 'OldImage'] as const) {
    const carried = {
      KEYS_ONLY: false,
      NEW_AND_OLD_IMAGES: true,
      NEW_IMAGE: image === 'NewImage',
      OLD_IMAGE: image === 'OldImage',
    }[source.streamView ?? 'KEYS_ONLY'];
    must(
      carried || !asked.includes(image),
      subject,
      `a filter looks at ${image}, which the stream of table "${source.name}" (${source.streamView}) does not carry; widen the stream`,
    );
  }
}

/** Matches the first write of an item whose sort key opens with `prefix`. */
export const newItem = (prefix: string): object => ({
  eventName: ['INSERT'],
  dynamodb: { Keys: { SK: { S: [{ prefix }] } } },
});

/** Matches a change of an item whose sort key opens with `prefix`, while its attribute (a string) is not `value`. */
export const changedItem = (prefix: string, attribute: string, { not: value }: { not: string }): object => ({
  eventName: ['MODIFY'],
  dynamodb: { Keys: { SK: { S: [{ prefix }] } }, NewImage: { [attribute]: { S: [{ 'anything-but': value }] } } },
});
