/** A declared topic as an SNS topic. */
import { type Topic } from '../../../libs/topology/src/model.js';
import { SnsTopic, SnsTopicPolicy, SnsTopicSubscription } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { resourcePolicy, whenEquals, whenLike, type PrincipalStatement } from './policy.js';

export interface TopicProps {
  readonly topic: Topic;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** ARN of a key of one's own; without one the topic takes the key that AWS keeps for SNS, free of charge. */
  readonly keyArn: string | undefined;
  /** Whether alarms publish to it. CloudWatch cannot use AWS's own key for SNS. */
  readonly takesAlarms: boolean;
  /** Told of each message, after a confirmation. */
  readonly email: string | undefined;
}

/** What the account's own policies may give rights to. */
const OF_ACCOUNT = ['GetTopicAttributes', 'ListSubscriptionsByTopic', 'Publish', 'SetTopicAttributes', 'Subscribe'].map(
  (action) => `sns:${action}`,
);

/** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
export class TopicConstruct extends Construct {
  readonly resource: SnsTopic;

  constructor(scope: Construct, id: string, props: TopicProps) {
    super(scope, id);
    const { topic, name, account, region, keyArn } = props;
    this.resource = new SnsTopic(this, 'topic', {
      name,
      ...(topic.encryption && { kmsMasterKeyId: keyArn ?? 'alias/aws/sns' }),
    });
    // In the place of SNS's own, which lets in anybody who acts for the topic's owner.
    new SnsTopicPolicy(this, 'policy', {
      arn: this.resource.arn,
      policy: resourcePolicy(this, 'publishers', [
        { principal: { account }, actions: OF_ACCOUNT, resources: [this.resource.arn] },
        ...(props.takesAlarms ? [publishing(this.resource.arn, account, region)] : []),
      ]),
    });
    if (props.email !== undefined)
      new SnsTopicSubscription(this, 'email', {
        topicArn: this.resource.arn,
        protocol: 'email',
        endpoint: props.email,
      });
  }

  get arn(): string {
    return this.resource.arn;
  }
}

const publishing = (topicArn: string, account: string, region: string): PrincipalStatement => ({
  principal: { service: 'cloudwatch.amazonaws.com' },
  actions: ['sns:Publish'],
  resources: [topicArn],
  conditions: [
    whenEquals('aws:SourceAccount', account),
    whenLike('aws:SourceArn', `arn:aws:cloudwatch:${region}:${account}:alarm:*`),
  ],
});
