/** Schemas as an OpenAPI document words them. https://spec.openapis.org/oas/v3.1.0#schema-object */
import * as z from 'zod';

export type Json = Record<string, unknown>;

/** The JSON schema of a body; schemas that have an id (`.meta({ id })`) become components. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...inline
  } = z.toJSONSchema(schema, { io }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [id, definition] of Object.entries($defs)) schemas[id] = toComponent(definition) as Json;
  return toComponent(inline) as Json;
}

function toComponent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComponent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'id' || key === '$id') return [];
      if (key === '$ref' && typeof inner === 'string')
        return [[key, inner.replace('#/$defs/', '#/components/schemas/')]];
      return [[key, toComponent(inner)]];
    }),
  );
}

export const problemSchema = (): Json => ({
  type: 'object',
  description: 'An RFC 9457 problem document.',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, and what to do about it.' },
    code: { type: 'string', description: 'Tells problems of one status apart.' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
        required: ['field', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
});
