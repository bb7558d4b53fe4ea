/** The rights that deploying a stage takes and no others, made from the types of its resources. */
import { conditionsOf, type Statement } from '../constructs/policy.js';
import { apiRights } from './api-rights.js';
import { codeRights } from './code-rights.js';
import { dataRights } from './data-rights.js';
import { type Right, type RightsPlace } from './right.js';
import { watchRights } from './watch-rights.js';

export interface RightsOptions extends RightsPlace {
  /** Terraform's types of the stack's resources. */
  readonly types: Iterable<string>;
  readonly stateBucket: string;
  /** Of the state in its bucket: `dev/service.tfstate`. */
  readonly stateKey: string;
}

/** Each a list of policies, since IAM allows 6,144 characters in one. */
export interface DeployRights {
  readonly plan: readonly (readonly Statement[])[];
  readonly apply: readonly (readonly Statement[])[];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, white space not counted */
const LONGEST_POLICY = 6144;

const SERVICES = [...dataRights, ...codeRights, ...apiRights, ...watchRights];

/** @throws Error for a type that nobody has written the rights of */
export function deployRights({ types, ...place }: RightsOptions): DeployRights {
  const asked = [...new Set(types)].sort();
  const used = SERVICES.filter((service) =>
    asked.some((type) => service.types.some((start) => type.startsWith(start))),
  );
  const unknown = asked.filter(
    (type) => !used.some((service) => service.types.some((start) => type.startsWith(start))),
  );
  if (unknown.length > 0)
    throw new Error(`Nobody has written what deploying ${unknown.join(', ')} takes; see src/rights`);
  const rights = used.flatMap((service) => service.of(place));
  return {
    plan: policies([...stateStatements(place, 's3:GetObject'), ...statements(rights, ({ read }) => read)]),
    apply: policies([
      ...stateStatements(place, 's3:GetObject', 's3:PutObject'),
      ...statements(rights, ({ read, write }) => [...read, ...write]),
    ]),
  };
}

/** A policy's document as IAM takes it. */
export const documentOf = (statements: readonly Statement[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ effect = 'Allow', actions, resources, conditions = [] }) => ({
      Effect: effect,
      Action: actions,
      Resource: resources,
      ...(conditions.length > 0 && { Condition: conditionsOf(conditions) }),
    })),
  });

const statements = (rights: readonly Right[], actionsOf: (right: Right) => readonly string[]): Statement[] =>
  rights.flatMap((right) => {
    const actions = [...actionsOf(right)].sort();
    const { effect, resources, conditions = [] } = right;
    return actions.length === 0 ? [] : [{ ...(effect && { effect }), actions, resources, conditions }];
  });

/** A plan locks the state too, by a file beside it. https://developer.hashicorp.com/terraform/language/backend/s3 */
function stateStatements({ stateBucket, stateKey }: Omit<RightsOptions, 'types'>, ...actions: string[]): Statement[] {
  const bucket = `arn:aws:s3:::${stateBucket}`;
  return [
    { actions: ['s3:ListBucket'], resources: [bucket] },
    { actions, resources: [`${bucket}/${stateKey}`] },
    { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], resources: [`${bucket}/${stateKey}.tflock`] },
  ];
}

function policies(all: readonly Statement[]): Statement[][] {
  const found: Statement[][] = [[]];
  for (const statement of all) {
    const last = found.at(-1) ?? [];
    if (documentOf([...last, statement]).length > LONGEST_POLICY) found.push([statement]);
    else last.push(statement);
  }
  return found;
}
