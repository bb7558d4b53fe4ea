/** Every step between a record's read and its checkpoint at which a pipe's process can be killed. */

/** What comes after a kill while a batch of one record is on its way, batches `a` and `b` of three. */
interface Outcome {
  /** What the target had got before the kill. */
  readonly delivered: readonly string[];
  /** What it gets after the restart. */
  readonly deliveredAfter: readonly string[];
}

const AT_THE_FIRST: Outcome = { delivered: [], deliveredAfter: ['a', 'b', 'c'] };
/** The target has not got "b" yet: AWS would not deliver twice either. */
const BEFORE_THE_CALL: Outcome = { delivered: ['a'], deliveredAfter: ['b', 'c'] };
/** The target has got "b", the checkpoint does not know: AWS would deliver it again, too. */
const BEFORE_THE_CHECKPOINT: Outcome = { delivered: ['a', 'b'], deliveredAfter: ['b', 'c'] };
const AFTER_THE_CHECKPOINT: Outcome = { delivered: ['a', 'b'], deliveredAfter: ['c'] };

export const CRASH_POINTS = {
  'stream read': AT_THE_FIRST,
  filtered: AT_THE_FIRST,
  EXECUTION_STARTED: BEFORE_THE_CALL,
  TARGET_STAGE_ENTERED: BEFORE_THE_CALL,
  TARGET_INVOCATION_STARTED: BEFORE_THE_CALL,
  'target called': BEFORE_THE_CHECKPOINT,
  TARGET_INVOCATION_SUCCEEDED: BEFORE_THE_CHECKPOINT,
  TARGET_STAGE_SUCCEEDED: BEFORE_THE_CHECKPOINT,
  EXECUTION_SUCCEEDED: BEFORE_THE_CHECKPOINT,
  'checkpoint begun': BEFORE_THE_CHECKPOINT,
  'checkpoint half written': BEFORE_THE_CHECKPOINT,
  'checkpoint stored': AFTER_THE_CHECKPOINT,
} as const satisfies Readonly<Record<string, Outcome>>;

/** Points of a batch that the target fails for good; the target has got "b" at all of them. */
export const CRASH_POINTS_OF_DEAD_LETTERS = ['records kept', 'message sent'] as const;

export type CrashPoint = keyof typeof CRASH_POINTS | (typeof CRASH_POINTS_OF_DEAD_LETTERS)[number];
