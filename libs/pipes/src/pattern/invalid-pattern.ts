/** An event pattern that EventBridge refuses. */
export class InvalidPatternError extends Error {
  override readonly name = 'InvalidEventPatternException';

  /** `message` is AWS's own text where AWS has one. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
