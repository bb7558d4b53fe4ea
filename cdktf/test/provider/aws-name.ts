/**
 * The identifiers that AWS gives a resource when it makes it, in AWS's own forms, so that policies and variables which are
 * put together from them look as they will. https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
import { createHash } from 'node:crypto';
import { type Values } from './wire.js';

/** Whose account the resources are made in. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** What is known of a resource before AWS adds to it. */
export interface Subject extends Place {
  /** Terraform's type. */
  readonly type: string;
  readonly values: Values;
  /** Another one for each resource that is made: what AWS would draw by lot follows from it. */
  readonly lot: string;
}

type Form = (subject: Subject) => string;

/** A string attribute, or `fallback` where it is not set. */
const text = ({ values }: Subject, attribute: string, fallback = ''): string => {
  const value = values[attribute];
  return typeof value === 'string' ? value : fallback;
};

function drawn({ type, lot }: Subject, length: number, of = 'abcdefghijklmnopqrstuvwxyz0123456789'): string {
  const bytes = createHash('sha512').update(`${type} ${lot}`).digest();
  return Array.from({ length }, (_, at) => of.charAt((bytes[at % bytes.length] ?? 0) % of.length)).join('');
}

const uuid = (subject: Subject): string => {
  const hex = drawn(subject, 32, '0123456789abcdef');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join('-');
};

const at = ({ region, account }: Place): string => `${region}:${account}`;
/** A function may be named by its ARN already. */
const lambda: Form = (it) =>
  text(it, 'function_name').startsWith('arn:')
    ? text(it, 'function_name')
    : `arn:aws:lambda:${at(it)}:function:${text(it, 'function_name')}`;
const poolId: Form = (it) => `${it.region}_${drawn(it, 9)}`;
const queueUrl: Form = (it) => `https://sqs.${it.region}.amazonaws.com/${it.account}/${text(it, 'name')}`;
const certificate: Form = (it) => `arn:aws:acm:${at(it)}:certificate/${uuid(it)}`;
const pathName = (it: Subject): string => `${text(it, 'path', '/')}${text(it, 'name')}`;
const userPool: Form = (it) => `arn:aws:cognito-idp:${at(it)}:userpool/${poolId(it)}`;
const webAcl: Form = (it) =>
  `arn:aws:wafv2:${at(it)}:${text(it, 'scope') === 'CLOUDFRONT' ? 'global' : 'regional'}/webacl/${text(it, 'name')}/${uuid(it)}`;

/** The ARNs that follow from a name: another resource of that name cannot be made. */
const ARN_BY_NAME: Readonly<Record<string, Form>> = {
  aws_api_gateway_stage: (it) =>
    `arn:aws:apigateway:${it.region}::/restapis/${text(it, 'rest_api_id')}/stages/${text(it, 'stage_name')}`,
  aws_api_gateway_domain_name: (it) => `arn:aws:apigateway:${it.region}::/domainnames/${text(it, 'domain_name')}`,
  aws_budgets_budget: (it) => `arn:aws:budgets::${it.account}:budget/${text(it, 'name')}`,
  // The provider leaves out the `:*` that the API answers with.
  aws_cloudwatch_log_group: (it) => `arn:aws:logs:${at(it)}:log-group:${text(it, 'name')}`,
  aws_cloudwatch_metric_alarm: (it) => `arn:aws:cloudwatch:${at(it)}:alarm:${text(it, 'alarm_name')}`,
  aws_cloudwatch_event_rule: (it) => `arn:aws:events:${at(it)}:rule/${text(it, 'name')}`,
  aws_codebuild_project: (it) => `arn:aws:codebuild:${at(it)}:project/${text(it, 'name')}`,
  aws_codepipeline: (it) => `arn:aws:codepipeline:${at(it)}:${text(it, 'name')}`,
  aws_dynamodb_table: (it) => `arn:aws:dynamodb:${at(it)}:table/${text(it, 'name')}`,
  aws_iam_policy: (it) => `arn:aws:iam::${it.account}:policy${pathName(it)}`,
  aws_iam_role: (it) => `arn:aws:iam::${it.account}:role${pathName(it)}`,
  aws_kms_alias: (it) => `arn:aws:kms:${at(it)}:${text(it, 'name')}`,
  aws_lambda_function: lambda,
  aws_pipes_pipe: (it) => `arn:aws:pipes:${at(it)}:pipe/${text(it, 'name')}`,
  aws_s3_bucket: (it) => `arn:aws:s3:::${text(it, 'bucket')}`,
  aws_sns_topic: (it) => `arn:aws:sns:${at(it)}:${text(it, 'name')}`,
  aws_sqs_queue: (it) => `arn:aws:sqs:${at(it)}:${text(it, 'name')}`,
};

