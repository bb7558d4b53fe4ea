/**
 * What the data source `aws_iam_policy_document` renders: an IAM policy as JSON.
 * https://registry.terraform.io/providers/hashicorp/aws/6.25.0/docs/data-sources/iam_policy_document
 */
import { isValues, type Value, type Values } from './wire.js';

/**
 * Renders a document.
 * @throws Error for what is not rendered here: documents that are merged into this one
 */
export function policyDocument(config: Values): string {
  for (const merged of ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json'])
    if (strings(config[merged]).length > 0 || typeof config[merged] === 'string')
      throw new Error(`aws_iam_policy_document: ${merged} is not rendered here`);
  const statements = blocks(config.statement).map((statement) => ({
    Sid: text(statement.sid),
    Effect: text(statement.effect) ?? 'Allow',
    Principal: principals(blocks(statement.principals)),
    NotPrincipal: principals(blocks(statement.not_principals)),
    Action: oneOrMany(strings(statement.actions)),
    NotAction: oneOrMany(strings(statement.not_actions)),
    Resource: oneOrMany(strings(statement.resources)),
    NotResource: oneOrMany(strings(statement.not_resources)),
    Condition: conditions(blocks(statement.condition)),
  }));
  return JSON.stringify({
    Version: text(config.version) ?? '2012-10-17',
    Id: text(config.policy_id),
    Statement: statements,
  });
}

const text = (value: Value | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** `&{...}` is how a variable of IAM's own is written there, since `${...}` is Terraform's. */
const strings = (value: Value | undefined): string[] =>
  Array.isArray(value)
    ? value.filter((each) => typeof each === 'string').map((each) => each.replaceAll('&{', '${'))
    : [];

const blocks = (value: Value | undefined): Values[] => (Array.isArray(value) ? value.filter(isValues) : []);

const oneOrMany = (values: readonly string[]): string | readonly string[] | undefined =>
  values.length > 1 ? [...values].sort().reverse() : values[0];

function principals(list: readonly Values[]): string | Record<string, unknown> | undefined {
  if (list.length === 0) return undefined;
  if (list.some(({ type }) => type === '*')) return '*';
  const byType: Record<string, string[]> = {};
  for (const { type, identifiers } of list) (byType[text(type) ?? ''] ??= []).push(...strings(identifiers));
  return Object.fromEntries(Object.entries(byType).map(([type, identifiers]) => [type, oneOrMany(identifiers)]));
}

function conditions(list: readonly Values[]): Record<string, Record<string, unknown>> | undefined {
  if (list.length === 0) return undefined;
  const byTest: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of list)
    (byTest[text(test) ?? ''] ??= {})[text(variable) ?? ''] = oneOrMany(strings(values));
  return byTest;
}
