/** The constructor of a queue's consumer: a function that takes its messages in batches. */
import { must, mustBeWithin } from './declaration-error.js';
import { seconds, type Seconds } from './duration.js';
import { type LambdaFunction, type Queue, type QueueConsumer } from './model.js';

export interface QueueConsumerOptions {
  /** Messages a batch, default 10. */
  batch?: number;
  /** How long a batch may gather; a batch of more than 10 needs it, a FIFO queue has none. */
  window?: Seconds;
  /** The most batches at once, 2 to 1000. */
  maxConcurrency?: number;
}

/**
 * Lambda's event source mapping of a queue, with ReportBatchItemFailures: one bad message of a batch never retries its
 * neighbours. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
export function consumer(queue: Queue, target: LambdaFunction, options: QueueConsumerOptions = {}): QueueConsumer {
  const { batch = 10, window = seconds(0), maxConcurrency } = options;
  const name = `${queue.name.replace(/\.fifo$/, '')}-to-${target.name}`;
  const subject = `consumer of queue "${queue.name}"`;
  must(
    target.protocol === 'event',
    subject,
    `${target.name} answers HTTP requests, not batches of messages; declare it with handlerFunction`,
  );
  mustBeWithin(batch, [1, queue.fifo ? 10 : 10_000], subject, 'batch');
  mustBeWithin(window, [0, queue.fifo ? 0 : 300], subject, 'window in seconds');
  must(batch <= 10 || window >= 1, subject, `a batch of ${batch} needs a window of a second or more to gather in`);
  if (maxConcurrency !== undefined) mustBeWithin(maxConcurrency, [2, 1000], subject, 'maxConcurrency');
  must(
    queue.visibilityTimeout >= target.timeout,
    subject,
    `the queue's visibility timeout of ${queue.visibilityTimeout} s is below the ${target.timeout} s that ${target.name} may run; a message would be handled twice, raise it`,
  );
  must(
    queue.deadLetters !== undefined,
    subject,
    'the queue has no dead-letter queue, so a message that always fails would be tried until it expires; give it one',
  );
  must(!queue.developmentOnly, subject, 'the queue exists in development stages only; declare it for every stage');
  return { kind: 'queue-consumer', name, queue, target, batchSize: batch, window, maxConcurrency };
}
