/** A clock that stands still until the test moves it. */
import { type Clock } from '../src/clock.js';

interface Sleeper {
  readonly ms: number;
  readonly due: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  readonly #watchers = new Set<() => void>();

  /** `time` defaults to the present: the source's own times are real. */
  constructor(private time = Date.now()) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        ms,
        due: this.time + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake);
      this.#sleepers.add(sleeper);
      for (const look of [...this.#watchers]) look();
    });
  }

  /** Moves the time on and wakes who is due. */
  advance(ms: number): void {
    this.time += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.due <= this.time) sleeper.wake();
  }

  /** Resolves with the length of a sleep that satisfies `wanted`, as soon as someone sleeps it. */
  sleeping(wanted: (ms: number) => boolean): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = [...this.#sleepers].find(({ ms }) => wanted(ms));
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found.ms);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits until someone sleeps as `wanted`, then moves the time to the sleep's end; tells its length. */
  async passSleep(wanted: (ms: number) => boolean): Promise<number> {
    const ms = await this.sleeping(wanted);
    this.advance(ms);
    return ms;
  }
}
