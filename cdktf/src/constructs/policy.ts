/** IAM statements, and the documents made of them: data sources, which both Terraform's syntaxes and scanners can read. */
import { DataAwsIamPolicyDocument } from '../lib/aws.js';
import { type Construct } from '../lib/cdk.js';

export interface Condition {
  readonly test: string;
  readonly variable: string;
  readonly values: readonly string[];
}

/** Allows what it names, unless it denies it. */
export interface Statement {
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: readonly Condition[];
}

/** A statement of a resource's own policy, or of a role's trust. */
export interface PrincipalStatement extends Statement {
  readonly principal: { readonly service: string } | { readonly account: string } | 'anybody';
}

/** The JSON of a policy that says nothing but its statements. */
export const policyDocument = (scope: Construct, id: string, statements: readonly Statement[]): string =>
  new DataAwsIamPolicyDocument(scope, id, { statement: statements.map(blockOf) }).json;

/** The JSON of a policy that stands at the resource itself; `resources` is empty in a role's trust. */
export const resourcePolicy = (scope: Construct, id: string, statements: readonly PrincipalStatement[]): string =>
  new DataAwsIamPolicyDocument(scope, id, {
    statement: statements.map((statement) => ({
      ...blockOf(statement),
      principals: [principalOf(statement.principal)],
    })),
  }).json;

/**
 * The same as plain JSON, for statements without a token. A key's policy says `*` of itself, which a scanner that meets it
 * as a document of its own takes for every resource there is.
 */
export const plainPolicy = (statements: readonly PrincipalStatement[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ effect = 'Allow', principal, actions, resources, conditions = [] }) => {
      const { type, identifiers } = principalOf(principal);
      return {
        Effect: effect,
        Principal: { [type]: identifiers },
        Action: actions,
        Resource: resources,
        ...(conditions.length > 0 && { Condition: conditionsOf(conditions) }),
      };
    }),
  });

/** Conditions as IAM's JSON writes them: by test, then by variable. */
export function conditionsOf(conditions: readonly Condition[]): Record<string, Record<string, readonly string[]>> {
  const byTest: Record<string, Record<string, readonly string[]>> = {};
  for (const { test, variable, values } of conditions) (byTest[test] ??= {})[variable] = values;
  return byTest;
}

interface Block {
  effect?: string;
  actions: string[];
  resources?: string[];
  condition?: { test: string; variable: string; values: string[] }[];
}

const blockOf = ({ effect, actions, resources, conditions = [] }: Statement): Block => ({
  ...(effect && { effect }),
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
