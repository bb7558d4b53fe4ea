/** What the policies of an applied state let each function do. */
import { valueAt, valuesAt } from '../../src/check/rule.js';
import { type StateResource } from '../terraform/terraform.js';

/** One action on one resource. */
export interface AllowedRight {
  /** Physical name. */
  readonly function: string;
  readonly action: string;
  /** In the words of a call: `table x`, `index x/GSI1`, `topic x`, `queue x`, `user-pool`, else the ARN. */
  readonly resource: string;
  /** What partition keys may look like, as IAM's StringLike has it; empty for any. */
  readonly keys: readonly string[];
  /** The service that asks in the function's name, where a statement names one. */
  readonly through: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Those that narrow a right to keys, and those that every use of ours meets: KMS is asked by the service alone. */
const CONDITIONS: readonly string[] = ['ForAllValues:StringLike dynamodb:LeadingKeys', 'StringEquals kms:ViaService'];

/** All rights of all functions. @throws Error for a statement that is not understood: it might allow or forbid more */
export function allowedRights(state: readonly StateResource[]): AllowedRight[] {
  const all = (type: string): StateResource['values'][] =>
    state.filter((resource) => resource.type === type).map(({ values }) => values);
  return all('aws_lambda_function').flatMap((lambda) => {
    const role = all('aws_iam_role').find(({ arn }) => arn === lambda.role);
    const policies = all('aws_iam_role_policy').filter(({ role: of }) => of === role?.name);
    const attached = all('aws_iam_role_policy_attachment').filter(({ role: of }) => of === role?.name);
    if (attached.length > 0) throw new Error(`${String(role?.name)} has policies that others wrote`);
    return policies
      .flatMap(({ policy }) => valuesAt(JSON.parse(String(policy)), 'Statement') as Statement[])
      .flatMap((statement) => rightsIn(statement, String(lambda.function_name)));
  });
}

function rightsIn(
  { Effect, Action = [], Resource = [], Condition = {}, ...others }: Statement,
  name: string,
): AllowedRight[] {
  const unknown = Object.keys(others).filter((key) => key !== 'Sid');
  if (Effect !== 'Allow' || unknown.length > 0)
    throw new Error(`${name}: ${Effect} ${unknown.join()} is not understood`);
  const conditions = Object.entries(Condition).flatMap(([test, of]) => Object.keys(of).map((key) => `${test} ${key}`));
  const strange = conditions.filter((condition) => !CONDITIONS.includes(condition));
  if (strange.length > 0) throw new Error(`${name}: the condition ${strange.join()} is not understood`);
  const keys = valuesAt(Condition, 'ForAllValues:StringLike').flatMap((like) =>
    valuesAt(like, 'dynamodb:LeadingKeys').map(String),
  );
  const asks = valueAt(Condition, 'StringEquals.kms:ViaService');
  const [through = ''] = typeof asks === 'string' ? asks.split('.') : [];
  return [Action]
    .flat()
    .flatMap((action) =>
      [Resource].flat().map((arn) => ({ function: name, action, resource: resourceWord(arn), keys, through })),
    );
}

function resourceWord(arn: string): string {
  const [, , service, , , ...rest] = arn.split(':');
  const own = rest.join(':');
  switch (service) {
    case 'dynamodb': {
      const [, table = '', index] = /^table\/([^/]+)(?:\/index\/(.+))?$/.exec(own) ?? [];
      return index === undefined ? `table ${table}` : `index ${table}/${index}`;
    }
    case 'sns':
      return `topic ${own}`;
    case 'sqs':
      return `queue ${own}`;
    case 'cognito-idp':
      return 'user-pool';
    case 'logs':
      return 'its log';
    case 'kms':
      return 'the key';
    default:
      return arn;
  }
}
