/** What a grant lets a function do, in IAM's words: the one place that says which calls `readWrite` or `consume` mean. */
import { type Grant } from './model.js';

export interface Permission {
  /** `dynamodb:PutItem`; never with a wildcard. */
  readonly actions: readonly [string, ...string[]];
  /** The granted resource, or the indexes of the granted table. */
  readonly of: 'resource' | 'indexes';
  /** What a partition key may look like, in the words of IAM's StringLike; empty for any. */
  readonly leadingKeys: readonly string[];
}

const READ_ITEMS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'] as const;
/** A transaction is allowed by the rights to its single writes. */
const WRITE_ITEMS = [
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
] as const;

/**
 * The rights that a grant comes to. A grant on a table's items reaches the partitions that open with `ENTITY#`, and in
 * indexes those that open with `ENTITYS#`, where the entity's items are listed. A verifier reads public keys: no right.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function permissionsOf({ on, access, items }: Grant): Permission[] {
  switch (access) {
    case 'read':
    case 'readWrite': {
      const indexed = on.kind === 'table' && on.indexes.length > 0;
      const actions = access === 'read' ? READ_ITEMS : ([...READ_ITEMS, ...WRITE_ITEMS] as const);
      return [
        { actions, of: 'resource', leadingKeys: items.map((entity) => `${entity}#*`) },
        ...(indexed
          ? [
              {
                actions: ['dynamodb:Query'],
                of: 'indexes',
                leadingKeys: items.map((entity) => `${entity}S#*`),
              } as const,
            ]
          : []),
      ];
    }
    case 'publish':
      return [{ actions: ['sns:Publish'], of: 'resource', leadingKeys: [] }];
    case 'send':
      return [{ actions: ['sqs:SendMessage'], of: 'resource', leadingKeys: [] }];
    case 'consume':
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      return [
        {
          actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          of: 'resource',
          leadingKeys: [],
        },
      ];
    case 'verify':
      return [];
    case 'call': {
      const [first, ...others] = items.map((operation) => `cognito-idp:${operation}`);
      return first === undefined ? [] : [{ actions: [first, ...others], of: 'resource', leadingKeys: [] }];
    }
  }
}
