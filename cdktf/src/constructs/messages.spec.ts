import { describe, it } from 'node:test';
import { expect } from 'expect';
import { queue, topic } from '../../../libs/topology/src/construct.js';
import { ACCOUNT, KEY, queueIn, topicIn } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { SubscriptionConstruct } from './subscription.js';

describe('a queue on AWS', () => {
  it('has the declared times and gives its dead letters away', () => {
    const dead = queue('dead.fifo');
    const work = queue('work.fifo', {
      visibilityTimeout: 90,
      retention: 600,
      deadLetters: { queue: dead, maxReceives: 4 },
    });
    const { one } = synthesized((scope) => void queueIn(scope, work));
    expect(one('aws_sqs_queue')).toMatchObject({
      name: 'x-dev-work.fifo',
      fifo_queue: true,
      visibility_timeout_seconds: 90,
      message_retention_seconds: 600,
      redrive_policy: '${jsonencode({"deadLetterTargetArn" = "arn:dead", "maxReceiveCount" = 4})}',
    });
  });

  it('is encrypted with the stage’s key, or with one that SQS manages', () => {
    const own = synthesized((scope) => void queueIn(scope, queue('work'), KEY)).one('aws_sqs_queue');
    expect(own).toMatchObject({ kms_master_key_id: KEY });
    expect(own).not.toHaveProperty('sqs_managed_sse_enabled');
    const managed = synthesized((scope) => void queueIn(scope)).one('aws_sqs_queue');
    expect(managed).toMatchObject({ sqs_managed_sse_enabled: true });
    expect(managed).not.toHaveProperty('fifo_queue');
  });

  it('takes dead letters of its sources and of no other queue', () => {
    const { one } = synthesized((scope) => {
      const dead = queueIn(scope, queue('dead'));
      dead.takesDeadLettersOf([queueIn(scope, queue('work'))]);
    });
    expect(one('aws_sqs_queue_redrive_allow_policy').redrive_allow_policy).toMatch(
      /byQueue.*aws_sqs_queue\.work_queue/,
    );
  });

  it('takes messages of its topics alone', () => {
    const { statements } = synthesized((scope) => queueIn(scope).takesMessagesOf(['arn:one', 'arn:two']));
    expect(statements).toMatchObject([
      {
        actions: ['sqs:SendMessage'],
        principals: [{ type: 'Service', identifiers: ['sns.amazonaws.com'] }],
        condition: [{ test: 'StringEquals', variable: 'aws:SourceArn', values: ['arn:one', 'arn:two'] }],
      },
    ]);
  });
});

describe('a subscription on AWS', () => {
  it('delivers as declared, once the queue lets it', () => {
    const declared = topic('events').deliverTo(queue('work'), { raw: true });
    const { one } = synthesized((scope) => {
      const work = queueIn(scope);
      work.takesMessagesOf(['arn:events']);
      new SubscriptionConstruct(scope, 'sub', { subscription: declared, topic: topicIn(scope), queue: work });
    });
    expect(one('aws_sns_topic_subscription')).toMatchObject({
      protocol: 'sqs',
      raw_message_delivery: true,
      depends_on: [expect.stringMatching(/^aws_sqs_queue_policy\./)],
    });
  });
});

describe('a topic on AWS', () => {
  it('is encrypted by AWS’s key for SNS unless there is one of our own', () => {
    expect(synthesized((scope) => void topicIn(scope)).one('aws_sns_topic')).toMatchObject({
      name: 'x-dev-events',
      kms_master_key_id: 'alias/aws/sns',
    });
    const own = synthesized((scope) => void topicIn(scope, 'events', false, KEY));
    expect(own.one('aws_sns_topic')).toMatchObject({ kms_master_key_id: KEY });
  });

  it('lets the account’s alarms publish, and tells an address, where alarms go', () => {
    const { one, statements } = synthesized((scope) => void topicIn(scope, 'alarms', true, KEY));
    expect(one('aws_sns_topic_subscription')).toMatchObject({ protocol: 'email', endpoint: 'ops@example.org' });
    expect(statements.slice(1)).toMatchObject([
      {
        actions: ['sns:Publish'],
        principals: [{ identifiers: ['cloudwatch.amazonaws.com'] }],
        condition: [
          { variable: 'aws:SourceAccount', values: [ACCOUNT] },
          { test: 'ArnLike', variable: 'aws:SourceArn', values: [expect.stringContaining(':alarm:*')] },
        ],
      },
    ]);
  });

  it('leaves it else to the account’s own policies who publishes and subscribes', () => {
    const { one, statements } = synthesized((scope) => void topicIn(scope));
    expect(one('aws_sns_topic_policy').arn).toMatch(/aws_sns_topic\..*\.arn/);
    expect(statements).toMatchObject([
      {
        actions: expect.arrayContaining(['sns:Publish', 'sns:Subscribe']),
        principals: [{ type: 'AWS', identifiers: [`arn:aws:iam::${ACCOUNT}:root`] }],
      },
    ]);
    for (const { actions } of statements) expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});
