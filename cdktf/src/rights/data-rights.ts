/** Rights to deploy what holds and carries data: tables, queues, topics, users, keys, buckets. */
import { inService, tagged, TAGGING, type ServiceRights } from './right.js';

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
        read: inService(
          'sns',
          ...['GetSubscriptionAttributes', 'GetTopicAttributes', 'ListSubscriptionsByTopic', 'ListTagsForResource'],
        ),
        write: inService(
          'sns',
          ...['CreateTopic', 'DeleteTopic', 'SetSubscriptionAttributes', 'SetTopicAttributes', 'Subscribe'],
          ...['Unsubscribe', ...TAGGING],
        ),
        resources: [`arn:aws:sns:${region}:${account}:${prefix}-*`],
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
          ...['DeleteUserPoolClient', 'SetUserPoolMfaConfig', 'UpdateGroup', 'UpdateUserPool', 'UpdateUserPoolClient'],
          ...TAGGING,
        ),
        resources: [`arn:aws:cognito-idp:${place.region}:${place.account}:userpool/*`],
        conditions: tagged(place, 'aws:ResourceTag'),
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
        write: inService('kms', 'CreateKey', 'TagResource'),
        resources: ['*'],
        conditions: tagged(place, 'aws:RequestTag'),
      },
      {
        read: inService(
          'kms',
          ...['Decrypt', 'DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListResourceTags'],
        ),
        write: inService(
          'kms',
          ...['CreateAlias', 'CreateGrant', 'DeleteAlias', 'EnableKeyRotation', 'Encrypt', 'GenerateDataKey'],
          ...['PutKeyPolicy', 'ScheduleKeyDeletion', 'UntagResource', 'UpdateAlias', 'UpdateKeyDescription'],
        ),
        resources: [`arn:aws:kms:${place.region}:${place.account}:key/*`],
        conditions: tagged(place, 'aws:ResourceTag'),
      },
      {
        read: [],
        write: inService('kms', 'CreateAlias', 'DeleteAlias', 'UpdateAlias'),
        resources: [`arn:aws:kms:${place.region}:${place.account}:alias/${place.prefix}-*`],
      },
    ],
  },
];
