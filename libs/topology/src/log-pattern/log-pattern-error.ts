/** Thrown for a pattern that CloudWatch Logs would refuse, or that is not read here; the message says which part. */
export class LogPatternError extends Error {
  override readonly name = 'LogPatternError';
}
