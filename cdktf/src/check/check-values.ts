/** All rules over a stack: what AWS would refuse although Terraform lets it through. */
import { agreementRules } from './agreement-rules.js';
import { arnFindings } from './arn-check.js';
import { nameRules } from './name-rules.js';
import { numberRules } from './number-rules.js';
import { isExpression, isRecord, valuesAt, type AttributeRule, type CheckedResource, type Finding } from './rule.js';
import { withDocuments } from './policy-documents.js';
import { sizeRules, sumFindings } from './size-rules.js';

const attributeRules = [...nameRules, ...numberRules, ...sizeRules];

/**
 * Holds resources against the rules. What is still an expression is passed over.
 * @param further rules on attributes beside those of this folder
 */
export function checkValues(resources: readonly CheckedResource[], further: readonly AttributeRule[] = []): Finding[] {
  return [
    ...resources.flatMap((resource) => [
      ...attributeFindings(resource, [...attributeRules, ...further]),
      ...agreementFindings(resource),
      ...arnFindings(resource),
    ]),
    ...sumFindings(resources),
  ];
}

/** The resources of a stack's Terraform JSON, with the IAM documents that they refer to. */
export const resourcesOf = (stack: { readonly resource?: unknown; readonly data?: unknown }): CheckedResource[] =>
  withDocuments(plainResources(stack.resource), isRecord(stack.data) ? stack.data.aws_iam_policy_document : undefined);

const plainResources = (types: unknown): CheckedResource[] =>
  Object.entries(isRecord(types) ? types : {}).flatMap(([type, byName]) =>
    Object.entries(isRecord(byName) ? byName : {}).map(([name, values]) => ({
      type,
      name,
      values: isRecord(values) ? values : {},
    })),
  );

/** A finding, as a person reads it. */
export const told = ({ at, problem, source }: Finding): string => `${at}: ${problem} (${source})`;

function attributeFindings({ type, name, values }: CheckedResource, rules: readonly AttributeRule[]): Finding[] {
  return rules
    .filter((rule) => rule.type === type)
    .flatMap(({ at, test, source }) =>
      valuesAt(values, at)
        .filter((value) => !isExpression(value))
        .flatMap((value) => {
          const problem = test(value);
          return problem === undefined ? [] : [{ at: `${type}.${name}.${at}`, problem, source }];
        }),
    );
}

const agreementFindings = (resource: CheckedResource): Finding[] =>
  agreementRules
    .filter(({ type }) => type === resource.type)
    .flatMap(({ test, source }) => {
      const problem = test(resource);
      return problem === undefined ? [] : [{ at: `${resource.type}.${resource.name}`, problem, source }];
    });
