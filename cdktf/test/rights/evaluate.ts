/** Policies read as IAM reads them: whether their statements together let a request pass. */
import { type Condition, type Statement } from '../../src/constructs/policy.js';

export interface Asked {
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** What conditions may ask, by their variables; undefined for what this request does not say. */
  readonly context: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @throws Error for a condition on what the request's context does not list, and for a test that is not known here
 */
export function isAllowed(statements: readonly Statement[], asked: Asked): boolean {
  const applying = statements.filter(
    ({ actions, resources, conditions = [] }) =>
      actions.some((pattern) => isLike(pattern, asked.action)) &&
      resources.some((pattern) => isLike(pattern, asked.resource)) &&
      // All are looked at, so that one that is not known is never passed over.
      conditions.map((condition) => holds(condition, asked)).every(Boolean),
  );
  return applying.some(({ effect }) => effect !== 'Deny') && applying.every(({ effect }) => effect !== 'Deny');
}

/** IAM's StringLike: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export function isLike(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`).test(value);
}

function holds({ test, variable, values }: Condition, { context }: Asked): boolean {
  if (!Object.hasOwn(context, variable)) throw new Error(`nobody says what ${variable} is`);
  const said = context[variable];
  const words = said === undefined ? [] : [said].flat();
  switch (test) {
    case 'StringEquals':
    case 'ForAnyValue:StringEquals':
      return words.some((word) => values.includes(word));
    case 'StringEqualsIfExists':
      return said === undefined || words.some((word) => values.includes(word));
    case 'ArnLike':
      return words.some((word) => values.some((pattern) => isLike(pattern, word)));
    default:
      throw new Error(`the condition ${test} ${variable} is not understood`);
  }
}

interface Written {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The statements of a policy as IAM has it. @throws Error for a statement that says something else too */
export function statementsOf(policy: string): Statement[] {
  const { Statement: all } = JSON.parse(policy) as { Statement: Written | Written[] };
  return [all].flat().map(({ Effect, Action, Resource, Condition = {}, ...others }) => {
    const strange = Object.keys(others).filter((key) => key !== 'Sid');
    if (strange.length > 0) throw new Error(`${strange.join()} of a statement is not understood`);
    return {
      effect: Effect,
      actions: [Action].flat(),
      resources: [Resource].flat(),
      conditions: Object.entries(Condition).flatMap(([test, asked]) =>
        Object.entries(asked).map(([variable, values]) => ({ test, variable, values: [values].flat() })),
      ),
    };
  });
}
