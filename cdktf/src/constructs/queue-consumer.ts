/** A declared consumer as Lambda's event source mapping of a queue. */
import { type QueueConsumer } from '../../../libs/topology/src/model.js';
import { LambdaEventSourceMapping } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { type FunctionConstruct } from './function.js';
import { type QueueConstruct } from './queue.js';

export interface QueueConsumerProps {
  readonly consumer: QueueConsumer;
  readonly queue: QueueConstruct;
  readonly target: FunctionConstruct;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export class QueueConsumerConstruct extends Construct {
  readonly resource: LambdaEventSourceMapping;

  constructor(scope: Construct, id: string, { consumer, queue, target }: QueueConsumerProps) {
    super(scope, id);
    this.resource = new LambdaEventSourceMapping(this, 'mapping', {
      eventSourceArn: queue.arn,
      functionName: target.arn,
      batchSize: consumer.batchSize,
      // A FIFO queue has no window, and Lambda refuses the parameter.
      ...(!consumer.queue.fifo && { maximumBatchingWindowInSeconds: consumer.window }),
      functionResponseTypes: ['ReportBatchItemFailures'],
      ...(consumer.maxConcurrency !== undefined && {
        scalingConfig: { maximumConcurrency: consumer.maxConcurrency },
      }),
      dependsOn: [target.role.policy],
    });
  }
}
