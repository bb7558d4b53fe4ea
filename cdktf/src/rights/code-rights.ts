/** Rights to deploy what runs: functions with their roles, and pipes. */
import { whenEquals, whenLike } from '../constructs/policy.js';
import { inService, tagged, taggedAnew, TAGGING, type RightsPlace, type ServiceRights } from './right.js';

const rolesOf = ({ account, prefix }: RightsPlace): string[] => [`arn:aws:iam::${account}:role/${prefix}-*`];

const functionsOf = ({ region, account, prefix }: RightsPlace): string[] => [
  `arn:aws:lambda:${region}:${account}:function:${prefix}-*`,
];

const mappingsOf = ({ region, account }: RightsPlace): string[] => [
  `arn:aws:lambda:${region}:${account}:event-source-mapping:*`,
];

export const codeRights: readonly ServiceRights[] = [
  {
    types: ['aws_lambda_'],
    of: (place) => [
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
        resources: functionsOf(place),
      },
      {
        // Mappings have ids of AWS's making; the function that each is for narrows them.
        read: [],
        write: inService('lambda', 'CreateEventSourceMapping'),
        resources: ['*'],
        conditions: [whenLike('lambda:FunctionArn', ...functionsOf(place))],
      },
      {
        read: inService('lambda', 'GetEventSourceMapping'),
        write: inService('lambda', 'DeleteEventSourceMapping', 'UpdateEventSourceMapping'),
        resources: mappingsOf(place),
        conditions: [whenLike('lambda:FunctionArn', ...functionsOf(place))],
      },
      {
        read: inService('lambda', 'ListTags'),
        write: [],
        resources: mappingsOf(place),
      },
      {
        read: [],
        write: inService('lambda', 'UntagResource'),
        resources: mappingsOf(place),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        read: [],
        write: inService('lambda', 'TagResource'),
        resources: mappingsOf(place),
        conditions: taggedAnew(place),
      },
    ],
  },
  {
    types: ['aws_iam_'],
    of: (place) => [
      {
        read: inService('iam', 'GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies'),
        write: inService(
          'iam',
          ...['DeleteRole', 'ListInstanceProfilesForRole', 'UntagRole', 'UpdateAssumeRolePolicy', 'UpdateRole'],
        ),
        resources: rolesOf(place),
      },
      {
        // Whoever could write any policy for a role, and pass the role on, could do anything.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        read: [],
        write: inService('iam', 'CreateRole', 'DeleteRolePolicy', 'PutRolePolicy'),
        resources: rolesOf(place),
        conditions: [whenEquals('iam:PermissionsBoundary', place.boundaryArn)],
      },
      {
        // The boundary goes by the tag.
        read: [],
        write: inService('iam', 'TagRole'),
        resources: rolesOf(place),
        conditions: tagged(place, 'aws:RequestTag', 'StringEqualsIfExists'),
      },
      {
        // The pipeline's roles are named like the stage's, and one of them may be the deployer's own.
        effect: 'Deny',
        read: [],
        write: inService(
          'iam',
          ...['CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'PassRole', 'PutRolePolicy', 'TagRole', 'UntagRole'],
          ...['UpdateAssumeRolePolicy', 'UpdateRole'],
        ),
        resources: [`arn:aws:iam::${place.account}:role/${place.prefix}-pipeline*`],
      },
      {
        read: [],
        write: ['iam:PassRole'],
        resources: rolesOf(place),
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
];
