/** The states of a pipe and what leads from one to another: one table. */

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html (CurrentState) */
export type PipeState =
  | 'CREATING'
  | 'CREATE_FAILED'
  | 'STARTING'
  | 'START_FAILED'
  | 'RUNNING'
  | 'UPDATING'
  | 'UPDATE_FAILED'
  | 'STOPPING'
  | 'STOP_FAILED'
  | 'STOPPED'
  | 'DELETING'
  | 'DELETE_FAILED';

export type PipeAction = 'create' | 'start' | 'stop' | 'update' | 'delete';

export interface Transition {
  /** States in which the action may begin. */
  readonly from: readonly PipeState[];
  /** The state while it is under way. */
  readonly during: PipeState;
  readonly failed: PipeState;
}

/**
 * AWS names the states and says that changes are asynchronous; which action is taken in which state it does not say: a
 * change under way is waited for, a failed one may be mended by any other.
 */
export const TRANSITIONS: Readonly<Record<PipeAction, Transition>> = {
  create: { from: ['CREATING'], during: 'CREATING', failed: 'CREATE_FAILED' },
  start: {
    from: ['STOPPED', 'START_FAILED', 'UPDATE_FAILED', 'STOP_FAILED'],
    during: 'STARTING',
    failed: 'START_FAILED',
  },
  stop: {
    from: ['RUNNING', 'START_FAILED', 'UPDATE_FAILED', 'STOP_FAILED'],
    during: 'STOPPING',
    failed: 'STOP_FAILED',
  },
  update: {
    from: ['RUNNING', 'STOPPED', 'START_FAILED', 'UPDATE_FAILED', 'STOP_FAILED'],
    during: 'UPDATING',
    failed: 'UPDATE_FAILED',
  },
  delete: {
    from: ['RUNNING', 'STOPPED', 'CREATE_FAILED', 'START_FAILED', 'UPDATE_FAILED', 'STOP_FAILED', 'DELETE_FAILED'],
    during: 'DELETING',
    failed: 'DELETE_FAILED',
  },
};

/** What was asked of a pipe does not fit its state. */
export class PipeConflictError extends Error {
  /** AWS's exception: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html#API_UpdatePipe_Errors */
  override readonly name = 'ConflictException';

  constructor(
    readonly pipe: string,
    readonly action: PipeAction,
    readonly state: PipeState,
    readonly stateReason: string | undefined,
  ) {
    super(`Pipe ${pipe} is ${state} and cannot ${action} now${stateReason === undefined ? '' : `: ${stateReason}`}`);
  }
}

/** The pipe stopped before what was asked of it came about. */
export class PipeStoppedError extends Error {
  override readonly name = 'PipeStoppedError';
}

/** What was to be delivered again is not kept, or there is no pipe any more to deliver it. */
export class PipeRedriveError extends Error {
  override readonly name = 'PipeRedriveError';
}
