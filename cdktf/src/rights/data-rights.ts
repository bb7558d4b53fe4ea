/** Rights to deploy what holds and carries data: tables, queues, topics, users, keys, buckets. */
import { whenEquals } from '../constructs/policy.js';
import { inService, tagged, taggedAnew, TAGGING, type RightsPlace, type ServiceRights } from './right.js';

const keysOf = ({ region, account }: RightsPlace): string[] => [`arn:aws:kms:${region}:${account}:key/*`];

const poolsOf = ({ region, account }: RightsPlace): string[] => [`arn:aws:cognito-idp:${region}:${account}:userpool/*`];

export const dataRights: readonly ServiceRights[] = [
  {
    types: ['aws_dynamodb_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService(
          'dynamodb',
          ...['DescribeContinuousBackups', 'DescribeTable', 'DescribeTimeToLive', 'ListTagsOfResource'],
        ),
        write: inService(
          'dynamodb',
          ...['CreateTable', 'DeleteTable', 'UpdateContinuousBackups', 'UpdateTable', 'UpdateTimeToLive', ...TAGGING],
        ),
        resources: [`arn:aws:dynamodb:${region}:${account}:table/${prefix}-*`],
      },
    ],
  },
  {
    types: ['aws_sqs_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService('sqs', 'GetQueueAttributes', 'GetQueueUrl', 'ListQueueTags'),
        write: inService('sqs', 'CreateQueue', 'DeleteQueue', 'SetQueueAttributes', 'TagQueue', 'UntagQueue'),
        resources: [`arn:aws:sqs:${region}:${account}:${prefix}-*`],
      },
    ],
  },
  {
    types: ['aws_sns_'],
    of: ({ region, account, prefix }) => [
      {
        read: inService('sns', ...['GetTopicAttributes', 'ListSubscriptionsByTopic', 'ListTagsForResource']),
        write: inService('sns', 'CreateTopic', 'DeleteTopic', 'SetTopicAttributes', 'Subscribe', ...TAGGING),
        resources: [`arn:aws:sns:${region}:${account}:${prefix}-*`],
      },
      {
        // Of a subscription, which is no resource that a policy could name.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
        read: inService('sns', 'GetSubscriptionAttributes'),
        write: inService('sns', 'SetSubscriptionAttributes', 'Unsubscribe'),
        resources: ['*'],
      },
    ],
  },
  {
    types: ['aws_cognito_'],
    of: (place) => [
      {
        // A pool that does not exist yet has no ARN to name.
        read: [],
        write: inService('cognito-idp', 'CreateUserPool'),
        resources: ['*'],
        conditions: tagged(place, 'aws:RequestTag'),
      },
      {
        read: inService(
          'cognito-idp',
          ...['DescribeUserPool', 'DescribeUserPoolClient', 'GetGroup', 'GetUserPoolMfaConfig', 'ListTagsForResource'],
        ),
        write: inService(
          'cognito-idp',
          ...['AddCustomAttributes', 'CreateGroup', 'CreateUserPoolClient', 'DeleteGroup', 'DeleteUserPool'],
          ...['DeleteUserPoolClient', 'SetUserPoolMfaConfig', 'UntagResource', 'UpdateGroup', 'UpdateUserPool'],
          'UpdateUserPoolClient',
        ),
        resources: poolsOf(place),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        read: [],
        write: inService('cognito-idp', 'TagResource'),
        resources: poolsOf(place),
        conditions: taggedAnew(place),
      },
    ],
  },
  {
    types: ['aws_kms_'],
    of: (place) => [
      {
        read: inService('kms', 'ListAliases'),
        write: [],
        resources: ['*'],
      },
      {
        read: [],
        write: inService('kms', 'CreateKey'),
        resources: ['*'],
        conditions: tagged(place, 'aws:RequestTag'),
      },
      {
        // A new key has no tags before these; one of another stage has its own, and is not to become this stage's.
        // https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html
        read: [],
        write: inService('kms', 'TagResource'),
        resources: keysOf(place),
        conditions: taggedAnew(place),
      },
      {
        read: inService('kms', ...['DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListResourceTags']),
        write: inService(
          'kms',
          ...['CreateAlias', 'DeleteAlias', 'EnableKeyRotation', 'PutKeyPolicy', 'ScheduleKeyDeletion'],
          ...['UntagResource', 'UpdateAlias', 'UpdateKeyDescription'],
        ),
        resources: keysOf(place),
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        // Functions' variables, and tables: whoever makes them shows that the key is his to use.
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        read: inService('kms', 'Decrypt'),
        write: inService(
          'kms',
          ...['Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo'],
        ),
        resources: keysOf(place),
        conditions: [
          ...tagged(place, 'aws:ResourceTag'),
          whenEquals(
            'kms:ViaService',
            ...['dynamodb', 'lambda'].map((service) => `${service}.${place.region}.amazonaws.com`),
          ),
        ],
      },
      {
        read: [],
        write: inService('kms', 'CreateGrant'),
        resources: keysOf(place),
        conditions: [
          ...tagged(place, 'aws:ResourceTag'),
          { test: 'Bool', variable: 'kms:GrantIsForAWSResource', values: ['true'] },
        ],
      },
      {
        read: [],
        write: inService('kms', 'CreateAlias', 'DeleteAlias', 'UpdateAlias'),
        resources: [`arn:aws:kms:${place.region}:${place.account}:alias/${place.prefix}-*`],
      },
    ],
  },
];
