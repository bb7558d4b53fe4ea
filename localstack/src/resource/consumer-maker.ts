/** A declared consumer of a queue, polling at the local endpoint. */
import { nameOf, type QueueConsumer as Declared } from '../../../libs/topology/src/model.js';
import { queueArn, queueUrl } from '../account.js';
import { QueueConsumer } from '../queue/queue-consumer.js';
import { StartError } from '../start-error.js';
import { type Maker } from './local-system.js';

/** How many batches of a queue are handled at once; a FIFO queue holds back the groups that are under way by itself. */
const CONCURRENCY = 4;

export const makeConsumer: Maker<Declared> = (consumer, system) => {
  const { queue, target, batchSize, window, maxConcurrency = CONCURRENCY } = consumer;
  const pool = system.functions.get(target.name);
  if (pool === undefined) throw new StartError(`${nameOf(consumer)}: its function is not running.`);
  const name = system.physicalName(queue);
  system.consumers.set(
    consumer.name,
    new QueueConsumer({
      name: system.physicalName(consumer),
      client: system.clients.queues,
      queueUrl: queueUrl(system.endpoint, name),
      queueArn: queueArn(name),
      pool,
      batchSize,
      windowMs: window * 1000,
      concurrency: Math.min(maxConcurrency, CONCURRENCY),
      redeliverySeconds: Math.min(queue.visibilityTimeout, Math.max(1, Math.ceil(system.backoffCapMs / 1000))),
      deadLetters: queue.deadLetters && {
        queue: system.physicalName(queue.deadLetters.queue),
        maxReceives: queue.deadLetters.maxReceives,
      },
      journal: system.journal,
    }),
  );
  return Promise.resolve('started');
};
