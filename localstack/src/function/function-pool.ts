/**
 * A function as Lambda runs it: an instance takes one event at a time, more instances come on demand up to a bound, a
 * crashed one is replaced. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { randomUUID } from 'node:crypto';
import { type Journal } from '../journal.js';
import { FunctionInstance, type InstanceOptions } from './function-instance.js';
import { type FunctionError } from './wire.js';

export interface FunctionPoolOptions {
  /** Physical name. */
  name: string;
  arn: string;
  file: string;
  environment: Readonly<Record<string, string>>;
  memoryMb: number;
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

/** An instance beyond the first ends after this time without work. */
const IDLE_MS = 60_000;
const LIVED_MS = 1_000;

export class FunctionPool {
  /** Whether the last instance that was started could load its handler. */
  alive = false;
  private readonly instances = new Set<FunctionInstance>();
  private readonly idle: FunctionInstance[] = [];
  private readonly waiting: ((found: FunctionInstance | FunctionError) => void)[] = [];
  private readonly idleTimers = new Map<FunctionInstance, NodeJS.Timeout>();
  private starting = 0;
  private running = 0;
  private stopped = false;

  constructor(readonly options: FunctionPoolOptions) {}

  /** Invocations that are running or waiting. */
  get busy(): number {
    return this.running + this.waiting.length;
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
    const { name, arn, timeoutSeconds, journal } = this.options;
    const instance = await this.acquire();
    if (instance === undefined) return { requestId, throttled: true };
    if (!(instance instanceof FunctionInstance)) return { requestId, error: instance };
    const started = performance.now();
    this.running += 1;
    const trace = `Root=${traceRoot};Parent=${randomHex(16)};Sampled=1`;
    const deadline = Date.now() + timeoutSeconds * 1000;
    const { value, error } = await instance.run({ event, requestId, trace, arn, deadline }, timeoutSeconds);
    this.running -= 1;
    this.release(instance);
    const durationMs = performance.now() - started;
    const failure = error && { errorType: error.errorType, errorMessage: error.errorMessage };
    journal.record({
      type: 'invocation',
      function: name,
      requestId,
      traceId: traceRoot,
      durationMs,
      ...(failure && { error: failure }),
    });
    return { requestId, value, ...(error && { error }) };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const take of this.waiting.splice(0)) take(STOPPED);
    for (const timer of this.idleTimers.values()) clearTimeout(timer);
    await Promise.all([...this.instances].map((instance) => instance.stop()));
  }

  /** A free instance or why none starts; undefined when none came free within the function's own timeout. */
  private acquire(): Promise<FunctionInstance | FunctionError | undefined> {
    if (this.stopped) return Promise.resolve(STOPPED);
    for (let instance = this.idle.pop(); instance; instance = this.idle.pop()) {
      clearTimeout(this.idleTimers.get(instance));
      this.idleTimers.delete(instance);
      if (!instance.dead) return Promise.resolve(instance);
    }
    return new Promise((resolve) => {
      const take = (found: FunctionInstance | FunctionError): void => {
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        resolve(undefined);
      }, this.options.timeoutSeconds * 1000);
      this.waiting.push(take);
      this.grow();
    });
  }

  /** One more instance when work waits that no starting instance will take. */
  private grow(): void {
    if (this.stopped || this.waiting.length <= this.starting) return;
    if (this.instances.size >= this.options.maxInstances || this.starting > 0) return;
    void this.addInstance();
  }

  private async addInstance(): Promise<FunctionError | undefined> {
    const { file, environment, memoryMb, name, journal } = this.options;
    const onLine: InstanceOptions['onLine'] = (requestId, line) =>
      journal.record({ type: 'log', function: name, requestId, line });
    const onEnd = (): void => this.forget(instance);
    const instance: FunctionInstance = new FunctionInstance({ file, environment, memoryMb, onLine, onEnd });
    this.instances.add(instance);
    if (instance.pid !== undefined) this.options.adopt(instance.pid);
    this.starting += 1;
    const error = await instance.ready;
    this.starting -= 1;
    this.alive = error === undefined;
    if (error === undefined && !this.stopped) {
      this.release(instance);
      return undefined;
    }
    this.instances.delete(instance);
    if (error) {
      journal.record({ type: 'stack', what: `${name} failed to start: ${error.errorMessage}` });
      this.waiting.shift()?.(error);
      this.grow();
    }
    return error;
  }

  /** An instance has ended. One that was idle or busy is replaced when nobody else is there to take its work. */
  private forget(instance: FunctionInstance): void {
    clearTimeout(this.idleTimers.get(instance));
    this.idleTimers.delete(instance);
    const at = this.idle.indexOf(instance);
    if (at !== -1) this.idle.splice(at, 1);
    if (!this.instances.delete(instance) || this.stopped) return;
    this.options.journal.record({ type: 'stack', what: `an instance of ${this.options.name} ended and is replaced` });
    // One that ends as soon as it starts would be started for ever; it waits for the next event, as on Lambda.
    const lived = performance.now() - instance.startedAt > LIVED_MS;
    if (this.waiting.length > 0) this.grow();
    else if (this.instances.size === 0 && lived) void this.addInstance();
  }

  private release(instance: FunctionInstance): void {
    if (instance.dead) return;
    const next = this.waiting.shift();
    if (next) {
      next(instance);
      this.grow();
      return;
    }
    this.idle.push(instance);
    this.retireWhenIdle(instance);
  }

  private retireWhenIdle(instance: FunctionInstance): void {
    const timer = setTimeout(() => {
      if (this.instances.size === 1) return;
      this.idle.splice(this.idle.indexOf(instance), 1);
      this.instances.delete(instance);
      this.idleTimers.delete(instance);
      void instance.stop();
    }, IDLE_MS);
    this.idleTimers.set(instance, timer.unref());
  }
}

/** `1-<epoch seconds>-<96 random bits>`: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html */
export const newTraceRoot = (): string =>
  `1-${Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomHex(24)}`;

/** Up to 26 random hexadecimal digits; UUIDs come from a pool of random bytes and cost a hundredth of `randomBytes`. */
const randomHex = (digits: number): string => randomUUID().replaceAll('-', '').slice(-digits);
