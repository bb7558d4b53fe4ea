import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, queue } from '../../../libs/topology/src/construct.js';
import { type QueueConsumer } from '../../../libs/topology/src/model.js';
import { consumer } from '../../../libs/topology/src/queue-consumer.js';
import { functionIn, queueIn } from '../../test/fixtures/constructs.js';
import { synthesized, type Attributes } from '../../test/fixtures/synthesized.js';
import { QueueConsumerConstruct } from './queue-consumer.js';

const mappingOf = (name: string, options: Partial<QueueConsumer> = {}): Attributes =>
  synthesized((scope) => {
    const lambda = handlerFunction('worker', { entry: 'worker' });
    const source = queue(name, { visibilityTimeout: 90, deadLetters: { queue: queue(name.replace('work', 'dead')) } });
    new QueueConsumerConstruct(scope, 'consumer', {
      consumer: { ...consumer(source, lambda), ...options },
      queue: queueIn(scope, source),
      target: functionIn(scope, lambda),
    });
  }).one('aws_lambda_event_source_mapping');

describe('a queue’s consumer on AWS', () => {
  it('tells which messages of a batch failed, and waits for its function’s rights', () => {
    expect(mappingOf('work')).toMatchObject({
      function_response_types: ['ReportBatchItemFailures'],
      depends_on: [expect.stringContaining('aws_iam_role_policy.') as unknown],
    });
  });

  it('gathers a batch for as long as declared, but from no FIFO queue', () => {
    expect(mappingOf('work', { batchSize: 7, window: 3 })).toMatchObject({
      ...{ batch_size: 7, maximum_batching_window_in_seconds: 3 },
    });
    expect(mappingOf('work.fifo', { window: 3 })).not.toHaveProperty('maximum_batching_window_in_seconds');
  });

  it('runs as many at once as declared, or as many as Lambda likes', () => {
    expect(mappingOf('work', { maxConcurrency: 5 })).toMatchObject({ scaling_config: { maximum_concurrency: 5 } });
    expect(mappingOf('work', { maxConcurrency: undefined })).not.toHaveProperty('scaling_config');
  });
});
