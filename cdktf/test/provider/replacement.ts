/**
 * Attributes whose change makes the provider delete a resource and make another one: `ForceNew` in the provider's
 * schemas (https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service). The generated modules do not
 * carry it. Only what the stacks are made of is listed.
 */
import { isDeepStrictEqual } from 'node:util';
import { Unknown, type Values } from './wire.js';

const FORCES: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_authorizer: ['rest_api_id'],
  aws_api_gateway_base_path_mapping: ['domain_name'],
  aws_api_gateway_deployment: ['rest_api_id', 'triggers'],
  aws_api_gateway_domain_name: ['domain_name'],
  aws_api_gateway_gateway_response: ['rest_api_id', 'response_type'],
  aws_api_gateway_integration: ['rest_api_id', 'resource_id', 'http_method', 'type', 'integration_http_method'],
  aws_api_gateway_integration_response: ['rest_api_id', 'resource_id', 'http_method', 'status_code'],
  aws_api_gateway_method: ['rest_api_id', 'resource_id', 'http_method'],
  aws_api_gateway_method_response: ['rest_api_id', 'resource_id', 'http_method', 'status_code'],
  aws_api_gateway_method_settings: ['rest_api_id', 'stage_name', 'method_path'],
  aws_api_gateway_request_validator: ['rest_api_id'],
  aws_api_gateway_resource: ['rest_api_id'],
  aws_api_gateway_stage: ['rest_api_id', 'stage_name'],
  aws_cloudwatch_dashboard: ['dashboard_name'],
  aws_cloudwatch_log_group: ['name', 'name_prefix'],
  aws_cloudwatch_log_metric_filter: ['name', 'log_group_name'],
  aws_cloudwatch_metric_alarm: ['alarm_name'],
  aws_codebuild_project: ['name'],
  aws_codepipeline: ['name'],
  aws_cognito_user_group: ['name', 'user_pool_id'],
  // AWS's UpdateUserPool takes a new `PoolName`; the provider's schema has `ForceNew` on the name all the same.
  aws_cognito_user_pool: ['name', 'alias_attributes', 'username_attributes', 'username_configuration'],
  aws_cognito_user_pool_client: ['user_pool_id', 'generate_secret'],
  aws_dynamodb_table: ['name', 'hash_key', 'range_key', 'local_secondary_index'],
  aws_iam_policy: ['name', 'path', 'description'],
  aws_iam_role: ['name', 'path'],
  aws_iam_role_policy: ['name', 'role'],
  aws_iam_role_policy_attachment: ['role', 'policy_arn'],
  aws_kms_alias: ['name'],
  aws_lambda_event_source_mapping: ['event_source_arn'],
  aws_lambda_function: ['function_name', 'package_type'],
  aws_lambda_permission: ['action', 'function_name', 'principal', 'source_arn', 'source_account', 'statement_id'],
  aws_pipes_pipe: ['name', 'source'],
  aws_s3_bucket: ['bucket', 'bucket_prefix', 'object_lock_enabled'],
  aws_sns_topic: ['name', 'name_prefix', 'fifo_topic'],
  aws_sns_topic_subscription: ['endpoint', 'protocol', 'topic_arn'],
  aws_sqs_queue: ['name', 'name_prefix', 'fifo_queue'],
};

/** The attributes for whose sake `type` cannot simply be changed from `before` to `after`. */
export const replacedFor = (type: string, before: Values, after: Values): string[] =>
  (FORCES[type] ?? []).filter(
    (attribute) => after[attribute] instanceof Unknown || !isDeepStrictEqual(before[attribute], after[attribute]),
  );
