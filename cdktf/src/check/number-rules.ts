/** Which numbers AWS takes. */
import { RETENTIONS } from '../config/deploy-config.js';
import { between, oneOf, type AttributeRule } from './rule.js';

const MAPPING = 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html';
const FUNCTION = 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html';
const QUEUE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html';
const PIPE =
  'https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html';
const ALARM = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html';
const RETENTION = 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html';
const POOL = 'https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html';

/** Terraform's 0 keeps logs for ever. */
const DAYS = [0, ...RETENTIONS];

const stream = (attribute: string): string => `source_parameters.dynamodb_stream_parameters.${attribute}`;

export const numberRules: readonly AttributeRule[] = [
  { type: 'aws_cloudwatch_log_group', at: 'retention_in_days', test: oneOf(DAYS), source: RETENTION },
  { type: 'aws_cloudwatch_metric_alarm', at: 'evaluation_periods', test: between(1, 10_080), source: ALARM },
  { type: 'aws_cloudwatch_metric_alarm', at: 'period', test: alarmPeriod, source: ALARM },
  { type: 'aws_cognito_user_pool', at: 'password_policy.minimum_length', test: between(6, 99), source: POOL },
  {
    type: 'aws_kms_key',
    at: 'deletion_window_in_days',
    test: between(7, 30),
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html',
  },
  { type: 'aws_lambda_event_source_mapping', at: 'batch_size', test: between(1, 10_000), source: MAPPING },
  {
    type: 'aws_lambda_event_source_mapping',
    at: 'maximum_batching_window_in_seconds',
    test: between(0, 300),
    source: MAPPING,
  },
  {
    type: 'aws_lambda_event_source_mapping',
    at: 'scaling_config.maximum_concurrency',
    test: between(2, 1000),
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html',
  },
  { type: 'aws_lambda_function', at: 'ephemeral_storage.size', test: between(512, 10_240), source: FUNCTION },
  { type: 'aws_lambda_function', at: 'memory_size', test: between(128, 10_240), source: FUNCTION },
  { type: 'aws_lambda_function', at: 'timeout', test: between(1, 900), source: FUNCTION },
  { type: 'aws_pipes_pipe', at: stream('batch_size'), test: between(1, 10_000), source: PIPE },
  { type: 'aws_pipes_pipe', at: stream('maximum_batching_window_in_seconds'), test: between(0, 300), source: PIPE },
  { type: 'aws_pipes_pipe', at: stream('maximum_record_age_in_seconds'), test: between(60, 604_800, -1), source: PIPE },
  { type: 'aws_pipes_pipe', at: stream('maximum_retry_attempts'), test: between(-1, 10_000), source: PIPE },
  { type: 'aws_pipes_pipe', at: stream('parallelization_factor'), test: between(1, 10), source: PIPE },
  { type: 'aws_sqs_queue', at: 'delay_seconds', test: between(0, 900), source: QUEUE },
  { type: 'aws_sqs_queue', at: 'kms_data_key_reuse_period_seconds', test: between(60, 86_400), source: QUEUE },
  { type: 'aws_sqs_queue', at: 'max_message_size', test: between(1024, 1_048_576), source: QUEUE },
  { type: 'aws_sqs_queue', at: 'message_retention_seconds', test: between(60, 1_209_600), source: QUEUE },
  { type: 'aws_sqs_queue', at: 'receive_wait_time_seconds', test: between(0, 20), source: QUEUE },
  { type: 'aws_sqs_queue', at: 'visibility_timeout_seconds', test: between(0, 43_200), source: QUEUE },
];

function alarmPeriod(value: unknown): string | undefined {
  const period = Number(value);
  return [10, 20, 30].includes(period) || (period > 0 && period % 60 === 0)
    ? undefined
    : `${period} s is neither 10, 20 or 30 nor a number of whole minutes`;
}
