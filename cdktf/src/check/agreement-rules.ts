/** What the attributes of one resource must agree on. */
import {
  between,
  isExpression,
  isRecord,
  like,
  oneOf,
  valueAt,
  valuesAt,
  type CheckedResource,
  type ResourceRule,
  type Test,
} from './rule.js';

const QUEUE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html';
const ALARM = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html';

export const agreementRules: readonly ResourceRule[] = [
  { type: 'aws_cloudwatch_metric_alarm', test: oneStatistic, source: ALARM },
  { type: 'aws_cloudwatch_metric_alarm', test: alarmRange, source: ALARM },
  {
    type: 'aws_cloudwatch_log_metric_filter',
    test: ({ values }) =>
      isSet(valueAt(values, 'metric_transformation.default_value')) &&
      Object.keys(record(valueAt(values, 'metric_transformation.dimensions'))).length > 0
        ? 'a default value and dimensions exclude each other'
        : undefined,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html',
  },
  {
    type: 'aws_dynamodb_table',
    test: keysAndAttributes,
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html',
  },
  {
    type: 'aws_dynamodb_table',
    test: ({ values }) =>
      isSet(values.stream_view_type) === (values.stream_enabled === true)
        ? undefined
        : 'a stream has a view type, and nothing else has',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html',
  },
  {
    type: 'aws_lambda_event_source_mapping',
    test: ({ values }) =>
      Number(valueAt(values, 'batch_size')) > 10 && !(Number(values.maximum_batching_window_in_seconds) >= 1)
        ? 'more than 10 messages a batch want a window of a second at least'
        : undefined,
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html',
  },
  {
    type: 'aws_lambda_permission',
    test: ({ values }) =>
      isSet(values.source_arn) || isSet(values.source_account)
        ? undefined
        : 'without a source, whoever uses the service may call the function',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html',
  },
  {
    type: 'aws_sqs_queue',
    test: ({ values }) =>
      isSet(values.kms_master_key_id) && values.sqs_managed_sse_enabled === true
        ? 'a key of KMS and one of SQS exclude each other'
        : undefined,
    source: QUEUE,
  },
  { type: 'aws_sqs_queue', test: fifoName, source: QUEUE },
  { type: 'aws_sqs_queue', test: redrive, source: QUEUE },
  {
    type: 'aws_wafv2_web_acl',
    test: firewallRules,
    source: 'https://docs.aws.amazon.com/waf/latest/APIReference/API_Statement.html',
  },
];

const STATEMENTS: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  // https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
  managed_rule_group_statement: {
    name: like(/^AWSManagedRules[A-Z]\w+$/, 'a rule group of AWS'),
    vendor_name: oneOf(['AWS']),
  },
  // https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
  rate_based_statement: {
    aggregate_key_type: oneOf(['IP', 'FORWARDED_IP', 'CUSTOM_KEYS', 'CONSTANT']),
    limit: between(10, 2_000_000_000),
  },
};

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

function oneStatistic({ values }: CheckedResource): string | undefined {
  const { statistic, extended_statistic: extended, metric_query: query } = values;
  const given = [statistic, extended, Array.isArray(query) && query.length === 0 ? undefined : query].filter(isSet);
  if (given.length !== 1) return 'it wants exactly one of statistic, extended statistic and metric queries';
  return isSet(extended) && !/^(?:p(?:100|\d{1,2}(?:\.\d{1,10})?)|IQM|(?:TM|WM|PR|TC|TS)\(.*\))$/.test(String(extended))
    ? `${String(extended)} is no extended statistic`
    : undefined;
}

/** A week for periods of an hour and more, else a day. */
function alarmRange({ values }: CheckedResource): string | undefined {
  const [period, evaluated] = [Number(values.period), Number(values.evaluation_periods)];
  const points = values.datapoints_to_alarm;
  if (isSet(points) && Number(points) > evaluated)
    return `${Number(points)} points of ${evaluated} periods cannot breach`;
  const longest = period >= 3600 ? 604_800 : 86_400;
  return period * evaluated > longest ? `it looks back ${period * evaluated} s, AWS allows ${longest}` : undefined;
}

/** DynamoDB refuses a key without its attribute, and an attribute that is no key. */
function keysAndAttributes({ values }: CheckedResource): string | undefined {
  const keys = ['', 'global_secondary_index.', 'local_secondary_index.'].flatMap((prefix) =>
    [`${prefix}hash_key`, `${prefix}range_key`].flatMap((path) => valuesAt(values, path)),
  );
  const attributes = valuesAt(values, 'attribute.name');
  const missing = keys.filter((key) => !attributes.includes(key));
  const idle = attributes.filter((attribute) => !keys.includes(attribute));
  if (missing.length > 0) return `${missing.join(', ')} is a key and no attribute`;
  return idle.length > 0 ? `${idle.join(', ')} is an attribute and no key` : undefined;
}

function fifoName({ values }: CheckedResource): string | undefined {
  if (isExpression(values.name)) return undefined;
  const fifo = values.fifo_queue === true;
  if (String(values.name).endsWith('.fifo') !== fifo)
    return 'a FIFO queue’s name ends in .fifo, and no other queue’s does';
  return values.content_based_deduplication === true && !fifo ? 'only a FIFO queue deduplicates' : undefined;
}

function redrive({ values }: CheckedResource): string | undefined {
  if (typeof values.redrive_policy !== 'string' || isExpression(values.redrive_policy)) return undefined;
  const policy = record(JSON.parse(values.redrive_policy));
  const receives = Number(policy.maxReceiveCount);
  if (!(Number.isInteger(receives) && receives >= 1 && receives <= 1000))
    return 'it gives up after 1 to 1,000 receives';
  return String(policy.deadLetterTargetArn).endsWith('.fifo') === (values.fifo_queue === true)
    ? undefined
    : 'a FIFO queue’s dead letters go to a FIFO queue, and no other queue’s do';
}

/** The provider's generated type takes anything for a statement. */
function firewallRules({ values }: CheckedResource): string | undefined {
  for (const rule of valuesAt(values, 'rule')) {
    const name = String(valueAt(rule, 'name'));
    const [statement, ...others] = Object.entries(record(valueAt(rule, 'statement'))).filter(
      ([, each]) => isSet(each) && !(Array.isArray(each) && each.length === 0),
    );
    if (statement === undefined || others.length > 0) return `${name} wants exactly one statement`;
    const [kind, of] = statement;
    const attributes = STATEMENTS[kind];
    if (attributes === undefined) return `${name}: ${kind} is no statement that is used here`;
    for (const [attribute, test] of Object.entries(attributes)) {
      const problem = test(valueAt(of, attribute));
      if (problem !== undefined) return `${name}: ${attribute} ${problem}`;
    }
  }
  return undefined;
}
