/** What cannot be the target or the enrichment of a pipe here, and that it is said by name. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { enrichmentKindOf, targetKindOf } from './service-arn.js';

const arn = (rest: string): string => `arn:aws:${rest}`;

describe('the target of a pipe', () => {
  const emulated: readonly (readonly [arn: string, kind: string])[] = [
    ['lambda:us-east-1:000000000000:function:worker', 'lambda'],
    ['sns:us-east-1:000000000000:events', 'sns'],
    ['sqs:us-east-1:000000000000:queue.fifo', 'sqs'],
    ['events:us-east-1:000000000000:event-bus/default', 'event-bus'],
    ['logs:us-east-1:000000000000:log-group:/pipes/orders:*', 'cloudwatch-logs'],
  ];
  for (const [rest, kind] of emulated) it(`may be ${kind}`, () => expect(targetKindOf(arn(rest))).toBe(kind));

  const refused: readonly (readonly [arn: string, rule: string])[] = [
    ['states:us-east-1:000000000000:stateMachine:flow', 'Step Functions state machine is not emulated as target'],
    ['kinesis:us-east-1:000000000000:stream/clicks', 'Kinesis stream is not emulated as target'],
    ['firehose:us-east-1:000000000000:deliverystream/lake', 'Firehose delivery stream is not emulated as target'],
    ['ecs:us-east-1:000000000000:cluster/main', 'ECS task is not emulated as target'],
    ['batch:us-east-1:000000000000:job-queue/jobs', 'Batch job queue is not emulated as target'],
    ['redshift:us-east-1:000000000000:cluster:dwh', 'Redshift cluster is not emulated as target'],
    ['sagemaker:us-east-1:000000000000:pipeline/train', 'SageMaker AI Pipeline is not emulated as target'],
    [
      'inspector:us-east-1:000000000000:target/0-x/template/0-y',
      'Inspector assessment template is not emulated as target',
    ],
    [
      'timestream:us-east-1:000000000000:database/d/table/t',
      'Timestream for LiveAnalytics table is not emulated as target',
    ],
    ['events:us-east-1:000000000000:api-destination/shop/1', 'API destination is not emulated as target'],
    ['execute-api:us-east-1:000000000000:abc/prod/POST/orders', 'API Gateway REST API is not emulated as target'],
    ['sns:us-east-1:000000000000:events.fifo', 'an SNS FIFO topic cannot be the target of a pipe'],
    ['s3:::bucket', 'it must be the ARN of Lambda function, SNS topic, SQS queue'],
    ['', 'it must be the ARN of'],
  ];
  for (const [rest, rule] of refused) {
    it(`is refused: ${rest}`, () => {
      const refusal = {
        name: 'ValidationException',
        field: 'Target',
        value: arn(rest),
        rule: expect.stringContaining(rule),
      };
      expect(() => targetKindOf(arn(rest))).toThrow(expect.objectContaining(refusal));
    });
  }
});

describe('the enrichment of a pipe', () => {
  it('may be a function, an API destination or an API', () => {
    expect(enrichmentKindOf(arn('lambda:us-east-1:000000000000:function:f'))).toBe('lambda');
    expect(enrichmentKindOf(arn('events:us-east-1:000000000000:api-destination/shop/1'))).toBe('api-destination');
    expect(enrichmentKindOf(arn('execute-api:us-east-1:000000000000:abc/prod/POST/orders'))).toBe('api-gateway');
  });

  it('is refused by name when it is a state machine, and by rule when it is a queue', () => {
    expect(() => enrichmentKindOf(arn('states:us-east-1:000000000000:stateMachine:flow'))).toThrow(
      expect.objectContaining({
        field: 'Enrichment',
        rule: 'Step Functions state machine is not emulated as enrichment',
      }),
    );
    expect(() => enrichmentKindOf(arn('sqs:us-east-1:000000000000:queue'))).toThrow(
      expect.objectContaining({ field: 'Enrichment', rule: expect.stringContaining('it must be the ARN of') }),
    );
  });
});
