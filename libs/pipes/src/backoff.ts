/** How long to wait before a try is repeated. */

export interface Backoff {
  /** Pause before the first repetition, in milliseconds. */
  readonly baseMs: number;
  /** Longest pause, in milliseconds; 0 repeats at once. */
  readonly capMs: number;
}

/**
 * AWS says only that "polling throughput gradually backs off" and publishes no numbers; these are ours.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
 */
export const DEFAULT_BACKOFF: Backoff = { baseMs: 1_000, capMs: 60_000 };

/** For what is near and soon back: the source's next page, the checkpoint's store. */
export const SHORT_BACKOFF: Backoff = { baseMs: 100, capMs: 5_000 };

/**
 * The pause before repetition `failures` (1 for the first): doubled each time up to the cap, of which the upper half is
 * random, so that shards which failed together do not come back together.
 */
export function pauseAfter(failures: number, backoff: Backoff, random: () => number = Math.random): number {
  const full = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
