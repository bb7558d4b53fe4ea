/** A declared queue as an SQS queue. */
import { type Queue } from '../../../libs/topology/src/model.js';
import { SqsQueue, SqsQueuePolicy, SqsQueueRedriveAllowPolicy } from '../lib/aws.js';
import { Construct, Fn } from '../lib/cdk.js';
import { resourcePolicy, whenEquals } from './policy.js';

export interface QueueProps {
  readonly queue: Queue;
  readonly name: string;
  /** ARN of a key of one's own; without one SQS encrypts with a key that it manages itself. */
  readonly keyArn: string | undefined;
  /** ARN of the queue that takes its dead letters. */
  readonly deadLettersArn: string | undefined;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export class QueueConstruct extends Construct {
  readonly resource: SqsQueue;
  /** What a subscription has to wait for. */
  senders: SqsQueuePolicy | undefined;

  constructor(scope: Construct, id: string, { queue, name, keyArn, deadLettersArn }: QueueProps) {
    super(scope, id);
    this.resource = new SqsQueue(this, 'queue', {
      name,
      ...(queue.fifo && { fifoQueue: true }),
      visibilityTimeoutSeconds: queue.visibilityTimeout,
      messageRetentionSeconds: queue.retention,
      ...(queue.encryption && (keyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: keyArn })),
      ...(queue.deadLetters && {
        redrivePolicy: Fn.jsonencode({
          deadLetterTargetArn: deadLettersArn,
          maxReceiveCount: queue.deadLetters.maxReceives,
        }),
      }),
    });
  }

  get arn(): string {
    return this.resource.arn;
  }

  get url(): string {
    return this.resource.url;
  }

  /** Lets these queues and no others send their dead letters here. */
  takesDeadLettersOf(sources: readonly QueueConstruct[]): void {
    new SqsQueueRedriveAllowPolicy(this, 'sources', {
      queueUrl: this.resource.id,
      redriveAllowPolicy: Fn.jsonencode({
        redrivePermission: 'byQueue',
        sourceQueueArns: sources.map(({ arn }) => arn),
      }),
    });
  }

  /** Lets these topics deliver to it; once, since a queue has one policy. */
  takesMessagesOf(topicArns: readonly string[]): void {
    this.senders = new SqsQueuePolicy(this, 'policy', {
      queueUrl: this.resource.url,
      policy: resourcePolicy(this, 'senders', [
        {
          principal: { service: 'sns.amazonaws.com' },
          actions: ['sqs:SendMessage'],
          resources: [this.resource.arn],
          conditions: [whenEquals('aws:SourceArn', ...topicArns)],
        },
      ]),
    });
  }
}
