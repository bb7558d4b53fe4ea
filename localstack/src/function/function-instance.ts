/**
 * One instance of a function: handles one event at a time. The next events may be given ahead, which saves waking two
 * processes for each of them (docs/performance.md), and are taken back when the one before them takes its time.
 */
import { FunctionProcess, type Exit, type ProcessOptions } from './function-process.js';
import { afterReading } from './line-channel.js';
import { STALL_MS, type FunctionError, type Recall, type Reply } from './wire.js';

/** Lambda gives the handler's module ten seconds to load. */
const INIT_TIMEOUT_MS = 10_000;
const MEMORY_CHECK_MS = 50;

/** The most events in hand, the running one among them. */
const MOST_IN_HAND = 32;
/** An event is given ahead only where it is likely to begin within this time. */
const AHEAD_MS = 5;
/** No event is given ahead beyond so many characters: a recall must fit into the channel behind all that are (UTF-16 units). */
const LONGEST_AHEAD = 131_072;
/** How much the last event weighs in the average duration. */
const SMOOTHING = 0.1;

const RECALL = JSON.stringify({ type: 'recall' } satisfies Recall);

/** An event on its way to its handler. */
export interface Work {
  readonly requestId: string;
  /** The Invoke message. */
  readonly text: string;
  readonly timeoutMs: number;
  /** On the clock of `performance.now()`, like all times here. */
  readonly arrivedAt: number;
  readonly settle: (outcome: Outcome | 'throttled') => void;
  /** Of the instance that has it. */
  logStream?: string;
}

/** How the handler ended, and how long it took. */
export type Outcome = { readonly durationMs: number } & (
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: FunctionError }
);

export interface InstanceOptions extends ProcessOptions {
  logStream: string;
  /** The instance may take another event. */
  onFree: () => void;
  /** These have not begun and never will here. */
  onReturn: (works: readonly Work[]) => void;
  /** Called once the process has ended, whatever ended it. */
  onEnd: () => void;
}

export class FunctionInstance {
  /** Settles when the handler is loaded, or with what kept it from loading. */
  readonly ready: Promise<FunctionError | undefined>;
  readonly startedAt = performance.now();
  /** When it was last at work. */
  usedAt = this.startedAt;
  private readonly process: FunctionProcess;
  private initialized: ((error?: FunctionError) => void) | undefined;
  private isReady = false;
  private dead = false;
  /** The first is running. */
  private works: Work[] = [];
  /** Characters of these. */
  private lengthInHand = 0;
  private beganAt = 0;
  private averageMs = Number.POSITIVE_INFINITY;
  private memoryCheckedAt = 0;
  /** A recall is under way. Until it is answered nothing is given: the answer would be taken to mean the new event. */
  private recalling = false;

