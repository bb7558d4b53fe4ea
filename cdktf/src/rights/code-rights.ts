/** Rights to deploy what runs and answers: functions with their roles, pipes, APIs with their domains and firewalls. */
import { whenEquals, whenLike } from '../constructs/policy.js';
import { inService, TAGGING, type ServiceRights } from './right.js';

/** WAF writes its log as a role that it makes once in an account. */
const wafLogRole = (account: string): string =>
  `arn:aws:iam::${account}:role/aws-service-role/wafv2.amazonaws.com/AWSServiceRoleForWAFV2Logging`;

export const codeRights: readonly ServiceRights[] = [
  {
    types: ['aws_lambda_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService(
          'lambda',
          ...['GetFunction', 'GetFunctionCodeSigningConfig', 'GetFunctionConfiguration', 'GetPolicy'],
          ...['ListTags', 'ListVersionsByFunction'],
        ),
        write: inService(
          'lambda',
          ...['AddPermission', 'CreateFunction', 'DeleteFunction', 'DeleteFunctionConcurrency'],
          ...['PutFunctionConcurrency', 'RemovePermission', 'UpdateFunctionCode', 'UpdateFunctionConfiguration'],
          ...TAGGING,
        ),
        resources: [`arn:aws:lambda:${region}:${account}:function:${prefix}-*`],
      },
      {
        // Mappings have ids of AWS's making; the function that each is for narrows them.
        read: inService('lambda', 'GetEventSourceMapping'),
        write: inService('lambda', 'CreateEventSourceMapping', 'DeleteEventSourceMapping', 'UpdateEventSourceMapping'),
        resources: ['*'],
        conditions: [whenLike('lambda:FunctionArn', `arn:aws:lambda:${region}:${account}:function:${prefix}-*`)],
      },
      {
        read: inService('lambda', 'ListTags'),
        write: inService('lambda', ...TAGGING),
        resources: [`arn:aws:lambda:${region}:${account}:event-source-mapping:*`],
      },
    ],
  },
  {
    types: ['aws_iam_'],
    of: ({ account, prefix }) => [
      {
        read: inService('iam', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies'),
        write: inService(
          'iam',
          ...['CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'ListInstanceProfilesForRole', 'PutRolePolicy'],
          ...['TagRole', 'UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole'],
        ),
        resources: [`arn:aws:iam::${account}:role/${prefix}-*`],
      },
      {
        read: [],
        write: ['iam:PassRole'],
        resources: [`arn:aws:iam::${account}:role/${prefix}-*`],
        conditions: [whenEquals('iam:PassedToService', 'lambda.amazonaws.com', 'pipes.amazonaws.com')],
      },
    ],
  },
  {
    types: ['aws_pipes_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService('pipes', 'DescribePipe', 'ListTagsForResource'),
        write: inService('pipes', 'CreatePipe', 'DeletePipe', 'StartPipe', 'StopPipe', 'UpdatePipe', ...TAGGING),
        resources: [`arn:aws:pipes:${region}:${account}:pipe/${prefix}-*`],
      },
    ],
  },
  {
    types: ['aws_api_gateway_'],
    // An API's parts have ids, and its rights are those of HTTP methods on paths.
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    of: ({ region }) => [
      {
        read: inService('apigateway', 'GET'),
        write: inService('apigateway', 'DELETE', 'PATCH', 'POST', 'PUT'),
        resources: ['domainnames', 'domainnames/*', 'restapis', 'restapis/*', 'tags/*'].map(
          (path) => `arn:aws:apigateway:${region}::/${path}`,
        ),
      },
    ],
  },
  {
    types: ['aws_acm_'],
    of: ({ region, account }) => [
      {
        read: inService('acm', 'DescribeCertificate', 'ListTagsForCertificate'),
        write: inService('acm', 'AddTagsToCertificate', 'DeleteCertificate', 'RemoveTagsFromCertificate'),
        resources: [`arn:aws:acm:${region}:${account}:certificate/*`],
      },
      { read: [], write: ['acm:RequestCertificate'], resources: ['*'] },
    ],
  },
  {
    types: ['aws_route53_'],
    of: () => [
      {
        read: inService('route53', 'GetHostedZone', 'ListResourceRecordSets'),
        write: inService('route53', 'ChangeResourceRecordSets'),
        resources: ['arn:aws:route53:::hostedzone/*'],
      },
      { read: ['route53:GetChange'], write: [], resources: ['arn:aws:route53:::change/*'] },
    ],
  },
  {
    types: ['aws_wafv2_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService('wafv2', 'GetLoggingConfiguration', 'GetWebACL', 'GetWebACLForResource', 'ListTagsForResource'),
        write: inService(
          'wafv2',
          ...['AssociateWebACL', 'CreateWebACL', 'DeleteLoggingConfiguration', 'DeleteWebACL'],
          ...['DisassociateWebACL', 'PutLoggingConfiguration', 'UpdateWebACL', ...TAGGING],
        ),
        resources: [
          `arn:aws:wafv2:${region}:${account}:regional/webacl/${prefix}-*`,
          `arn:aws:wafv2:${region}:${account}:regional/managedruleset/*`,
          `arn:aws:apigateway:${region}::/restapis/*/stages/*`,
        ],
      },
      { read: [], write: ['iam:CreateServiceLinkedRole'], resources: [wafLogRole(account)] },
    ],
  },
];
