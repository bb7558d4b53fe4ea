/** A header that an operation reads: checked by a schema as a field of a body is, and described with the operation. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { type ZodType } from 'zod';
import { parseField } from './validation.js';

export interface HeaderFieldOptions {
  /** As people write it, such as `If-Match`; a mistake is told under this name. */
  readonly name: string;
  /** Takes the text that was sent, or undefined. */
  readonly schema: ZodType;
}

const decorate: (options: HeaderFieldOptions) => ParameterDecorator = createParamDecorator(
  ({ name, schema }: HeaderFieldOptions, context: ExecutionContext): unknown =>
    parseField(schema, context.switchToHttp().getRequest<Request>().get(name), name),
);

/**
 * Gives a handler the header's value by its schema.
 * @throws Problem VALIDATION_FAILED, at the request
 */
export const HeaderField = (name: string, schema: ZodType): ParameterDecorator => decorate({ name, schema });

/** True for what a parameter that is read from a header was declared with. */
export const isHeaderField = (data: unknown): data is HeaderFieldOptions =>
  typeof data === 'object' && data !== null && 'name' in data && 'schema' in data;
