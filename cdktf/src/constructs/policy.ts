/** IAM statements, and the documents made of them: data sources, which both Terraform's syntaxes and scanners can read. */
import { DataAwsIamPolicyDocument } from '../lib/aws.js';
import { type Construct } from '../lib/cdk.js';

export interface Condition {
  readonly test: string;
  readonly variable: string;
  readonly values: readonly string[];
}

/** Allows what it names. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: readonly Condition[];
}

/** A statement of a resource's own policy, or of a role's trust. */
export interface PrincipalStatement extends Statement {
  readonly effect?: 'Allow' | 'Deny';
  readonly principal: { readonly service: string } | { readonly account: string } | 'anybody';
}

/** The JSON of a policy that allows nothing but its statements. */
export const policyDocument = (scope: Construct, id: string, statements: readonly Statement[]): string =>
  new DataAwsIamPolicyDocument(scope, id, { statement: statements.map(blockOf) }).json;

/** The JSON of a policy that stands at the resource itself; `resources` is empty in a role's trust. */
export const resourcePolicy = (scope: Construct, id: string, statements: readonly PrincipalStatement[]): string =>
  new DataAwsIamPolicyDocument(scope, id, {
    statement: statements.map((statement) => ({
      ...blockOf(statement),
      ...(statement.effect && { effect: statement.effect }),
      principals: [principalOf(statement.principal)],
    })),
  }).json;

interface Block {
  actions: string[];
  resources?: string[];
  condition?: { test: string; variable: string; values: string[] }[];
}

const blockOf = ({ actions, resources, conditions = [] }: Statement): Block => ({
  actions: [...actions],
  ...(resources.length > 0 && { resources: [...resources] }),
  ...(conditions.length > 0 && { condition: conditions.map((each) => ({ ...each, values: [...each.values] })) }),
});

function principalOf(principal: PrincipalStatement['principal']): { type: string; identifiers: string[] } {
  if (principal === 'anybody') return { type: '*', identifiers: ['*'] };
  return 'service' in principal
    ? { type: 'Service', identifiers: [principal.service] }
    : { type: 'AWS', identifiers: [`arn:aws:iam::${principal.account}:root`] };
}

export const whenEquals = (variable: string, ...values: string[]): Condition => ({
  test: 'StringEquals',
  variable,
  values,
});

export const whenLike = (variable: string, ...values: string[]): Condition => ({ test: 'ArnLike', variable, values });
