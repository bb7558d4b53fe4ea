/** A reason why the stack cannot start, or had to end, that a person can act on: printed without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
