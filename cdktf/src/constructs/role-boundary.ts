/** The most that a role of any stage may be given: what functions and pipes do, on resources of the role's own stage. */
import { IamPolicy } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { policyDocument, whenEquals, type Statement } from './policy.js';

export interface RoleBoundaryProps {
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Terraform's writing of IAM's variable `${aws:PrincipalTag/deployment}`: the stage that the role is tagged with.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
const OWN_DEPLOYMENT = '&{aws:PrincipalTag/deployment}';

/**
 * A role without it cannot be made by whoever deploys a stage, so what deploys cannot give away more than this.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export class RoleBoundary extends Construct {
  readonly policy: IamPolicy;

  constructor(scope: Construct, id: string, { name, account, region }: RoleBoundaryProps) {
    super(scope, id);
    this.policy = new IamPolicy(this, 'policy', {
      name,
      policy: policyDocument(this, 'most', mostOf(account, region)),
      // Roles of every stage name it.
      lifecycle: { preventDestroy: true },
    });
  }
}

/** Whether a role within the boundary may do it to anything at all. */
export const isWithinBoundary = (action: string): boolean =>
  mostOf('', '').some(({ actions }) => actions.includes(action));

function mostOf(account: string, region: string): Statement[] {
  const own = (service: string, resource: string): string => `arn:aws:${service}:${region}:${account}:${resource}`;
  const ownTag = [whenEquals('aws:ResourceTag/deployment', OWN_DEPLOYMENT)];
  return [
    {
      actions: [
        ...['BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'DescribeStream', 'GetItem', 'GetRecords'],
        ...['GetShardIterator', 'ListStreams', 'PutItem', 'Query', 'UpdateItem'],
      ].map((action) => `dynamodb:${action}`),
      resources: [own('dynamodb', `table/${OWN_DEPLOYMENT}-*`)],
    },
    {
      actions: ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage', 'SendMessage'].map(
        (action) => `sqs:${action}`,
      ),
      resources: [own('sqs', `${OWN_DEPLOYMENT}-*`)],
    },
    { actions: ['sns:Publish'], resources: [own('sns', `${OWN_DEPLOYMENT}-*`)] },
    { actions: ['lambda:InvokeFunction'], resources: [own('lambda', `function:${OWN_DEPLOYMENT}-*`)] },
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [own('logs', `log-group:/aws/lambda/${OWN_DEPLOYMENT}-*`)],
    },
    {
      actions: [
        ...['AdminCreateUser', 'AdminDeleteUser', 'AdminDisableUser', 'AdminEnableUser', 'AdminGetUser'],
        ...['AdminInitiateAuth', 'AdminSetUserPassword', 'AdminUpdateUserAttributes'],
      ].map((action) => `cognito-idp:${action}`),
      resources: [own('cognito-idp', 'userpool/*')],
      conditions: ownTag,
    },
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [own('kms', 'key/*')], conditions: ownTag },
    {
      // The key that AWS keeps for SNS has no tag of ours; it is told by the alias that only AWS can give. Its own policy lets
      // in everybody of the account who comes through SNS, which a boundary that says nothing of it may stop. Queues without
      // a key of one's own use none of KMS's.
      // https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
      // https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [own('kms', 'key/*')],
      conditions: [
        whenEquals('kms:ViaService', `sns.${region}.amazonaws.com`),
        // A key may have several.
        { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: ['alias/aws/sns'] },
      ],
    },
    // X-Ray has no resources: https://docs.aws.amazon.com/xray/latest/devguide/security_iam_service-with-iam.html
    { actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], resources: ['*'] },
  ];
}