  constructor(private readonly options: InstanceOptions) {
    this.process = new FunctionProcess(options, {
      onReply: (reply) => this.take(reply),
      onEnd: (exit) => this.finish(exit),
    });
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.end();
        const errorMessage = `Init timed out after ${INIT_TIMEOUT_MS / 1000} seconds`;
        this.initialized?.({ errorType: 'Sandbox.Timedout', errorMessage });
      }, INIT_TIMEOUT_MS);
      this.initialized = (error) => {
        clearTimeout(timer);
        resolve(error);
      };
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get isIdle(): boolean {
    return this.works.length === 0;
  }

  /** After how many milliseconds an event of so many characters is likely to begin; infinite when it may not be given. */
  waitFor(length: number, now: number): number {
    if (this.dead || !this.isReady || this.recalling) return Number.POSITIVE_INFINITY;
    const { length: inHand } = this.works;
    if (inHand === 0) return 0;
    const wait = inHand * this.averageMs;
    const isFull = inHand >= MOST_IN_HAND || this.lengthInHand + length > LONGEST_AHEAD;
    const mayWait = !isFull && now - this.beganAt < STALL_MS;
    return mayWait && wait < AHEAD_MS ? wait : Number.POSITIVE_INFINITY;
  }

  /** Runs the handler on an event once those before it have ended. */
  give(work: Work): void {
    work.logStream = this.options.logStream;
    if (this.works.push(work) === 1) this.beganAt = performance.now();
    this.lengthInHand += work.text.length;
    this.process.send(work.text);
  }

  /** Looks after the running event; to be called every few milliseconds while there is one. */
  watch(now: number): void {
    const [running] = this.works;
    if (running === undefined || this.dead) return;
    const elapsed = now - this.beganAt;
    if (elapsed >= running.timeoutMs) {
      this.endWith('Sandbox.Timedout', `Error: Task timed out after ${(running.timeoutMs / 1000).toFixed(2)} seconds`);
    } else if (now - this.memoryCheckedAt >= MEMORY_CHECK_MS) {
      this.memoryCheckedAt = now;
      if (this.process.exceedsMemory)
        this.endWith('Runtime.OutOfMemory', 'Error: Runtime exited with error: signal: killed');
    }
    if (elapsed >= STALL_MS && this.works.length > 1 && !this.recalling && !this.dead) this.recall();
  }

  /** Lets the process go; resolves when it is gone. */
  async stop(): Promise<void> {
    this.dead = true;
    await this.process.stop();
    // A process that ends while it starts may never be reported closed.
    this.finish({ outOfMemory: false, how: 'signal: SIGTERM' });
  }

  private take(reply: Reply): void {
    switch (reply.type) {
      case 'ready':
        this.isReady = true;
        this.initialized?.();
        return;
      case 'recalled':
        this.recalling = false;
        this.giveBack(({ requestId }) => reply.requestIds.includes(requestId));
        this.options.onFree();
        return;
      case 'error':
        if (reply.fatal === true) this.dead = true;
        if (!this.isReady) this.initialized?.(reply.error);
        else this.settle(reply.requestId, { error: reply.error });
        return;
      case 'result':
        this.settle(reply.requestId, { value: reply.value });
    }
  }

  private settle(requestId: string, outcome: { value: unknown } | { error: FunctionError }): void {
    const [running] = this.works;
    // An error outside any handler may name an event that has been answered long ago.
    if (running?.requestId !== requestId) return;
    const now = performance.now();
    const durationMs = now - this.beganAt;
    this.works.shift();
    this.lengthInHand -= running.text.length;
    this.beganAt = now;
    this.usedAt = now;
    this.averageMs = Number.isFinite(this.averageMs)
      ? this.averageMs + (durationMs - this.averageMs) * SMOOTHING
      : durationMs;
    running.settle({ ...outcome, durationMs });
    this.options.onFree();
  }

  /**
   * Takes back what has not begun. The process answers at once, unless its handler blocks its only thread. Then silence
   * is an answer too: a process writes its reply before it reads the channel, and reads it before it begins the next event
   * (runtime.ts). So if the recall was there to be read, and after that no byte of a reply was, nothing further begins.
   */
  private recall(): void {
    this.recalling = true;
    const before = this.process.bytesReplied;
    this.process.send(RECALL, () =>
      afterReading(() => {
        if (!this.recalling || this.process.bytesReplied !== before) return;
        this.giveBack((work) => work !== this.works[0]);
        // Another instance may have nothing to do, and would not ask for them.
        this.options.onFree();
      }),
    );
  }

  private giveBack(isReturned: (work: Work) => boolean): void {
    const returned = this.works.filter(isReturned);
    this.works = this.works.filter((work) => !returned.includes(work));
    for (const { text } of returned) this.lengthInHand -= text.length;
    if (returned.length > 0) this.options.onReturn(returned);
  }

  /** Ends the running event and, as on Lambda, the process with it. */
  private endWith(errorType: string, what: string): void {
    const [running] = this.works;
    this.end();
    running?.settle({
      error: { errorType, errorMessage: `RequestId: ${running.requestId} ${what}` },
      durationMs: performance.now() - this.beganAt,
    });
  }

  private end(): void {
    this.dead = true;
    this.process.kill();
  }

  private finish({ outOfMemory, how }: Exit): void {
    this.dead = true;
    const [running, ...others] = this.works;
    this.works = [];
    const errorType = outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
    const reason = `Error: Runtime exited with error: ${outOfMemory ? 'signal: killed' : how}`;
    this.initialized?.({ errorType, errorMessage: reason });
    running?.settle({
      error: { errorType, errorMessage: `RequestId: ${running.requestId} ${reason}` },
      durationMs: performance.now() - this.beganAt,
    });
    // What was given ahead has not begun: its reply would have come behind the running event's, and that came not.
    this.options.onReturn(others);
    this.options.onEnd();
  }
}
