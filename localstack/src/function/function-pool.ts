/**
 * A function as Lambda runs it: an instance takes one event at a time, more instances come on demand up to a bound, a
 * crashed one is replaced. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { randomUUID } from 'node:crypto';
import { type Journal } from '../journal.js';
import { FunctionInstance, type Outcome, type Work } from './function-instance.js';
import { type ProcessOptions } from './function-process.js';
import { machineNow, type FunctionError, type Invoke } from './wire.js';

export interface FunctionPoolOptions extends Omit<ProcessOptions, 'onLine'> {
  /** Physical name. */
  name: string;
  arn: string;
  timeoutSeconds: number;
  /** The most instances at once. */
  maxInstances: number;
  journal: Journal;
  adopt: (pid: number) => void;
}

export interface InvokeOptions {
  requestId?: string;
  /** Root of the trace that this invocation belongs to. */
  traceRoot?: string;
}

export interface Invocation {
  readonly requestId: string;
  readonly value?: unknown;
  readonly error?: FunctionError;
  /** No instance came free in time; the handler did not run. */
  readonly throttled?: boolean;
}

const STOPPED: FunctionError = { errorType: 'Runtime.ExitError', errorMessage: 'The local stack is stopping.' };

/** How often running and waiting events are looked after. */
const WATCH_MS = 5;
/**
 * An event that has waited this long gets a second instance started, one that has waited four times as long a third, and
 * so on. Another process on a machine whose cores are busy makes all of them slower; events that wait for something else
 * than a core soon wait long enough.
 */
const PATIENCE_MS = 20;
const PATIENCE_GROWTH = 4;
/** A wait that is not worth another process's attention. */
const AT_ONCE_MS = 2;
/** An instance beyond the first ends after this time without work. */
const IDLE_MS = 60_000;
/** An instance that ended sooner is not replaced before there is work. */
const LIVED_MS = 1_000;

export class FunctionPool {
  /** Whether the last instance that was started could load its handler. */
  alive = false;
  /** Invocations that are running or waiting. */
  busy = 0;
  private readonly instances = new Set<FunctionInstance>();
  /** What no instance has taken yet, oldest first. */
  private waiting: Work[] = [];
  private starting = 0;
  private stopped = false;
  private stopping: Promise<void> | undefined;
  private watch: NodeJS.Timeout | undefined;
  private readonly retirement: NodeJS.Timeout;

  constructor(readonly options: FunctionPoolOptions) {
    this.retirement = setInterval(() => this.retire(), IDLE_MS / 2).unref();
  }

  /**
   * Starts the first instance.
   * @throws Error when the handler cannot be loaded
   */
  async start(): Promise<void> {
    const error = await this.addInstance();
    if (error) throw new Error(`${error.errorType}: ${error.errorMessage}\n${(error.trace ?? []).join('\n')}`);
  }

  /** Runs the handler on a free instance. Never rejects: what goes wrong is the invocation's `error`. */
  async invoke(
    event: unknown,
    { requestId = randomUUID(), traceRoot = newTraceRoot() }: InvokeOptions = {},
  ): Promise<Invocation> {
    if (this.stopped) return { requestId, error: STOPPED };
    const { name, arn, timeoutSeconds, journal } = this.options;
    const timeoutMs = timeoutSeconds * 1000;
    const trace = `Root=${traceRoot};Parent=${randomHex(16)};Sampled=1`;
    const sentAt = machineNow();
    const text = JSON.stringify({ type: 'invoke', event, requestId, trace, arn, timeoutMs, sentAt } satisfies Invoke);
    this.busy += 1;
    let work: Work | undefined;
    const outcome = await new Promise<Outcome | 'throttled'>((settle) => {
      work = { requestId, text, timeoutMs, settle, arrivedAt: performance.now() };
      this.waiting.push(work);
      this.dispatch();
    });
    this.busy -= 1;
    if (outcome === 'throttled') {
      journal.record({ type: 'throttle', function: name, requestId });
      return { requestId, throttled: true };
    }
    const { value, error, durationMs } = outcome;
    journal.record({
      type: 'invocation',
      function: name,
      requestId,
      traceId: traceRoot,
      durationMs,
      ...(work?.logStream !== undefined && { logStream: work.logStream }),
      ...(error && { error: { errorType: error.errorType, errorMessage: error.errorMessage } }),
    });
    return { requestId, value, ...(error && { error }) };
  }

