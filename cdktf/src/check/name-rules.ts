/** Which names AWS takes. */
import { isDomainName } from './domain-name.js';
import { like, type AttributeRule } from './rule.js';

const API = 'https://docs.aws.amazon.com';

const form = (type: string, at: string, pattern: RegExp, described: string, page: string): AttributeRule => ({
  type,
  at,
  test: like(pattern, described),
  source: `${API}${page}`,
});

export const nameRules: readonly AttributeRule[] = [
  {
    type: 'aws_acm_certificate',
    at: 'domain_name',
    test: (value) =>
      typeof value === 'string' && isDomainName(value)
        ? undefined
        : `${JSON.stringify(value)} is not a domain name of up to 64 characters, whose labels neither begin nor end with a hyphen`,
    source: `${API}/acm/latest/APIReference/API_RequestCertificate.html`,
  },
  form(
    'aws_api_gateway_resource',
    'path_part',
    /^(?:[\w.:-]+|\{[\w.:-]+\+?\})$/,
    'letters, digits and . _ : - or such in braces',
    '/apigateway/latest/developerguide/limits.html',
  ),
  form(
    'aws_api_gateway_stage',
    'stage_name',
    /^\w{1,128}$/,
    'up to 128 letters, digits and _',
    '/apigateway/latest/developerguide/set-up-stages.html',
  ),
  form(
    'aws_cloudwatch_dashboard',
    'dashboard_name',
    /^[\w-]{1,255}$/,
    'up to 255 letters, digits, - and _',
    '/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html',
  ),
  form(
    'aws_cloudwatch_log_group',
    'name',
    /^(?!aws\/)[\w.\-/#]{1,512}$/,
    'up to 512 letters, digits and _ - / . #, and not of aws/',
    '/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html',
  ),
  form(
    'aws_cloudwatch_log_metric_filter',
    'name',
    /^[^:*]{1,512}$/,
    'up to 512 characters without : and *',
    '/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html',
  ),
  form(
    'aws_cloudwatch_log_metric_filter',
    'metric_transformation.namespace',
    /^(?!AWS\/)[^:*$]{1,255}$/,
    'up to 255 characters without : * $, and not of AWS/',
    '/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html',
  ),
  form(
    'aws_cloudwatch_metric_alarm',
    'alarm_name',
    /^[ -~]{1,255}$/,
    'up to 255 ASCII characters',
    '/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
  ),
  form(
    'aws_codebuild_project',
    'name',
    /^[A-Za-z0-9][\w-]{1,149}$/,
    '2 to 150 letters, digits, - and _',
    '/codebuild/latest/APIReference/API_CreateProject.html',
  ),
  form(
    'aws_codepipeline',
    'name',
    /^[\w.@-]{1,100}$/,
    'up to 100 letters, digits and . @ - _',
    '/codepipeline/latest/APIReference/API_PipelineDeclaration.html',
  ),
  form(
    'aws_cognito_user_group',
    'name',
    /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u,
    'up to 128 characters that are no spaces',
    '/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html',
  ),
  form(
    'aws_cognito_user_pool',
    'name',
    /^[\w\s+=,.@-]{1,128}$/,
    'up to 128 letters, digits, spaces and _ + = , . @ -',
    '/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html',
  ),
  form(
    'aws_cognito_user_pool',
    'schema.name',
    /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,20}$/u,
    'up to 20 characters',
    '/cognito-user-identity-pools/latest/APIReference/API_SchemaAttributeType.html',
  ),
  form(
    'aws_dynamodb_table',
    'name',
    /^[\w.-]{3,255}$/,
    '3 to 255 letters, digits and _ - .',
    '/amazondynamodb/latest/APIReference/API_CreateTable.html',
  ),
  form(
    'aws_dynamodb_table',
    'global_secondary_index.name',
    /^[\w.-]{3,255}$/,
    '3 to 255 letters, digits and _ - .',
    '/amazondynamodb/latest/APIReference/API_GlobalSecondaryIndex.html',
  ),
  form(
    'aws_iam_policy',
    'name',
    /^[\w+=,.@-]{1,128}$/,
    'up to 128 letters, digits and _ + = , . @ -',
    '/IAM/latest/APIReference/API_CreatePolicy.html',
  ),
  form(
    'aws_iam_role',
    'name',
    /^[\w+=,.@-]{1,64}$/,
    'up to 64 letters, digits and _ + = , . @ -',
    '/IAM/latest/APIReference/API_CreateRole.html',
  ),
  form(
    'aws_iam_role_policy',
    'name',
    /^[\w+=,.@-]{1,128}$/,
    'up to 128 letters, digits and _ + = , . @ -',
    '/IAM/latest/APIReference/API_PutRolePolicy.html',
  ),
  form(
    'aws_kms_alias',
    'name',
    /^alias\/(?!aws\/)[\w/-]{1,250}$/,
    'alias/ and up to 250 letters, digits and / _ -, not of aws/',
    '/kms/latest/APIReference/API_CreateAlias.html',
  ),
  form(
    'aws_lambda_function',
    'function_name',
    /^[\w-]{1,64}$/,
    'up to 64 letters, digits, - and _',
    '/lambda/latest/api/API_CreateFunction.html',
  ),
  form(
    'aws_lambda_permission',
    'principal',
    /^(?:[a-z0-9.-]+\.amazonaws\.com|\d{12}|arn:aws:iam::\d{12}:.+)$/,
    'a service, an account or one of its users or roles',
    '/lambda/latest/api/API_AddPermission.html',
  ),
  form(
    'aws_lambda_permission',
    'statement_id',
    /^[\w-]{1,100}$/,
    'up to 100 letters, digits, - and _',
    '/lambda/latest/api/API_AddPermission.html',
  ),
  form(
    'aws_pipes_pipe',
    'name',
    /^[\w.-]{1,64}$/,
    'up to 64 letters, digits and . - _',
    '/eventbridge/latest/pipes-reference/API_CreatePipe.html',
  ),
  form(
    'aws_s3_bucket',
    'bucket',
    /^(?!xn--|sthree-)(?!.*(?:-s3alias|--ol-s3|\.\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    '3 to 63 lower case letters, digits, . and -',
    '/AmazonS3/latest/userguide/bucketnamingrules.html',
  ),
  form(
    'aws_sns_topic',
    'name',
    /^[\w-]{1,256}$/,
    'up to 256 letters, digits, - and _',
    '/sns/latest/api/API_CreateTopic.html',
  ),
  form(
    'aws_sqs_queue',
    'name',
    /^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$/,
    'up to 80 letters, digits, - and _, the ending .fifo among them',
    '/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html',
  ),
  form(
    'aws_wafv2_web_acl',
    'name',
    /^[\w-]{1,128}$/,
    'up to 128 letters, digits, - and _',
    '/waf/latest/APIReference/API_CreateWebACL.html',
  ),
];
