/** How something is refused when a pipe is made: field, value and rule, under AWS's own exception name. */

/** A pipe was refused at creation. */
export class PipeValidationError extends Error {
  /** AWS's exception: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html#API_CreatePipe_Errors */
  override readonly name = 'ValidationException';

  constructor(
    readonly field: string,
    readonly value: unknown,
    /** What the value has to be. */
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${JSON.stringify(value) ?? String(value)} is refused: ${rule}`, options);
  }
}

/** @throws PipeValidationError when it does not hold. */
export function must(holds: boolean, field: string, value: unknown, rule: string): void {
  if (!holds) throw new PipeValidationError(field, value, rule);
}

/**
 * An option that is not read would be a promise not kept.
 * @throws PipeValidationError for the first field that is not among `names`.
 */
export function known(prefix: string, given: object, names: readonly string[]): void {
  for (const [field, value] of Object.entries(given)) {
    must(value === undefined || names.includes(field), `${prefix}${field}`, value, 'it is not emulated');
  }
}
