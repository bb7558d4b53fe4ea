/** A bell between a writer and an idle reader: many rings are one, and a ring during a read is not lost. */
import { type Clock } from './clock.js';

export class Wakeup {
  #rung = false;
  #sleeper: AbortController | undefined;

  constructor(private readonly clock: Clock) {}

  ring(): void {
    this.#rung = true;
    this.#sleeper?.abort();
  }

  /** Called right before a read: what rang until here is answered by that read. */
  clear(): void {
    this.#rung = false;
  }

  /**
   * Resolves after `ms`, at a ring (also one that came since the last {@link clear}), or when `signal` aborts.
   * @returns whether it rang
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#rung || signal.aborted) return this.#rung;
    const sleeper = new AbortController();
    const stop = (): void => sleeper.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.#sleeper = sleeper;
    try {
      await this.clock.sleep(ms, sleeper.signal);
    } finally {
      this.#sleeper = undefined;
      signal.removeEventListener('abort', stop);
    }
    return this.#rung;
  }
}
