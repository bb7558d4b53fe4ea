/** The stop list: what was started last is ended first, once, and one failure does not keep the others running. */
export class Stops {
  private readonly steps: (() => unknown)[] = [];
  private running: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.steps.push(step);
  }

  /** Adds the stop of what is being started; what comes up after the stop began is ended at once. */
  async adding<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    if (this.running) await started.stop();
    else this.add(() => started.stop());
    return started;
  }

  /**
   * Ends everything; a second call waits for the first.
   * @throws AggregateError when steps failed, after all have run
   */
  run(): Promise<void> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be stopped.');
  }
}
