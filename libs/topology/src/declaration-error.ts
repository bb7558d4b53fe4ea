/** Thrown when a declaration can never run, on AWS or locally. The message names the resource, the rule and the way out. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';

  /** @param subject what was declared, such as `queue "orders"` @param problem the rule it breaks and what to do */
  constructor(subject: string, problem: string) {
    super(`${subject}: ${problem}`);
  }
}

/** Throws a {@link DeclarationError} unless `holds`. */
export function must(holds: boolean, subject: string, problem: string): asserts holds {
  if (!holds) throw new DeclarationError(subject, problem);
}

/** `must` for a whole number within bounds, both included. */
export function mustBeWithin(
  value: number,
  [min, max]: readonly [number, number],
  subject: string,
  what: string,
): void {
  must(
    Number.isInteger(value) && value >= min && value <= max,
    subject,
    `${what} is ${value}; give a whole number from ${min} to ${max}`,
  );
}