  /** Ends all instances; safe to call twice. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    this.stopped = true;
    clearInterval(this.retirement);
    for (const { settle } of this.waiting.splice(0)) settle({ error: STOPPED, durationMs: 0 });
    await Promise.all([...this.instances].map((instance) => instance.stop()));
    clearInterval(this.watch);
  }

  /** Gives what waits to who takes it, in the order of arrival. */
  private dispatch(): void {
    const now = performance.now();
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const instance = this.soonest(next.text.length, now);
      if (instance === undefined) break;
      this.waiting.shift();
      instance.give(next);
    }
    if (this.waiting.length > 0 && this.instances.size === 0) this.grow();
    if (this.busy > 0) this.watch ??= setInterval(() => this.lookAfter(), WATCH_MS);
  }

  /** Who begins with an event soonest; the first who does so at once, as events that a process reads together wake it once. */
  private soonest(length: number, now: number): FunctionInstance | undefined {
    let best: FunctionInstance | undefined;
    let shortest = Number.POSITIVE_INFINITY;
    for (const instance of this.instances) {
      const wait = instance.waitFor(length, now);
      if (wait < AT_ONCE_MS) return instance;
      if (wait < shortest) [best, shortest] = [instance, wait];
    }
    return best;
  }

  private lookAfter(): void {
    const now = performance.now();
    for (const instance of this.instances) instance.watch(now);
    const { timeoutSeconds } = this.options;
    while (now - (this.waiting[0]?.arrivedAt ?? now) > timeoutSeconds * 1000) this.waiting.shift()?.settle('throttled');
    const patience = PATIENCE_MS * PATIENCE_GROWTH ** (this.instances.size - 1);
    if (now - (this.waiting[0]?.arrivedAt ?? now) >= patience) this.grow();
    if (this.busy > 0) return;
    clearInterval(this.watch);
    this.watch = undefined;
  }

  /** One more instance, unless one is on its way already. */
  private grow(): void {
    if (this.stopped || this.starting > 0 || this.instances.size >= this.options.maxInstances) return;
    void this.addInstance();
  }

  private async addInstance(): Promise<FunctionError | undefined> {
    if (this.stopped) return STOPPED;
    const { name, journal, environment } = this.options;
    const logStream = newLogStream();
    const instance: FunctionInstance = new FunctionInstance({
      ...this.options,
      logStream,
      environment: { ...environment, AWS_LAMBDA_LOG_STREAM_NAME: logStream },
      onLine: (requestId, line, stderr) =>
        journal.record({
          type: 'log',
          function: name,
          requestId,
          line,
          stderr,
          logGroup: functionLogGroup(name),
          logStream,
        }),
      onFree: () => this.dispatch(),
      onReturn: (works) => this.takeBack(works),
      onEnd: () => this.forget(instance),
    });
    this.instances.add(instance);
    if (instance.pid !== undefined) this.options.adopt(instance.pid);
    this.starting += 1;
    const error = await instance.ready;
    this.starting -= 1;
    this.alive = error === undefined;
    if (error) {
      this.instances.delete(instance);
      journal.record({ type: 'stack', what: `${name} failed to start: ${error.errorMessage}` });
      this.waiting.shift()?.settle({ error, durationMs: 0 });
    }
    this.dispatch();
    return error;
  }

  /** What has not begun comes before what arrived later. */
  private takeBack(works: readonly Work[]): void {
    if (this.stopped) for (const { settle } of works) settle({ error: STOPPED, durationMs: 0 });
    else this.waiting = [...works, ...this.waiting].sort((a, b) => a.arrivedAt - b.arrivedAt);
  }

  /** An instance has ended. It is replaced at once when it leaves none. */
  private forget(instance: FunctionInstance): void {
    if (!this.instances.delete(instance) || this.stopped) return;
    this.options.journal.record({ type: 'stack', what: `an instance of ${this.options.name} ended and is replaced` });
    // One that ends as soon as it starts would be started for ever; it waits for the next event, as on Lambda.
    if (this.instances.size === 0 && performance.now() - instance.startedAt > LIVED_MS) this.grow();
    this.dispatch();
  }

  private retire(): void {
    const [, ...others] = this.instances;
    for (const instance of others) {
      if (!instance.isIdle || performance.now() - instance.usedAt < IDLE_MS) continue;
      this.instances.delete(instance);
      void instance.stop();
    }
  }
}

/** Where Lambda keeps a function's lines. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html */
export const functionLogGroup = (name: string): string => `/aws/lambda/${name}`;

/** Each instance has a stream of its own: `2026/01/31/[$LATEST]<32 hexadecimal digits>`. */
const newLogStream = (): string =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;

/** `1-<epoch seconds>-<96 random bits>`: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html */
export const newTraceRoot = (): string =>
  `1-${Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomHex(24)}`;

/** Up to 26 random hexadecimal digits; UUIDs come from a pool of random bytes and cost a hundredth of `randomBytes`. */
const randomHex = (digits: number): string => randomUUID().replaceAll('-', '').slice(-digits);
