/** What stands between `<` and `>` in an input template, and its value. */
import { parsePath, readPath, type JsonPath } from './json-path.js';

/** Everything that reserved variables can name. */
export interface TemplateContext {
  readonly pipeArn: string;
  readonly pipeName: string;
  readonly sourceArn: string;
  readonly enrichmentArn: string | undefined;
  readonly targetArn: string;
  /** When the transformer that renders took the events: ISO 8601. */
  readonly ingestionTime: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html (reserved variables) */
const RESERVED: Readonly<Record<string, (context: TemplateContext) => string | undefined>> = {
  'aws.pipes.pipe-arn': ({ pipeArn }) => pipeArn,
  'aws.pipes.pipe-name': ({ pipeName }) => pipeName,
  'aws.pipes.source-arn': ({ sourceArn }) => sourceArn,
  'aws.pipes.enrichment-arn': ({ enrichmentArn }) => enrichmentArn,
  'aws.pipes.target-arn': ({ targetArn }) => targetArn,
  'aws.pipes.event.ingestion-time': ({ ingestionTime }) => ingestionTime,
};

export type Variable =
  | { readonly kind: 'path'; readonly name: string; readonly path: JsonPath }
  | {
      readonly kind: 'reserved';
      readonly name: string;
      readonly read: (context: TemplateContext) => string | undefined;
    }
  /** The event as JSON wherever it stands: it has no value when the event is no JSON. */
  | { readonly kind: 'event-json'; readonly name: string }
  /** Neither a path that Pipes understands nor a reserved variable: never has a value. */
  | { readonly kind: 'unknown'; readonly name: string };

/** @param name what stands between `<` and `>` */
export function parseVariable(name: string): Variable {
  if (name === 'aws.pipes.event') return { kind: 'path', name, path: [] };
  if (name === 'aws.pipes.event.json') return { kind: 'event-json', name };
  const read = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
  if (read !== undefined) return { kind: 'reserved', name, read };
  const path = parsePath(name);
  return path === undefined ? { kind: 'unknown', name } : { kind: 'path', name, path };
}

/**
 * The text that a variable leaves in its place; undefined when it has no value.
 * @param place `json`: a JSON value may stand here, so strings get their quotes; `text`: inside a string or free text, where
 * nothing is quoted, nothing is escaped, and an object loses its inner quotes.
 */
export function renderVariable(
  variable: Variable,
  place: 'json' | 'text',
  event: unknown,
  context: TemplateContext,
): string | undefined {
  switch (variable.kind) {
    case 'unknown':
      return undefined;
    case 'event-json':
      return typeof event === 'string' ? undefined : JSON.stringify(event);
    case 'reserved':
      return render(variable.read(context), place);
    case 'path':
      return render(readPath(variable.path, event), place);
  }
}

const render = (value: unknown, place: 'json' | 'text'): string | undefined =>
  value === undefined ? undefined : place === 'json' ? JSON.stringify(value) : plain(value);

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([key, inner]) => `${key}:${plain(inner)}`).join(',')}}`; // prettier-ignore
  }
  return String(value);
}
