/** A customer managed key, and who may use it: services for this account's resources, roles by their own policies. */
import { KmsAlias, KmsKey } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { keepInState } from './keep-in-state.js';
import { plainPolicy, whenEquals, whenLike, type PrincipalStatement, type Statement } from './policy.js';

export interface EncryptionKeyProps {
  /** Of the key's alias, without `alias/`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly description: string;
  /** Whether what it encrypts is kept: a key takes all of it along. */
  readonly protected?: boolean;
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html */
export class EncryptionKey extends Construct {
  readonly key: KmsKey;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    this.key = new KmsKey(this, 'key', {
      description: props.description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: plainPolicy(keyPolicy(props)),
      ...(props.protected && { lifecycle: { preventDestroy: true } }),
    });
    keepInState(this.key, id, undefined);
    new KmsAlias(this, 'alias', { name: `alias/${props.name}`, targetKeyId: this.key.keyId });
  }

  get arn(): string {
    return this.key.arn;
  }
}

/** Reading and writing through one service: the key is of no use to the role by itself. */
export const keyUse = (
  keyArn: string,
  region: string,
  service: 'dynamodb' | 'lambda' | 'sns' | 'sqs' | 's3',
  ...actions: ('kms:Decrypt' | 'kms:GenerateDataKey')[]
): Statement => ({
  actions,
  resources: [keyArn],
  conditions: [whenEquals('kms:ViaService', `${service}.${region}.amazonaws.com`)],
});

/** What an administrator of the account may do, each by name: the default policy says `kms:*`. */
const ADMINISTRATION = [
  ...['CancelKeyDeletion', 'CreateAlias', 'CreateGrant', 'DeleteAlias', 'DescribeKey', 'DisableKey', 'EnableKey'],
  ...['DisableKeyRotation', 'EnableKeyRotation', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListGrants'],
  ...['ListKeyPolicies', 'ListKeyRotations', 'ListResourceTags', 'PutKeyPolicy', 'RetireGrant', 'RevokeGrant'],
  ...['RotateKeyOnDemand', 'ScheduleKeyDeletion', 'TagResource', 'UntagResource', 'UpdateAlias'],
  'UpdateKeyDescription',
];
const USE = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

const inKms = (...operations: string[]): string[] => operations.map((operation) => `kms:${operation}`);

function keyPolicy({ account, region }: EncryptionKeyProps): PrincipalStatement[] {
  const ours = [whenEquals('aws:SourceAccount', account)];
  const encrypts = inKms('Decrypt', 'GenerateDataKey');
  return [
    // Lets the account's own policies give rights to the key; a policy's `*` is the key that it stands at.
    // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    { principal: { account }, actions: inKms(...ADMINISTRATION, ...USE), resources: ['*'] },
    // Alarms publish to encrypted topics, topics deliver to encrypted queues.
    { principal: { service: 'cloudwatch.amazonaws.com' }, actions: encrypts, resources: ['*'], conditions: ours },
    { principal: { service: 'sns.amazonaws.com' }, actions: encrypts, resources: ['*'], conditions: ours },
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    {
      principal: { service: `logs.${region}.amazonaws.com` },
      actions: inKms(...USE, 'DescribeKey'),
      resources: ['*'],
      conditions: [whenLike('kms:EncryptionContext:aws:logs:arn', `arn:aws:logs:${region}:${account}:log-group:*`)],
    },
  ];
}
