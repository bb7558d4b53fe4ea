import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, queue } from '../../../libs/topology/src/construct.js';
import { consumer } from '../../../libs/topology/src/queue-consumer.js';
import { functionIn, KEY, queueIn } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { QueueConsumerConstruct } from './queue-consumer.js';

const lambda = handlerFunction('worker', { entry: 'worker', memory: 256, timeout: 20 });

describe('a function on AWS', () => {
  it('runs on ARM with the declared memory and time, traced, with its variables', () => {
    const { one } = synthesized((scope) => void functionIn(scope, lambda, { reservedConcurrency: 7 }));
    expect(one('aws_lambda_function')).toMatchObject({
      function_name: 'x-dev-worker',
      architectures: ['arm64'],
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      filename: 'worker.zip',
      source_code_hash: 'abc',
      memory_size: 256,
      timeout: 20,
      environment: { variables: { A: '1' } },
      tracing_config: { mode: 'Active' },
      logging_config: { log_format: 'JSON', log_group: expect.stringContaining('worker_logs') },
      reserved_concurrent_executions: 7,
    });
    expect(one('aws_cloudwatch_log_group')).toMatchObject({ name: '/aws/lambda/x-dev-worker', retention_in_days: 30 });
  });

  it('is logged at the level that its own logger is told, which Lambda’s setting would override', () => {
    const { one } = synthesized((scope) => void functionIn(scope, lambda, { logLevel: 'WARN' }));
    expect(one('aws_lambda_function').logging_config).toMatchObject({ application_log_level: 'WARN' });
  });

  it('may write its own log and traces, what it is granted, and nothing else', () => {
    const granted = { actions: ['sqs:SendMessage'], resources: ['arn:queue'] };
    const { statements } = synthesized((scope) => void functionIn(scope, lambda, { statements: [granted] }));
    expect(statements.filter(({ principals }) => principals === undefined)).toEqual([
      granted,
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [expect.stringMatching(/\.arn}:\*$/)] },
      { actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] },
    ]);
    expect(statements.filter(({ principals }) => principals !== undefined)).toMatchObject([
      { actions: ['sts:AssumeRole'], principals: [{ type: 'Service', identifiers: ['lambda.amazonaws.com'] }] },
    ]);
  });

  it('encrypts its variables and log with the stage’s key, which it may use through Lambda alone', () => {
    const { one, statements } = synthesized((scope) => void functionIn(scope, lambda, { keyArn: KEY }));
    expect(one('aws_lambda_function')).toMatchObject({ kms_key_arn: KEY });
    expect(one('aws_cloudwatch_log_group')).toMatchObject({ kms_key_id: KEY });
    expect(statements).toContainEqual({
      actions: ['kms:Decrypt'],
      resources: [KEY],
      condition: [{ test: 'StringEquals', variable: 'kms:ViaService', values: ['lambda.eu-west-1.amazonaws.com'] }],
    });
  });

  it('waits for its role’s rights', () => {
    const { one } = synthesized((scope) => void functionIn(scope, lambda));
    expect(one('aws_lambda_function').depends_on).toEqual([expect.stringMatching(/^aws_iam_role_policy\./)]);
  });
});

describe('a queue’s consumer on AWS', () => {
  const mapping = (name: string, options: object): Record<string, unknown> =>
    synthesized((scope) => {
      const source = queue(name, { deadLetters: { queue: queue(name.replace('work', 'dead')) } });
      new QueueConsumerConstruct(scope, 'consumer', {
        consumer: consumer(source, lambda, options),
        queue: queueIn(scope, source),
        target: functionIn(scope, lambda),
      });
    }).one('aws_lambda_event_source_mapping');

  it('takes batches as declared and reports failures one by one', () => {
    expect(mapping('work', { batch: 50, window: 5, maxConcurrency: 3 })).toMatchObject({
      batch_size: 50,
      maximum_batching_window_in_seconds: 5,
      function_response_types: ['ReportBatchItemFailures'],
      scaling_config: { maximum_concurrency: 3 },
    });
  });

  it('gives a FIFO queue no window, which Lambda would refuse', () => {
    expect(mapping('work.fifo', {})).not.toHaveProperty('maximum_batching_window_in_seconds');
  });
});
