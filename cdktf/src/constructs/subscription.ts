/** A topic's messages delivered to a queue. */
import { type Subscription } from '../../../libs/topology/src/model.js';
import { SnsTopicSubscription } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { type QueueConstruct } from './queue.js';
import { type TopicConstruct } from './topic.js';

export interface SubscriptionProps {
  readonly subscription: Subscription;
  readonly topic: TopicConstruct;
  /** Its policy lets the topic deliver. */
  readonly queue: QueueConstruct;
}

export class SubscriptionConstruct extends Construct {
  constructor(scope: Construct, id: string, { subscription, topic, queue }: SubscriptionProps) {
    super(scope, id);
    new SnsTopicSubscription(this, 'subscription', {
      topicArn: topic.arn,
      protocol: 'sqs',
      endpoint: queue.arn,
      rawMessageDelivery: subscription.raw,
      ...(queue.senders && { dependsOn: [queue.senders] }),
    });
  }
}
