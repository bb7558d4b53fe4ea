/** A declared consumer of a queue, polling at the local endpoint. */
import { type SQSClient } from '@aws-sdk/client-sqs';
import { nameOf, type QueueConsumer as Declared } from '../../../libs/topology/src/model.js';
import { queueArn, queueUrl } from '../account.js';
import { type FunctionPool } from '../function/function-pool.js';
import { QueueConsumer } from '../queue/queue-consumer.js';
import { StartError } from '../start-error.js';
import { type LocalSystem, type Maker } from './local-system.js';

/** What a consumer polls with, and for whom. */
export interface ConsumerSurroundings extends Pick<
  LocalSystem,
  'physicalName' | 'endpoint' | 'backoffCapMs' | 'journal'
> {
  readonly queues: SQSClient;
  readonly pool: FunctionPool;
  /** See the consumer's own. */
  readonly pollSeconds?: number;
}

export const makeConsumer: Maker<Declared> = (consumer, system) => {
  const pool = system.functions.get(consumer.target.name);
  if (pool === undefined) throw new StartError(`${nameOf(consumer)}: its function is not running.`);
  system.consumers.set(consumer.name, startConsumer(consumer, { ...system, queues: system.clients.queues, pool }));
  return Promise.resolve('started');
};

/** Polls from now on. */
export function startConsumer(consumer: Declared, surroundings: ConsumerSurroundings): QueueConsumer {
  const { queue, batchSize, window, maxConcurrency } = consumer;
  const { queues, pool, physicalName, endpoint, backoffCapMs, journal, pollSeconds } = surroundings;
  const name = physicalName(queue);
  return new QueueConsumer({
    name: physicalName(consumer),
    client: queues,
    queueUrl: queueUrl(endpoint, name),
    queueArn: queueArn(name),
    pool,
    batchSize,
    windowMs: window * 1000,
    maxConcurrency,
    redeliverySeconds: Math.min(queue.visibilityTimeout, Math.max(1, Math.ceil(backoffCapMs / 1000))),
    deadLetters: queue.deadLetters && {
      queue: physicalName(queue.deadLetters.queue),
      maxReceives: queue.deadLetters.maxReceives,
    },
    journal,
    ...(pollSeconds !== undefined && { pollSeconds }),
  });
}
