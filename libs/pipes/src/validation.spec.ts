/** What is refused when a pipe is made: each line names field, value and rule. */
import { describe, it } from 'node:test';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { lambdaEnrichment } from './lambda-enrichment.js';
import { lambdaTarget } from './lambda-target.js';
import { type PipeOptions, type PipeSource } from './pipe-options.js';
import { PipeStartError, startPipe } from './pipe.js';
import { PipeValidationError } from './refusal.js';
import { deadLetters, FUNCTION_ARN } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN } from '../test/scripted-stream.js';

const client = new DynamoDBStreamsClient({ region: 'us-east-1' });
const target = lambdaTarget({ arn: FUNCTION_ARN, invoke: () => Promise.reject(new Error('never called')) });

const options = (change: object = {}, source: object = {}): PipeOptions => ({
  name: 'orders',
  target,
  checkpoints: memoryCheckpoints(),
  source: { streamArn: SCRIPTED_ARN, client, startingPosition: 'TRIM_HORIZON', ...(source as Partial<PipeSource>) },
  ...change,
});

const STREAM = 'SourceParameters.DynamoDBStreamParameters.';
const refused: readonly (readonly [title: string, options: PipeOptions, field: string, rule: string])[] = [
  ['a name with a blank', options({ name: 'my pipe' }), 'Name', '1 to 64 characters'],
  ['a name of 65 characters', options({ name: 'x'.repeat(65) }), 'Name', '1 to 64 characters'],
  [
    'AT_TIMESTAMP',
    options({}, { startingPosition: 'AT_TIMESTAMP' }),
    `${STREAM}StartingPosition`,
    'TRIM_HORIZON or LATEST',
  ],
  ['batch size 0', options({}, { batchSize: 0 }), `${STREAM}BatchSize`, 'from 1 to 10000'],
  ['batch size 1.5', options({}, { batchSize: 1.5 }), `${STREAM}BatchSize`, 'a whole number'],
  [
    'a batch size above the maximum of the target',
    options({ target: { ...target, maxBatchSize: 10 } }, { batchSize: 11 }),
    `${STREAM}BatchSize`,
    'the target takes at most 10 records a batch',
  ],
  [
    'a window of 301 seconds',
    options({}, { maximumBatchingWindowInSeconds: 301 }),
    `${STREAM}MaximumBatchingWindowInSeconds`,
    'from 0 to 300',
  ],
  ['-2 retries', options({}, { maximumRetryAttempts: -2 }), `${STREAM}MaximumRetryAttempts`, 'from -1 to 10000'],
  [
    'an age of 59 seconds',
    options({}, { maximumRecordAgeInSeconds: 59 }),
    `${STREAM}MaximumRecordAgeInSeconds`,
    'from 60 to 604800, or -1',
  ],
  [
    'ParallelizationFactor 11, as AWS does',
    options({}, { parallelizationFactor: 11 }),
    `${STREAM}ParallelizationFactor`,
    'from 1 to 10',
  ],
  [
    'an unknown OnPartialBatchItemFailure',
    options({}, { onPartialBatchItemFailure: 'BISECT' }),
    `${STREAM}OnPartialBatchItemFailure`,
    'AUTOMATIC_BISECT or absent',
  ],
  [
    'a dead-letter target that is a function',
    options({}, { deadLetter: { ...deadLetters(), arn: FUNCTION_ARN } }),
    `${STREAM}DeadLetterConfig.Arn`,
    'SQS queue or an SNS topic',
  ],
  [
    'a Kinesis target, by its name',
    options({ target: { ...target, arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/clicks' } }),
    'Target',
    'Kinesis stream is not emulated as target',
  ],
  [
    'a target of another kind than its ARN',
    options({ target: { ...target, arn: 'arn:aws:sqs:us-east-1:000000000000:queue' } }),
    'Target',
    'its kind is sqs, not lambda',
  ],
  [
    'a state machine as enrichment, by its name',
    options({
      enrichment: {
        ...lambdaEnrichment({ arn: FUNCTION_ARN, invoke: () => Promise.reject(new Error('never called')) }),
        arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:flow',
      },
    }),
    'Enrichment',
    'Step Functions state machine is not emulated as enrichment',
  ],
  [
    'a parameter of a stage that is not read',
    options({ targetParameters: { inputTemplate: '{}', kinesisStreamParameters: {} } }),
    'TargetParameters.kinesisStreamParameters',
    'it is not emulated',
  ],
  [
    'an option that is not read',
    options({ roleArn: 'arn:aws:iam::000000000000:role/pipe' }),
    'roleArn',
    'it is not emulated',
  ],
  [
    'an unknown log level',
    options({ logLevel: 'DEBUG' }),
    'LogConfiguration.Level',
    'it must be one of OFF, ERROR, INFO, TRACE',
  ],
  [
    'a filter of 4,097 characters',
    options({ filters: [`{"a":["${'x'.repeat(4_087)}"]}`] }),
    'SourceParameters.FilterCriteria.Filters',
    'filter 1 has 4097 characters, a pipe takes at most 4096',
  ],
];

describe('a pipe is refused', () => {
  for (const [title, given, field, rule] of refused) {
    it(`for ${title}`, async () => {
      const starting = startPipe(given);
      await expect(starting).rejects.toBeInstanceOf(PipeValidationError);
      await expect(starting).rejects.toMatchObject({
        name: 'ValidationException',
        field,
        rule: expect.stringContaining(rule),
        message: expect.stringContaining(field),
      });
    });
  }

  it('with the reason why its stream cannot be reached', async () => {
    const unreachable = new DynamoDBStreamsClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const starting = startPipe(options({}, { client: unreachable }));
    await expect(starting).rejects.toBeInstanceOf(PipeStartError);
    await expect(starting).rejects.toMatchObject({
      state: 'CREATE_FAILED',
      stateReason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
