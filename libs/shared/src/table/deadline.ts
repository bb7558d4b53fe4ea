/** How long the table may keep one call of a service waiting, over all requests that the call leads to. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Milliseconds. A service's function is ended after 10 s: this leaves time to say that the table is out of reach. */
const LONGEST_CALL = 8_000;

const signals = new AsyncLocalStorage<AbortSignal>();

/**
 * Runs a call, and all that it waits for, with one deadline: requests to the table that run at that time are ended, later
 * ones are not sent, and both fail with TABLE_UNAVAILABLE.
 * @param milliseconds from now
 */
export const withDeadline = <T>(call: () => T, milliseconds = LONGEST_CALL): T =>
  signals.run(AbortSignal.timeout(milliseconds), call);

/** Aborts at the deadline of the call that asks; undefined where none was set. */
export const deadlineSignal = (): AbortSignal | undefined => signals.getStore();
