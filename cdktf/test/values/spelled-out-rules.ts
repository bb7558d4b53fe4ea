/** Words that AWS takes and no enumeration of the SDK's that the tests load tells, and words that are none of AWS's. */
import { oneOf, type AttributeRule } from '../../src/check/rule.js';

export const spelledOutRules: readonly AttributeRule[] = [
  {
    type: 'aws_cloudwatch_metric_alarm',
    at: 'treat_missing_data',
    test: oneOf(['breaching', 'notBreaching', 'ignore', 'missing']),
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    at: 'evaluate_low_sample_count_percentiles',
    test: oneOf(['evaluate', 'ignore']),
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
  },
  // No other test has a use for these services' clients.
  ...Object.entries({
    budget_type: [
      'COST',
      'USAGE',
      'RI_UTILIZATION',
      'RI_COVERAGE',
      'SAVINGS_PLANS_UTILIZATION',
      'SAVINGS_PLANS_COVERAGE',
    ],
    'cost_filter.name': ['AZ', 'LinkedAccount', 'Operation', 'PurchaseType', 'Region', 'Service', 'TagKeyValue'],
    limit_unit: ['USD'],
    'notification.comparison_operator': ['GREATER_THAN', 'LESS_THAN', 'EQUAL_TO'],
    'notification.notification_type': ['ACTUAL', 'FORECASTED'],
    'notification.threshold_type': ['PERCENTAGE', 'ABSOLUTE_VALUE'],
    time_unit: ['DAILY', 'MONTHLY', 'QUARTERLY', 'ANNUALLY', 'CUSTOM'],
  }).map(([at, words]) => ({
    type: 'aws_budgets_budget',
    at,
    test: oneOf(words),
    source: 'https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html',
  })),
  {
    type: 'aws_route53_record',
    at: 'type',
    test: oneOf([
      'A',
      'AAAA',
      'CAA',
      'CNAME',
      'DS',
      'HTTPS',
      'MX',
      'NAPTR',
      'NS',
      'PTR',
      'SOA',
      'SPF',
      'SRV',
      'SSHFP',
      'SVCB',
      'TLSA',
      'TXT',
    ]),
    source: 'https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html',
  },
  {
    type: 'aws_codepipeline',
    at: 'stage.action.configuration.OutputArtifactFormat',
    test: oneOf(['CODE_ZIP', 'CODEBUILD_CLONE_REF']),
    source: 'https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html',
  },
  {
    type: 'aws_api_gateway_integration',
    at: 'integration_http_method',
    test: oneOf(['POST']),
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html',
  },
  {
    type: 'aws_api_gateway_method',
    at: 'authorization',
    test: oneOf(['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS']),
    source: 'https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html',
  },
  {
    type: 'aws_api_gateway_method',
    at: 'http_method',
    test: oneOf(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']),
    source: 'https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html',
  },
  {
    type: 'aws_api_gateway_method_settings',
    at: 'settings.logging_level',
    test: oneOf(['OFF', 'ERROR', 'INFO']),
    source: 'https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html',
  },
  {
    type: 'aws_sns_topic_subscription',
    at: 'protocol',
    test: oneOf(['sqs', 'lambda', 'email', 'email-json', 'https', 'http', 'sms', 'firehose', 'application']),
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html',
  },
];

/** Words in capitals that are names of ours, or that another rule knows: by type and path, with the reason. */
export const NO_ENUMERATION: Readonly<Record<string, string>> = {
  'aws_dynamodb_table attribute.name': 'a name',
  'aws_dynamodb_table global_secondary_index.hash_key': 'a name',
  'aws_dynamodb_table global_secondary_index.name': 'a name',
  'aws_dynamodb_table global_secondary_index.range_key': 'a name',
  'aws_dynamodb_table hash_key': 'a name',
  'aws_dynamodb_table range_key': 'a name',
  'aws_lambda_function environment.variables.LOG_LEVEL': 'read by the functions, and one of the settings’ words',
  'aws_route53_record zone_id': 'an id, of the settings’ form',
  'aws_wafv2_web_acl rule.statement.managed_rule_group_statement.vendor_name':
    'a name; agreement-rules.ts knows the groups',
  'aws_wafv2_web_acl rule.statement.rate_based_statement.aggregate_key_type': 'agreement-rules.ts knows it',
};
