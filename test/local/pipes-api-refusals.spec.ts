/** What the Pipes API refuses on the local endpoint, and how it says so. */
import { after, before, describe, it } from 'node:test';
import type * as Pipes from '@aws-sdk/client-pipes';
import { expect } from 'expect';
import { arnOf, failure, HandMadePipes } from '../fixtures/hand-made-pipes.js';

describe('CreatePipe', () => {
  const local = new HandMadePipes();
  before(() => local.start());
  after(() => local.stop());

  const dynamo = { StartingPosition: 'LATEST' } as const;
  const refused: readonly (readonly [string, Partial<Pipes.CreatePipeCommandInput>, RegExp])[] = [
    [
      'a batch over SNS’s limit',
      { Target: arnOf('sns', 't'), SourceParameters: { DynamoDBStreamParameters: { ...dynamo, BatchSize: 11 } } },
      /BatchSize: 11 .*10/,
    ],
    [
      'a pattern that is none',
      {
        SourceParameters: { DynamoDBStreamParameters: dynamo, FilterCriteria: { Filters: [{ Pattern: '{"a": 1}' }] } },
      },
      /FilterCriteria.*"a" must be an object or an array/,
    ],
    [
      'a function that is not there',
      { Target: arnOf('lambda', 'function:nobody') },
      /Target: .*nobody.* no such function/,
    ],
    ['a target that is not emulated', { Target: arnOf('states', 'stateMachine:s') }, /Target: .*Step Functions/],
    ['an event bus', { Target: arnOf('events', 'event-bus/default') }, /Target: .*event buses are not emulated/],
    [
      'parameters of another source',
      { SourceParameters: { SqsQueueParameters: { BatchSize: 1 }, DynamoDBStreamParameters: dynamo } },
      /SourceParameters\.SqsQueueParameters: .*not emulated/,
    ],
    ['a source that is no DynamoDB stream', { Source: arnOf('sqs', 'inbox') }, /Source: .*ARN of a DynamoDB stream/],
    ['a role that is none', { RoleArn: 'admin' }, /RoleArn: "admin" .*ARN of a role/],
    ['a wrong name', { Name: 'with%20space' }, /Name: .*1 to 64 characters/],
    [
      'a dead-letter queue that is not there',
      {
        SourceParameters: {
          DynamoDBStreamParameters: { ...dynamo, DeadLetterConfig: { Arn: arnOf('sqs', 'nothing') } },
        },
      },
      /DeadLetterConfig\.Arn: .*nothing.* no such queue/,
    ],
    ['a topic that is not there', { Target: arnOf('sns', 'nothing') }, /Target: .*nothing.* no such topic/],
    [
      'parameters of another target',
      { TargetParameters: { SqsQueueParameters: { MessageGroupId: 'g' } } },
      /TargetParameters\.SqsQueueParameters: .*does not belong/,
    ],
    [
      'a FIFO queue for dead letters',
      {
        SourceParameters: {
          DynamoDBStreamParameters: { ...dynamo, DeadLetterConfig: { Arn: arnOf('sqs', 'dead.fifo') } },
        },
      },
      /DeadLetterConfig\.Arn.*FIFO/,
    ],
  ];
  for (const [what, more, message] of refused)
    it(`refuses ${what} with field, value and rule`, async () => {
      expect(await failure(local.create('refused', more))).toEqual({
        name: 'ValidationException',
        message: expect.stringMatching(message) as unknown,
        status: 400,
      });
    });
});
