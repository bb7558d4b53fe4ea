/**
 * Which words AWS takes where the provider's schemas say no more than "text": those of the SDK's own enumerations, so
 * that a list written down by hand cannot grow old. Only tests load them: sixteen clients take a second.
 */
import { CertificateTransparencyLoggingPreference, ValidationMethod } from '@aws-sdk/client-acm';
import {
  AuthorizerType,
  EndpointType,
  GatewayResponseType,
  IntegrationType,
  SecurityPolicy,
} from '@aws-sdk/client-api-gateway';
import { ComparisonOperator, Statistic } from '@aws-sdk/client-cloudwatch';
import { LogGroupClass, StandardUnit } from '@aws-sdk/client-cloudwatch-logs';
import {
  ArtifactsType,
  ComputeType,
  EnvironmentType,
  LogsConfigStatusType,
  SourceType,
} from '@aws-sdk/client-codebuild';
import {
  ActionCategory,
  ActionOwner,
  ArtifactStoreType,
  EncryptionKeyType,
  ExecutionMode,
  PipelineType,
} from '@aws-sdk/client-codepipeline';
import {
  AttributeDataType,
  DeletionProtectionType,
  ExplicitAuthFlowsType,
  PreventUserExistenceErrorTypes,
  RecoveryOptionNameType,
  TimeUnitsType,
  UserPoolMfaType,
} from '@aws-sdk/client-cognito-identity-provider';
import { BillingMode, ProjectionType, ScalarAttributeType, StreamViewType } from '@aws-sdk/client-dynamodb';
import { KeySpec, KeyUsageType } from '@aws-sdk/client-kms';
import {
  ApplicationLogLevel,
  Architecture,
  FunctionResponseType,
  LogFormat,
  PackageType,
  Runtime,
  SystemLogLevel,
  TracingMode,
} from '@aws-sdk/client-lambda';
import {
  DynamoDBStreamStartPosition,
  LogLevel,
  OnPartialBatchItemFailureStreams,
  PipeTargetInvocationType,
  RequestedPipeState,
} from '@aws-sdk/client-pipes';
import { BucketVersioningStatus, ExpirationStatus, ObjectOwnership, ServerSideEncryption } from '@aws-sdk/client-s3';
import { ComparisonOperator as WafComparison, Scope } from '@aws-sdk/client-wafv2';
import { oneOf, type AttributeRule } from '../../src/check/rule.js';
import { spelledOutRules } from './spelled-out-rules.js';

type Words = Readonly<Record<string, string>>;

/** By type, then by path. */
const WORDS: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  aws_acm_certificate: {
    validation_method: ValidationMethod,
    'options.certificate_transparency_logging_preference': CertificateTransparencyLoggingPreference,
  },
  aws_api_gateway_authorizer: { type: AuthorizerType },
  aws_api_gateway_domain_name: { security_policy: SecurityPolicy, 'endpoint_configuration.types': EndpointType },
  aws_api_gateway_gateway_response: { response_type: GatewayResponseType },
  aws_api_gateway_integration: { type: IntegrationType },
  aws_api_gateway_rest_api: { 'endpoint_configuration.types': EndpointType },
  aws_cloudwatch_log_group: { log_group_class: LogGroupClass },
  aws_cloudwatch_log_metric_filter: { 'metric_transformation.unit': StandardUnit },
  aws_cloudwatch_metric_alarm: { comparison_operator: ComparisonOperator, statistic: Statistic },
  aws_codebuild_project: {
    'artifacts.type': ArtifactsType,
    'environment.compute_type': ComputeType,
    'environment.type': EnvironmentType,
    'logs_config.cloudwatch_logs.status': LogsConfigStatusType,
    'source.type': SourceType,
  },
  aws_codepipeline: {
    'artifact_store.type': ArtifactStoreType,
    'artifact_store.encryption_key.type': EncryptionKeyType,
    execution_mode: ExecutionMode,
    pipeline_type: PipelineType,
    'stage.action.category': ActionCategory,
    'stage.action.owner': ActionOwner,
  },
  aws_cognito_user_pool: {
    'account_recovery_setting.recovery_mechanism.name': RecoveryOptionNameType,
    deletion_protection: DeletionProtectionType,
    mfa_configuration: UserPoolMfaType,
    'schema.attribute_data_type': AttributeDataType,
  },
  aws_cognito_user_pool_client: {
    explicit_auth_flows: ExplicitAuthFlowsType,
    prevent_user_existence_errors: PreventUserExistenceErrorTypes,
    'token_validity_units.access_token': TimeUnitsType,
    'token_validity_units.id_token': TimeUnitsType,
    'token_validity_units.refresh_token': TimeUnitsType,
  },
  aws_dynamodb_table: {
    'attribute.type': ScalarAttributeType,
    billing_mode: BillingMode,
    'global_secondary_index.projection_type': ProjectionType,
    stream_view_type: StreamViewType,
  },
  aws_kms_key: { customer_master_key_spec: KeySpec, key_usage: KeyUsageType },
  aws_lambda_event_source_mapping: { function_response_types: FunctionResponseType },
  aws_lambda_function: {
    architectures: Architecture,
    'logging_config.application_log_level': ApplicationLogLevel,
    'logging_config.log_format': LogFormat,
    'logging_config.system_log_level': SystemLogLevel,
    package_type: PackageType,
    runtime: Runtime,
    'tracing_config.mode': TracingMode,
  },
  aws_pipes_pipe: {
    desired_state: RequestedPipeState,
    'log_configuration.level': LogLevel,
    'source_parameters.dynamodb_stream_parameters.on_partial_batch_item_failure': OnPartialBatchItemFailureStreams,
    'source_parameters.dynamodb_stream_parameters.starting_position': DynamoDBStreamStartPosition,
    'target_parameters.lambda_function_parameters.invocation_type': PipeTargetInvocationType,
  },
  aws_s3_bucket_lifecycle_configuration: { 'rule.status': ExpirationStatus },
  aws_s3_bucket_ownership_controls: { 'rule.object_ownership': ObjectOwnership },
  aws_s3_bucket_server_side_encryption_configuration: {
    'rule.apply_server_side_encryption_by_default.sse_algorithm': ServerSideEncryption,
  },
  aws_s3_bucket_versioning: { 'versioning_configuration.status': BucketVersioningStatus },
  aws_wafv2_web_acl: { scope: Scope, 'rule.statement.size_constraint_statement.comparison_operator': WafComparison },
};

export const enumRules: readonly AttributeRule[] = [
  ...Object.entries(WORDS).flatMap(([type, paths]) =>
    Object.entries(paths).map(([at, words]): AttributeRule => ({
      type,
      at,
      test: oneOf(Object.values(words)),
      source: 'https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/',
    })),
  ),
  ...spelledOutRules,
];
