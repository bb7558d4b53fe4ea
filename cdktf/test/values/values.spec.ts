/** What AWS would refuse although Terraform lets it through: each rule on a wrong value, then all rules on the stacks. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { checkValues, resourcesOf, told } from '../../src/check/check-values.js';
import { isRecord, type CheckedResource } from '../../src/check/rule.js';
import { DEV, PROD, synthesize } from '../terraform/synthesis.js';
import { noTerraform, startProvider, Workspace } from '../terraform/terraform.js';
import { enumRules } from './enum-rules.js';
import { NO_ENUMERATION } from './spelled-out-rules.js';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:work';

/** A value that is well, and what makes it wrong: the type, the values, what is found. */
const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
  ['aws_api_gateway_resource', { path_part: 'a/b' }, /path_part: "a\/b" is not letters/],
  ['aws_api_gateway_method', { authorization: 'COGNITO' }, /"COGNITO" is none of "NONE"/],
  ['aws_cloudwatch_log_group', { retention_in_days: 100 }, /retention_in_days: 100 is none of/],
  ['aws_cloudwatch_log_group', { name: 'with space' }, /"with space" is not up to 512/],
  ['aws_cloudwatch_metric_alarm', { statistic: 'Sum', period: 45, evaluation_periods: 1 }, /45 s is neither/],
  [
    'aws_cloudwatch_metric_alarm',
    { statistic: 'Sum', extended_statistic: 'p95', period: 60, evaluation_periods: 1 },
    /exactly one of statistic/,
  ],
  [
    'aws_cloudwatch_metric_alarm',
    { extended_statistic: 'p101', period: 60, evaluation_periods: 1 },
    /p101 is no extended/,
  ],
  ['aws_cloudwatch_metric_alarm', { statistic: 'Sum', period: 60, evaluation_periods: 1441 }, /looks back 86460 s/],
  [
    'aws_cloudwatch_metric_alarm',
    { statistic: 'Sum', period: 60, evaluation_periods: 2, datapoints_to_alarm: 3 },
    /3 points of 2 periods/,
  ],
  [
    'aws_cloudwatch_metric_alarm',
    { statistic: 'Sum', period: 60, evaluation_periods: 1, comparison_operator: 'GreaterThan' },
    /"GreaterThan" is none of/,
  ],
  [
    'aws_cloudwatch_log_metric_filter',
    { metric_transformation: { default_value: '0', dimensions: { a: '$.b' } } },
    /exclude each other/,
  ],
  ['aws_acm_certificate', { domain_name: `${'a'.repeat(53)}.example.com` }, /is not a domain name of up to 64/],
  ['aws_acm_certificate', { domain_name: 'a-.-b.example.com' }, /neither begin nor end with a hyphen/],
  [
    'aws_cloudwatch_metric_alarm',
    { statistic: 'Sum', period: 60, evaluation_periods: 1, evaluate_low_sample_count_percentiles: 'never' },
    /"never" is none of "evaluate"/,
  ],
  ['aws_budgets_budget', { time_unit: 'WEEKLY' }, /"WEEKLY" is none of/],
  ['aws_budgets_budget', { notification: [{ threshold_type: 'PERCENT' }] }, /"PERCENT" is none of/],
  ['aws_codepipeline', { execution_mode: 'SERIAL' }, /"SERIAL" is none of/],
  ['aws_route53_record', { type: 'ALIAS' }, /"ALIAS" is none of/],
  ['aws_dynamodb_table', { name: 'no' }, /"no" is not 3 to 255/],
  ['aws_dynamodb_table', { hash_key: 'PK', attribute: [] }, /PK is a key and no attribute/],
  [
    'aws_dynamodb_table',
    { hash_key: 'PK', attribute: [{ name: 'PK' }, { name: 'GSI2PK' }] },
    /GSI2PK is an attribute and no key/,
  ],
  ['aws_dynamodb_table', { stream_view_type: 'NEW_IMAGES', stream_enabled: true }, /"NEW_IMAGES" is none of/],
  ['aws_dynamodb_table', { stream_view_type: 'NEW_IMAGE' }, /a stream has a view type/],
  ['aws_iam_role', { assume_role_policy: 'x'.repeat(2049) }, /has 2049 characters, AWS takes 2048/],
  ['aws_iam_role', { name: 'x'.repeat(65) }, /is not up to 64/],
  ['aws_iam_role_policy', { role: 'r', policy: 'x'.repeat(10_241) }, /10241 characters together/],
  ['aws_lambda_event_source_mapping', { batch_size: 11 }, /a window of a second/],
  [
    'aws_lambda_event_source_mapping',
    { scaling_config: [{ maximum_concurrency: 1 }] },
    /1 is not a whole number from 2/,
  ],
  [
    'aws_lambda_function',
    { environment: { variables: { AWS_REGION: 'x' } } },
    /AWS_REGION is a name that Lambda keeps/,
  ],
  ['aws_lambda_function', { environment: { variables: { X: 'x' } } }, /X is no name/],
  ['aws_lambda_function', { environment: { variables: { LONG: 'x'.repeat(4096) } } }, /4107 bytes, AWS takes 4096/],
  ['aws_lambda_function', { function_name: 'f'.repeat(65) }, /is not up to 64/],
  ['aws_lambda_function', { memory_size: 64 }, /64 is not a whole number from 128/],
  ['aws_lambda_function', { runtime: 'nodejs23.x' }, /"nodejs23.x" is none of/],
  [
    'aws_lambda_function',
    { role: 'arn:aws:iam:us-east-1:123456789012:role/r' },
    /has a region, and iam is not regional/,
  ],
  ['aws_lambda_permission', { principal: '', source_arn: QUEUE_ARN }, /"" is not a service/],
  ['aws_lambda_permission', { principal: 'apigateway.amazonaws.com' }, /whoever uses the service/],
  ['aws_pipes_pipe', { log_configuration: { level: 'WARN' } }, /"WARN" is none of/],
  [
    'aws_pipes_pipe',
    { source_parameters: { dynamodb_stream_parameters: { starting_position: 'NOW', batch_size: 1 } } },
    /"NOW" is none of/,
  ],
  [
    'aws_pipes_pipe',
    { source_parameters: { dynamodb_stream_parameters: { batch_size: 0 } } },
    /0 is not a whole number from 1/,
  ],
  ['aws_pipes_pipe', { source_parameters: { filter_criteria: { filter: [{ pattern: '{' }] } } }, /it is no JSON/],
  [
    'aws_pipes_pipe',
    { source_parameters: { filter_criteria: { filter: Array.from({ length: 6 }, () => ({ pattern: '{}' })) } } },
    /it has 6 filters/,
  ],
  ['aws_sns_topic', { name: 'a.b' }, /"a.b" is not up to 256/],
  ['aws_sns_topic_subscription', { topic_arn: 'work', protocol: 'sqs' }, /work is no ARN/],
  ['aws_sqs_queue', { name: 'work.fifo' }, /a FIFO queue’s name ends in .fifo/],
  ['aws_sqs_queue', { name: 'w', visibility_timeout_seconds: 43_201 }, /43201 is not a whole number/],
  ['aws_sqs_queue', { name: 'w', kms_master_key_id: 'alias/k', sqs_managed_sse_enabled: true }, /exclude each other/],
  [
    'aws_sqs_queue',
    { name: 'w', redrive_policy: JSON.stringify({ deadLetterTargetArn: QUEUE_ARN, maxReceiveCount: 0 }) },
    /after 1 to 1,000 receives/,
  ],
  [
    'aws_sqs_queue',
    { name: 'w', redrive_policy: JSON.stringify({ deadLetterTargetArn: `${QUEUE_ARN}.fifo`, maxReceiveCount: 3 }) },
    /dead letters go to a FIFO queue/,
  ],
  [
    'aws_sqs_queue',
    { name: 'w', policy: JSON.stringify({ Statement: [{ Resource: 'arn:aws:sns::123456789012:topic' }] }) },
    /arn:aws:sns::123456789012:topic lacks a region/,
  ],
  [
    'aws_wafv2_web_acl',
    { rule: [{ name: 'one', statement: { rate_based_statment: { limit: 100 } } }] },
    /rate_based_statment is no statement/,
  ],
  [
    'aws_wafv2_web_acl',
    { rule: [{ name: 'one', statement: { rate_based_statement: { limit: 100, aggregate_key: 'IP' } } }] },
    /aggregate_key_type nothing is none of "IP"/,
  ],
  [
    'aws_wafv2_web_acl',
    {
      rule: [{ name: 'one', statement: [{ managed_rule_group_statement: [{ name: 'Common', vendor_name: 'AWS' }] }] }],
    },
    /"Common" is not a rule group of AWS/,
  ],
];

