/** Rights to deploy what answers: APIs with their domains, certificates and firewalls. */
import { inService, tagged, taggedAnew, TAGGING, type Right, type RightsPlace, type ServiceRights } from './right.js';

/** A role that a service makes for itself, once in an account, when it is first asked for what needs it. */
const ownRole = (account: string, service: string, name: string): Right => ({
  read: [],
  write: ['iam:CreateServiceLinkedRole'],
  resources: [`arn:aws:iam::${account}:role/aws-service-role/${service}/${name}`],
});

const inGateway = ({ region }: RightsPlace, ...paths: string[]): string[] =>
  paths.map((path) => `arn:aws:apigateway:${region}::/${path}`);

const certificatesOf = ({ region, account }: RightsPlace): string[] => [
  `arn:aws:acm:${region}:${account}:certificate/*`,
];

export const apiRights: readonly ServiceRights[] = [
  {
    types: ['aws_api_gateway_'],
    // An API's parts have ids, and its rights are those of HTTP methods on paths.
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    of: (place) => [
      {
        read: [],
        write: inService('apigateway', 'POST'),
        resources: inGateway(place, 'domainnames', 'restapis'),
        conditions: tagged(place, 'aws:RequestTag'),
      },
      {
        // Both carry tags, and the parts that AWS lists inherit them for this purpose.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
        read: inService('apigateway', 'GET'),
        write: inService('apigateway', 'DELETE', 'PATCH', 'POST', 'PUT'),
        resources: inGateway(place, 'domainnames/*', 'restapis/*'),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        // The only part of ours that is not on that list: it may have no tag, whosever the API is.
        read: inService('apigateway', 'GET'),
        write: inService('apigateway', 'DELETE', 'PATCH', 'POST'),
        resources: inGateway(place, 'restapis/*/requestvalidators', 'restapis/*/requestvalidators/*'),
        conditions: tagged(place, 'aws:ResourceTag', 'StringEqualsIfExists'),
      },
      {
        read: inService('apigateway', 'GET'),
        write: [],
        resources: inGateway(place, 'tags/*'),
      },
      {
        read: [],
        write: inService('apigateway', 'DELETE'),
        resources: inGateway(place, 'tags/*'),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        // What is made with tags is also asked for this.
        read: [],
        write: inService('apigateway', 'PUT'),
        resources: inGateway(place, 'tags/*'),
        conditions: taggedAnew(place),
      },
    ],
  },
  {
    types: ['aws_api_gateway_domain_name'],
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
    of: ({ account }) => [ownRole(account, 'ops.apigateway.amazonaws.com', 'AWSServiceRoleForAPIGateway')],
  },
  {
    types: ['aws_acm_'],
    of: (place) => [
      {
        read: inService('acm', 'DescribeCertificate', 'ListTagsForCertificate'),
        write: inService('acm', 'DeleteCertificate', 'RemoveTagsFromCertificate'),
        resources: certificatesOf(place),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        // A new certificate has no tags before these. https://docs.aws.amazon.com/acm/latest/userguide/tags.html
        read: [],
        write: inService('acm', 'AddTagsToCertificate'),
        resources: certificatesOf(place),
        conditions: taggedAnew(place),
      },
      {
        read: [],
        write: inService('acm', 'RequestCertificate'),
        resources: ['*'],
        conditions: tagged(place, 'aws:RequestTag'),
      },
    ],
  },
  {
    types: ['aws_route53_'],
    of: ({ zoneId = 'none' }) => [
      {
        read: inService('route53', 'GetHostedZone', 'ListResourceRecordSets'),
        write: inService('route53', 'ChangeResourceRecordSets'),
        resources: [`arn:aws:route53:::hostedzone/${zoneId}`],
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
          ...['DisassociateWebACL', 'PutLoggingConfiguration', 'UpdateWebACL'],
        ),
        resources: [
          `arn:aws:wafv2:${region}:${account}:regional/webacl/${prefix}-*`,
          `arn:aws:wafv2:${region}:${account}:regional/managedruleset/*`,
          `arn:aws:apigateway:${region}::/restapis/*/stages/*`,
        ],
      },
      {
        read: [],
        write: inService('wafv2', ...TAGGING),
        resources: [`arn:aws:wafv2:${region}:${account}:regional/webacl/${prefix}-*`],
      },
      {
        // To put a list before a stage, and to take it away, is the stage's owner's right too.
        // https://docs.aws.amazon.com/waf/latest/developerguide/waf-api-permissions-ref.html
        read: [],
        write: inService('apigateway', 'SetWebACL'),
        resources: [`arn:aws:apigateway:${region}::/restapis/*/stages/*`],
      },
      // It writes WAF's log.
      ownRole(account, 'wafv2.amazonaws.com', 'AWSServiceRoleForWAFV2Logging'),
    ],
  },
];
