/** Checks bodies, queries and path parameters against zod schemas: 422 with one entry a field. */
import { StandardSchemaValidationPipe } from '@nestjs/common';
import * as z from 'zod';
import { Problem, type FieldError } from '../errors.js';

/** What fails a check, in the words of the field; a schema's own message goes first. */
z.config({
  customError: (issue) => {
    switch (issue.code) {
      case 'invalid_type':
        if (issue.input === undefined) return 'is required';
        return `must be ${NAMES[issue.expected] ?? `of type ${issue.expected}`}${isRepeated(issue) ? ', given once' : ''}`;
      case 'invalid_value':
        return issue.input === undefined ? 'is required' : `must be one of ${issue.values.map(String).join(', ')}`;
      case 'too_big':
        return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
      case 'too_small':
        return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
      case 'invalid_format':
      case 'not_multiple_of':
      case 'unrecognized_keys':
      case 'invalid_union':
      case 'invalid_key':
      case 'invalid_element':
      case 'custom':
      default:
        return undefined;
    }
  },
});

/** A list in place of a field may be a parameter that was repeated; in place of the body it is of the wrong shape. */
const isRepeated = ({ input, path }: { input?: unknown; path?: readonly unknown[] }): boolean =>
  Array.isArray(input) && path !== undefined && path.length > 0;

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
};

/** A value by its schema, or a 422 that names the field. @throws Problem VALIDATION_FAILED */
export function parseField<Schema extends z.ZodType>(schema: Schema, value: unknown, field: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Problem('VALIDATION_FAILED', { errors: [{ field, message: issue?.message ?? 'is not valid' }] });
}

type Issue = ConstructorParameters<typeof z.core.$ZodError>[0][number];

/** The first mistake of each field; an unknown field counts as one. */
function fieldErrors(issues: readonly Issue[]): FieldError[] {
  const errors = new Map<string, string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) remember(errors, shorten([...issue.path, key].join('.')), 'is not a known field');
    else remember(errors, shorten(issue.path.join('.')) || 'body', issue.message);
  }
  return [...errors].map(([field, message]) => ({ field, message }));
}

const remember = (errors: Map<string, string>, field: string, message: string): void => {
  if (!errors.has(field) && errors.size < MOST_ERRORS) errors.set(field, message);
};

/** A caller decides how many and how long the fields are; the answer stays readable. */
const MOST_ERRORS = 50;
const LONGEST_FIELD = 100;
const shorten = (field: string): string =>
  field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD)}...` : field;

/** Nest's pipe for `@Body({ schema })` and its like, with problems in place of its own errors. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) =>
        new Problem('VALIDATION_FAILED', { errors: fieldErrors(issues as readonly Issue[]) }),
    });
  }

  /** A field named `__proto__` is refused as unknown by strict schemas, not dropped in silence. */
  protected override stripProtoKeys(): void {
    // Nothing is stripped.
  }
}
