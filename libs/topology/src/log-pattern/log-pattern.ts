/** A filter pattern that is read and ready to match messages. */
export interface LogPattern {
  /** What the pattern found in a message, or undefined when it does not match. */
  match(message: string): LogMatch | undefined;
  /** Whether a matching message has a value under this name, such as `$.latency` of JSON or `$bytes` of a field. */
  selects(selector: string): boolean;
}

export interface LogMatch {
  /** The value under a name that the pattern selects; undefined where the message has none. */
  valueOf(selector: string): unknown;
}
