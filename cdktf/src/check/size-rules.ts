/** How large documents may be, and what must be whole in itself. */
import {
  isExpression,
  isRecord,
  valuesAt,
  type AttributeRule,
  type CheckedResource,
  type Finding,
  type Test,
} from './rule.js';

const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';
const VARIABLES = 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html';

/** White space is not counted by IAM. */
const policy =
  (most: number): Test =>
  (value) => {
    const { length } = String(value).replace(/\s/g, '');
    return length <= most ? undefined : `the document has ${length} characters, AWS takes ${most}`;
  };

const bytes =
  (most: number): Test =>
  (value) => {
    const size = Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
    return size <= most ? undefined : `it takes ${size} bytes, AWS takes ${most}`;
  };

/** Variables that Lambda sets itself, beside all of `AWS_`. */
const RESERVED = ['_HANDLER', '_X_AMZN_TRACE_ID', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR', 'TZ'];

export const sizeRules: readonly AttributeRule[] = [
  {
    type: 'aws_cloudwatch_dashboard',
    at: 'dashboard_body',
    test: isJson,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html',
  },
  {
    type: 'aws_cloudwatch_log_metric_filter',
    at: 'pattern',
    test: bytes(1024),
    source: 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html',
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    at: 'alarm_description',
    test: bytes(1024),
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
  },
  { type: 'aws_iam_policy', at: 'policy', test: policy(6144), source: IAM },
  { type: 'aws_iam_role', at: 'assume_role_policy', test: policy(2048), source: IAM },
  {
    type: 'aws_kms_key',
    at: 'policy',
    test: bytes(32_768),
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
  },
  { type: 'aws_lambda_function', at: 'environment.variables', test: variables, source: VARIABLES },
  {
    type: 'aws_pipes_pipe',
    at: 'source_parameters.filter_criteria.filter.pattern',
    test: (value) => isJson(value) ?? bytes(4096)(value),
    source: 'https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_Filter.html',
  },
  {
    type: 'aws_s3_bucket_policy',
    at: 'policy',
    test: bytes(20_480),
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html',
  },
  {
    type: 'aws_sns_topic_policy',
    at: 'policy',
    test: bytes(30_720),
    source: 'https://docs.aws.amazon.com/general/latest/gr/sns.html',
  },
];

/** What the resources of a role, a function or a pipe may be together. */
export function sumFindings(resources: readonly CheckedResource[]): Finding[] {
  return [
    ...sums(resources, 'aws_iam_role_policy', 'role', 10_240, IAM, ({ policy: document }) =>
      String(document).replace(/\s/g, ''),
    ),
    // The function's own policy holds a statement of about this form for each permission.
    ...sums(resources, 'aws_lambda_permission', 'function_name', 20_480, LAMBDA, (values) =>
      JSON.stringify([
        values.statement_id,
        values.principal,
        values.action,
        values.function_name,
        values.source_arn,
        ''.padEnd(160),
      ]),
    ),
    ...resources.flatMap(({ type, name, values }) => {
      const filters =
        type === 'aws_pipes_pipe' ? valuesAt(values, 'source_parameters.filter_criteria.filter').length : 0;
      return filters <= 5
        ? []
        : [
            {
              at: `${type}.${name}.source_parameters.filter_criteria`,
              problem: `it has ${filters} filters, AWS takes 5`,
              source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html',
            },
          ];
    }),
  ];
}

function sums(
  resources: readonly CheckedResource[],
  type: string,
  of: string,
  most: number,
  source: string,
  text: (values: CheckedResource['values']) => string,
): Finding[] {
  const lengths = new Map<string, number>();
  for (const { values } of resources.filter((resource) => resource.type === type))
    lengths.set(String(values[of]), (lengths.get(String(values[of])) ?? 0) + text(values).length);
  return [...lengths]
    .filter(([, length]) => length > most)
    .map(([owner, length]) => ({
      at: `${type} of ${owner}`,
      problem: `they have ${length} characters together, AWS takes ${most}`,
      source,
    }));
}

function variables(value: unknown): string | undefined {
  if (!isRecord(value)) return 'they are no map';
  for (const name of Object.keys(value)) {
    if (!/^[A-Za-z]\w+$/.test(name)) return `${name} is no name: two letters, digits or _ at least, a letter first`;
    if (/^AWS_/.test(name) || RESERVED.includes(name)) return `${name} is a name that Lambda keeps for itself`;
  }
  return bytes(4096)(value);
}

function isJson(value: unknown): string | undefined {
  if (isExpression(value)) return undefined;
  try {
    JSON.parse(String(value));
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return `it is no JSON: ${error.message}`;
    throw error;
  }
}
