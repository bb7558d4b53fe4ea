/** What the stack and a function's process say to each other. */

/** An error in the shape that Lambda answers it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Stack to process: run the handler, after the events given before. */
export interface Invoke {
  readonly type: 'invoke';
  readonly event: unknown;
  readonly requestId: string;
  /** The value of `_X_AMZN_TRACE_ID`. */
  readonly trace: string;
  readonly arn: string;
  /** How long the handler may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Not later than it was sent, on the machine's clock (`machineNow`): events behind it are recalled STALL_MS after that, or later. */
  readonly sentAt: number;
}

/** An event that runs longer than this gives up the events behind it. */
export const STALL_MS = 10;

/** Milliseconds on a clock that all processes of the machine share, and that never goes back. */
export const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Stack to process: give back every event that has not begun. */
export interface Recall {
  readonly type: 'recall';
}

/** Process to stack: the handler is loaded, gave this, threw that; or these events come back untouched. */
export type Reply =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly requestId: string; readonly value?: unknown }
  | { readonly type: 'error'; readonly requestId: string; readonly error: FunctionError; readonly fatal?: boolean }
  | { readonly type: 'recalled'; readonly requestIds: readonly string[] };

/** Opens a line that belongs to an invocation: the request id and a tab follow. */
export const LINE_MARK = '\u0001';

/** Stands for a line break inside a line: what is written at once is one line. */
export const LINE_BREAK = '\u0002';

/** The file descriptor of the channel in a function's process. */
export const CHANNEL_FD = 3;
