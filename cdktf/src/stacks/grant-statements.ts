/** A function's grants as the IAM statements of its role. */
import { type Grant, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { permissionsOf, type Permission } from '../../../libs/topology/src/permission.js';
import { keyUse } from '../constructs/encryption-key.js';
import { type Condition, type Statement } from '../constructs/policy.js';
import { type ServiceSystem } from './service-system.js';

/** Each names its resources, and the keys that data on them is encrypted with. */
export function grantStatements({ grants }: LambdaFunction, system: ServiceSystem): Statement[] {
  const statements = grants.flatMap((grant) =>
    permissionsOf(grant).map((permission) => ({
      actions: permission.actions,
      resources: resourcesOf(grant, permission, system),
      conditions: leadingKeys(permission),
    })),
  );
  const uses = grants.flatMap((grant) => keyUses(grant, system));
  return [...statements, ...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}

function resourcesOf({ on }: Grant, { of }: Permission, { made }: ServiceSystem): string[] {
  const { arn } = made.of(on);
  return of === 'indexes' && on.kind === 'table' ? on.indexes.map(({ name }) => `${arn}/index/${name}`) : [arn];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
const leadingKeys = ({ leadingKeys: values }: Permission): Condition[] =>
  values.length === 0 ? [] : [{ test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values }];

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
function keyUses(
  { on, access }: Grant,
  { dataKey, alarmKey, takesAlarms, config: { region } }: ServiceSystem,
): Statement[] {
  switch (on.kind) {
    case 'table':
      return dataKey ? [keyUse(dataKey.arn, region, 'dynamodb', 'kms:Decrypt')] : [];
    case 'topic': {
      const key = takesAlarms(on) ? alarmKey : dataKey;
      return key ? [keyUse(key.arn, region, 'sns', 'kms:Decrypt', 'kms:GenerateDataKey')] : [];
    }
    case 'queue':
      if (dataKey === undefined) return [];
      return access === 'consume'
        ? [keyUse(dataKey.arn, region, 'sqs', 'kms:Decrypt')]
        : [keyUse(dataKey.arn, region, 'sqs', 'kms:Decrypt', 'kms:GenerateDataKey')];
    case 'user-pool':
      return [];
  }
}
