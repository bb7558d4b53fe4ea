/** The time that one execution may take, enrichment and target together. */
import { type Clock } from './clock.js';
import { WithdrawnError, type FailedCall } from './target.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
const EXECUTION_LIMIT_MS = 5 * 60_000;

export class Deadline {
  readonly #call = new AbortController();
  readonly #timer = new AbortController();
  readonly #expired: Promise<FailedCall>;

  /** Runs from now on. */
  constructor(clock: Clock) {
    this.#expired = clock.sleep(EXECUTION_LIMIT_MS, this.#timer.signal).then(() => {
      // The clock also wakes this when the answer came in time: then there is nothing left to abort.
      if (!this.#timer.signal.aborted) this.#call.abort();
      const message = `The execution took longer than ${EXECUTION_LIMIT_MS / 1000} seconds`;
      return { outcome: 'failed', fault: 'customer', timedOut: true, error: { message } };
    });
  }

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** What `call` resolves with, or the failure when the time is over first. A rejection is an internal failure. */
  within<T>(call: Promise<T>): Promise<T | FailedCall> {
    const answer = call.catch((error: unknown): FailedCall => ({
      outcome: 'failed',
      fault: 'internal',
      ...(error instanceof WithdrawnError && { withdrawn: true }),
      error: { message: error instanceof Error ? error.message : String(error) },
    }));
    return Promise.race([answer, this.#expired]);
  }

  /** The execution has ended: stops the timer. */
  clear(): void {
    this.#timer.abort();
  }
}
