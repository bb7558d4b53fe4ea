/** What a route promises, said once beside it: its id, its answers and its failures. */
import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { type ZodType } from 'zod';
import { type ErrorCode } from '../errors.js';

export const OPERATION = 'tabletop:operation';

export interface OperationOptions {
  /** Unique in its service, in camel case. */
  readonly id: string;
  readonly summary: string;
  readonly status: number;
  readonly answer: ZodType;
  /** What the answer looks like. */
  readonly example: unknown;
  /** A body that may be sent, where the operation takes one. */
  readonly bodyExample?: unknown;
  /** Further bodies, by what is special about them. */
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
  /** Failures of its own; those that every operation has are added. */
  readonly failures: readonly ErrorCode[];
}

/** Sets the status of the successful answer, and describes the route for the OpenAPI document. */
export const Operation = (options: OperationOptions): MethodDecorator =>
  applyDecorators(HttpCode(options.status), SetMetadata(OPERATION, options));
