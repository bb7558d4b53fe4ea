/**
 * IAM documents as far as synth can tell them: Terraform renders `aws_iam_policy_document`, and a resource only refers to
 * it. Here the reference is replaced by the document, so that the rules on its length and its ARNs hold at synth too.
 */
import { isRecord, valueAt, valuesAt, type CheckedResource } from './rule.js';

/** What an attribute that an apply will tell looks like, of about its length. */
const ARN = 'arn:aws:service:us-east-1:123456789012:a-name-of-usual-length';
const REFERENCE = /^\$\{data\.aws_iam_policy_document\.([^.}]+)\.json\}$/;

/** The resources with the documents that they refer to. @param documents by name, as the stack's `data` has them */
export const withDocuments = (resources: readonly CheckedResource[], documents: unknown): CheckedResource[] =>
  resources.map((resource) => ({
    ...resource,
    values: Object.fromEntries(
      Object.entries(resource.values).map(([attribute, value]) => {
        const [, name = ''] = REFERENCE.exec(String(value)) ?? [];
        const document = isRecord(documents) ? documents[name] : undefined;
        return [attribute, document === undefined ? value : rendered(document)];
      }),
    ),
  }));

/** https://registry.terraform.io/providers/hashicorp/aws/6.25.0/docs/data-sources/iam_policy_document */
const rendered = (document: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: valuesAt(document, 'statement').map((statement) => ({
      Effect: valueAt(statement, 'effect') ?? 'Allow',
      Principal: named(valuesAt(statement, 'principals'), 'type', (each) => textsAt(each, 'identifiers')),
      Action: textsAt(statement, 'actions'),
      Resource: textsAt(statement, 'resources'),
      Condition: named(valuesAt(statement, 'condition'), 'test', (each) => ({
        [String(valueAt(each, 'variable'))]: textsAt(each, 'values'),
      })),
    })),
  });

/** Blocks by one of their attributes, a second of the same kept apart; undefined without any, as the provider leaves it out. */
const named = (blocks: readonly unknown[], key: string, of: (block: unknown) => unknown): object | undefined =>
  blocks.length === 0
    ? undefined
    : Object.fromEntries(blocks.map((block, at) => [`${String(valueAt(block, key))}${'+'.repeat(at)}`, of(block)]));

/** An expression that begins a text stands for an ARN, since nothing else is referred to by itself. */
function textsAt(values: unknown, path: string): string | readonly string[] | undefined {
  const texts = valuesAt(values, path).map((value) =>
    String(value)
      .replace(/^\$\{[^}]*\}/, ARN)
      .replaceAll(/(?<!\$)\$\{[^}]*\}/g, 'told-by-an-apply'),
  );
  return texts.length > 1 ? texts : texts[0];
}
