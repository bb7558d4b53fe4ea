/**
 * How many pieces of work go at once; the others wait for their turn, in order. With one at a time, changes of a file or a
 * list wait for each other; a failure is told to whoever asked for that change, and the next one begins all the same.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Does the work when it is its turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((begin) => this.waiting.push(begin));
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  /** One more at a time from now on, or the next of those that wait. */
  give(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