/** The ARNs with an id in them that AWS draws. */
const ARN_BY_LOT: Readonly<Record<string, Form>> = {
  aws_acm_certificate: certificate,
  aws_api_gateway_rest_api: (it) => `arn:aws:apigateway:${it.region}::/restapis/${drawn(it, 10)}`,
  aws_api_gateway_authorizer: (it) =>
    `arn:aws:apigateway:${it.region}::/restapis/${text(it, 'rest_api_id')}/authorizers/${drawn(it, 6)}`,
  aws_api_gateway_usage_plan: (it) => `arn:aws:apigateway:${it.region}::/usageplans/${drawn(it, 6)}`,
  aws_api_gateway_client_certificate: (it) => `arn:aws:apigateway:${it.region}::/clientcertificates/${drawn(it, 6)}`,
  aws_codestarconnections_connection: (it) => `arn:aws:codestar-connections:${at(it)}:connection/${uuid(it)}`,
  aws_codeconnections_connection: (it) => `arn:aws:codeconnections:${at(it)}:connection/${uuid(it)}`,
  aws_cognito_user_pool: userPool,
  aws_kms_key: (it) => `arn:aws:kms:${at(it)}:key/${uuid(it)}`,
  aws_lambda_event_source_mapping: (it) => `arn:aws:lambda:${at(it)}:event-source-mapping:${uuid(it)}`,
  aws_route53_zone: (it) => `arn:aws:route53:::hostedzone/${drawn(it, 14)}`,
  aws_sns_topic_subscription: (it) => `${text(it, 'topic_arn')}:${uuid(it)}`,
  aws_wafv2_web_acl: webAcl,
};

/** Other attributes that AWS gives, by `type.attribute`, and ids that are not the type's usual one. */
const GIVEN: Readonly<Record<string, Form>> = {
  'aws_api_gateway_rest_api.execution_arn': (it) => `arn:aws:execute-api:${at(it)}:${drawn(it, 10)}`,
  'aws_api_gateway_rest_api.id': (it) => drawn(it, 10),
  'aws_api_gateway_rest_api.root_resource_id': (it) => drawn({ ...it, lot: `${it.lot} root` }, 10),
  'aws_api_gateway_stage.execution_arn': (it) =>
    `arn:aws:execute-api:${at(it)}:${text(it, 'rest_api_id')}/${text(it, 'stage_name')}`,
  'aws_api_gateway_stage.invoke_url': (it) =>
    `https://${text(it, 'rest_api_id')}.execute-api.${it.region}.amazonaws.com/${text(it, 'stage_name')}`,
  'aws_cloudwatch_dashboard.dashboard_arn': (it) =>
    `arn:aws:cloudwatch::${it.account}:dashboard/${text(it, 'dashboard_name')}`,
  'aws_cloudwatch_log_group.id': (it) => text(it, 'name'),
  'aws_cognito_user_pool.endpoint': (it) => `cognito-idp.${it.region}.amazonaws.com/${poolId(it)}`,
  'aws_cognito_user_pool.id': poolId,
  'aws_cognito_user_pool_client.id': (it) => drawn(it, 26),
  'aws_dynamodb_table.id': (it) => text(it, 'name'),
  'aws_dynamodb_table.stream_arn': (it) =>
    `arn:aws:dynamodb:${at(it)}:table/${text(it, 'name')}/stream/2026-01-01T00:00:00.000`,
  'aws_iam_role.id': (it) => text(it, 'name'),
  'aws_kms_alias.target_key_arn': (it) => `arn:aws:kms:${at(it)}:key/${text(it, 'target_key_id')}`,
  'aws_kms_key.id': uuid,
  'aws_kms_key.key_id': uuid,
  'aws_lambda_event_source_mapping.function_arn': lambda,
  'aws_lambda_event_source_mapping.uuid': uuid,
  'aws_lambda_function.id': (it) => text(it, 'function_name'),
  'aws_lambda_function.invoke_arn': (it) =>
    `arn:aws:apigateway:${it.region}:lambda:path/2015-03-31/functions/${lambda(it)}/invocations`,
  'aws_lambda_function.qualified_arn': (it) => `${lambda(it)}:$LATEST`,
  'aws_lambda_function.qualified_invoke_arn': (it) =>
    `arn:aws:apigateway:${it.region}:lambda:path/2015-03-31/functions/${lambda(it)}:$LATEST/invocations`,
  'aws_pipes_pipe.id': (it) => text(it, 'name'),
  'aws_s3_bucket.id': (it) => text(it, 'bucket'),
  'aws_sqs_queue.id': queueUrl,
  'aws_sqs_queue.url': queueUrl,
  'aws_caller_identity.account_id': (it) => it.account,
  'aws_caller_identity.arn': (it) => `arn:aws:iam::${it.account}:user/deployer`,
  'aws_partition.partition': () => 'aws',
  'aws_partition.dns_suffix': () => 'amazonaws.com',
  'aws_region.id': (it) => it.region,
  'aws_region.name': (it) => it.region,
};

/**
 * A string attribute that AWS gives.
 * @throws Error for an ARN whose form is not known here
 */
export function given(subject: Subject, attribute: string): string {
  // Of the record that proves a domain to be one's own. https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
  if (attribute === 'resource_record_type') return 'CNAME';
  const form = GIVEN[`${subject.type}.${attribute}`];
  if (form) return form(subject);
  if (attribute === 'region') return subject.region;
  const arn = ARN_BY_NAME[subject.type] ?? ARN_BY_LOT[subject.type];
  if (attribute === 'arn' && !arn)
    throw new Error(`${subject.type}: the form of its ARN is not known; add it to aws-name.ts`);
  if (arn && (attribute === 'arn' || attribute === 'id')) return arn(subject);
  // What is not there, such as the job that signed a function, is an empty text.
  if (attribute.endsWith('_arn')) return '';
  return attribute === 'id' ? drawn(subject, 10) : `${drawn(subject, 10)}-${attribute}`;
}

/** What only one resource can have at a time; undefined where AWS draws ids. */
export const takenAs = (type: string, { arn }: Values): string | undefined =>
  ARN_BY_NAME[type] && typeof arn === 'string' ? arn : undefined;
