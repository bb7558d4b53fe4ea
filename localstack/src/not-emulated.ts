/** Thrown at start for what the local stack cannot do: it refuses by name instead of pretending. */
export class NotEmulatedError extends Error {
  override readonly name = 'NotEmulatedError';

  /** @param subject the resource, such as `pipe "orders"` @param what what it asks for, such as `target Kinesis` */
  constructor(subject: string, what: string) {
    super(`${subject}: ${what}`);
  }
}
