/** A term of work for each lease that a runner takes, one after the other. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Lease } from '../../../libs/pipes/src/lease.js';

export interface TermsOptions {
  /** Waits for the lease; undefined once the runner stops. */
  readonly take: () => Promise<Lease | undefined>;
  /** Begins a term; gives what ends it, which resolves when nothing of it is under way any more. */
  readonly begin: (lease: Lease) => () => Promise<void>;
  /** Aborts when the runner stops. */
  readonly stopping: AbortSignal;
  /** How long a stop waits for what is under way. */
  readonly patienceMs: number;
}

/**
 * Resolves when the runner has stopped. A lease is released once its term has ended. A term that goes on for longer than
 * a stop may take keeps its lease: nobody else works before the process has ended and the lease has run out.
 */
export async function holdTerms({ take, begin, stopping, patienceMs }: TermsOptions): Promise<void> {
  for (let lease = await take(); lease !== undefined; lease = await take()) {
    const end = begin(lease);
    await aborted(AbortSignal.any([lease.lost, stopping]));
    const ended = end().then(() => true);
    // One that was lost is ended before another is asked for, or two terms of this runner would work beside each other.
    const late = aborted(stopping).then(() => delay(patienceMs, false, { ref: false }));
    if (!(await Promise.race([ended, late]))) return;
    await lease.release();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
