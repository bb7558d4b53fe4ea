import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, queue, singleTable } from '../../../libs/topology/src/construct.js';
import { newItem, pipe, type PipeOptions } from '../../../libs/topology/src/pipe.js';
import { functionIn, KEY, place, tableIn } from '../../test/fixtures/constructs.js';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { PipeConstruct } from './pipe.js';

const target = handlerFunction('worker', { entry: 'worker' });
const source = singleTable('data', { stream: 'NEW_AND_OLD_IMAGES' });

const pipeWith = (options: Partial<PipeOptions>, keyArn?: string): Synthesized =>
  synthesized((scope) => {
    const declared = pipe('flow', { source, target, ...options });
    new PipeConstruct(scope, 'pipe', {
      ...{ pipe: declared, name: 'x-dev-flow', ...place(keyArn), logRetention: 30 },
      source: tableIn(scope),
      target: functionIn(scope, target),
      deadLetters: declared.deadLetters && { kind: declared.deadLetters.kind, arn: 'arn:dead' },
    });
  });

const rights = ({ statements }: Synthesized): string[] =>
  statements.filter(({ principals }) => principals === undefined).flatMap(({ actions }) => actions);

describe('a pipe on AWS', () => {
  it('reads and retries as declared, and its patterns are the declared ones', () => {
    const filter = [newItem('#ORDER#')];
    const declared = { filter, batch: 7, window: 2, retries: 3, maxAge: 600, onPartialFailure: 'bisect' } as const;
    const { one } = pipeWith({ ...declared, deadLetters: queue('dead'), parallelizationFactor: 2, logLevel: 'INFO' });
    expect(one('aws_pipes_pipe')).toMatchObject({
      name: 'x-dev-flow',
      desired_state: 'RUNNING',
      source_parameters: {
        filter_criteria: { filter: filter.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
        dynamodb_stream_parameters: {
          starting_position: 'TRIM_HORIZON',
          batch_size: 7,
          maximum_batching_window_in_seconds: 2,
          maximum_retry_attempts: 3,
          maximum_record_age_in_seconds: 600,
          on_partial_batch_item_failure: 'AUTOMATIC_BISECT',
          parallelization_factor: 2,
          dead_letter_config: { arn: 'arn:dead' },
        },
      },
      target_parameters: { lambda_function_parameters: { invocation_type: 'REQUEST_RESPONSE' } },
      log_configuration: { level: 'INFO' },
      depends_on: [expect.stringMatching(/^aws_iam_role_policy\./), expect.stringMatching(/^aws_lambda_function\./)],
    });
  });

  it('has no filter and no dead letters that were not declared, and still does not retry for ever', () => {
    const { source_parameters } = pipeWith({}).one('aws_pipes_pipe') as { source_parameters: Record<string, object> };
    expect(source_parameters).not.toHaveProperty('filter_criteria');
    expect(source_parameters.dynamodb_stream_parameters).toMatchObject({ maximum_retry_attempts: 5 });
    expect(source_parameters.dynamodb_stream_parameters).not.toHaveProperty('dead_letter_config');
  });

  it('may read its stream, call its target and fill its dead letters', () => {
    const own = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
    const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
      (each) => `dynamodb:${each}`,
    );
    expect(rights(pipeWith({})).filter((action) => !own.includes(action))).toEqual([
      ...stream,
      'lambda:InvokeFunction',
    ]);
    expect(rights(pipeWith({ deadLetters: queue('dead') }))).toContain('sqs:SendMessage');
    expect(rights(pipeWith({ deadLetters: queue('dead') }, KEY))).toContain('kms:GenerateDataKey');
  });

  it('takes its role on for this one pipe of this account', () => {
    expect(pipeWith({}).statements).toContainEqual({
      actions: ['sts:AssumeRole'],
      principals: [{ type: 'Service', identifiers: ['pipes.amazonaws.com'] }],
      condition: [
        { test: 'StringEquals', variable: 'aws:SourceAccount', values: ['123456789012'] },
        {
          test: 'StringEquals',
          variable: 'aws:SourceArn',
          values: ['arn:aws:pipes:eu-west-1:123456789012:pipe/x-dev-flow'],
        },
      ],
    });
  });
});