const findings = (...resources: readonly CheckedResource[]): string[] => checkValues(resources, enumRules).map(told);

/** Texts that look like a word of an enumeration, each with where it stands. */
function capitalsIn(value: unknown, at = ''): [at: string, word: string][] {
  if (Array.isArray(value)) return value.flatMap((each) => capitalsIn(each, at));
  if (isRecord(value))
    return Object.entries(value).flatMap(([key, each]) => capitalsIn(each, at === '' ? key : `${at}.${key}`));
  return typeof value === 'string' && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(value) ? [[at, value]] : [];
}

describe('the check of values', () => {
  for (const [type, values, message] of wrong)
    it(`finds in ${type} that ${String(message)}`, () => {
      expect(findings({ type, name: 'it', values })).toEqual([expect.stringMatching(message)]);
    });

  it('finds at synth what is wrong in an IAM document that a resource refers to', () => {
    const role = { name: 'r', assume_role_policy: '${data.aws_iam_policy_document.trust.json}' };
    const policy = { role: 'r', policy: '${data.aws_iam_policy_document.rights.json}' };
    const trust = { statement: [{ actions: ['sts:AssumeRole'], resources: ['x'.repeat(2000)] }] };
    const arns = ['${aws_sqs_queue.work.arn}', 'arn:aws:sqs::123456789012:work'];
    const rights = { statement: [{ actions: ['sqs:SendMessage'], resources: arns }] };
    const stack = {
      resource: { aws_iam_role: { it: role }, aws_iam_role_policy: { it: policy } },
      data: { aws_iam_policy_document: { trust, rights } },
    };
    expect(findings(...resourcesOf(stack))).toEqual([
      expect.stringMatching(/^aws_iam_role.it.assume_role_policy: the document has 2\d{3} characters, AWS takes 2048/),
      expect.stringMatching(/^aws_iam_role_policy.it.policy.*arn:aws:sqs::123456789012:work lacks a region/),
    ]);
  });

  it('passes over what only an apply will tell', () => {
    const values = { name: '${aws_sqs_queue.other.name}', redrive_policy: '${jsonencode({})}' };
    expect(findings({ type: 'aws_sqs_queue', name: 'it', values })).toEqual([]);
  });

  for (const config of [DEV, PROD])
    it(`finds nothing in the synthesized stacks of ${config.stage}`, async (test) => {
      const synthesis = await synthesize(config);
      test.after(() => synthesis.remove());
      const stacks = await Promise.all([...synthesis.stacks.keys()].map((stack) => synthesis.jsonOf(stack)));
      expect(findings(...stacks.flatMap(resourcesOf))).toEqual([]);
    });

  it('knows each word in capitals by a rule, or why it is none of AWS’s', async (test) => {
    const words = new Map<string, string>();
    for (const config of [DEV, PROD]) {
      const synthesis = await synthesize(config);
      test.after(() => synthesis.remove());
      for (const stack of synthesis.stacks.keys())
        for (const { type, values } of resourcesOf(await synthesis.jsonOf(stack)))
          for (const [at, word] of capitalsIn(values)) words.set(`${type} ${at}`, word);
    }
    const ruled = new Set(enumRules.map(({ type, at }) => `${type} ${at}`));
    const free = [...words.keys()].filter((path) => !ruled.has(path)).sort();
    expect(free).toEqual(Object.keys(NO_ENUMERATION).sort());
    expect(words.size).toBeGreaterThan(50);
  });

  it('finds nothing once an apply has told everything', { skip: noTerraform }, async (test) => {
    const synthesis = await synthesize(PROD);
    test.after(() => synthesis.remove());
    const provider = await startProvider(synthesis.files);
    test.after(() => provider.stop());
    for (const folder of synthesis.stacks.values()) {
      const workspace = await Workspace.of(folder, provider);
      test.after(() => workspace.remove());
      await workspace.apply();
      expect(findings(...(await workspace.state()).filter(({ mode }) => mode === 'managed'))).toEqual([]);
    }
  });
});
