/** Makes the system's tables, topics and queues on LocalStack, again after each start of it; until then nothing is answered. */
import { type Resource } from '../../../libs/topology/src/model.js';
import { type Made } from '../resource/makers.js';
import { absenceReason } from './absence.js';
import { say } from './log-lines.js';
import { watch, type Seen } from './upstream.js';

export interface ReconcilerOptions {
  readonly service: string;
  readonly url: string;
  /** Makes what is missing; rejects naming the resource that cannot be made. */
  readonly make: (onMade: (made: Made) => void) => Promise<Made[]>;
}

/** A LocalStack that has been away for so long is worth a line; then each time twice as long. */
const FIRST_LINE_MS = 10_000;

export class Reconciler {
  /** What is missing; undefined when everything is there. */
  waitsFor: string | undefined = 'LocalStack';
  /** The start of LocalStack on which everything was made last. */
  session: string | undefined;
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private awaySince = Date.now();
  private nextLineMs = FIRST_LINE_MS;
  private lastFailure = '';

  constructor(private readonly options: ReconcilerOptions) {}

  /** Looks for LocalStack from now on. */
  start(): void {
    this.watching = watch(this.options.url, (seen) => this.take(seen), this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async take(seen: Seen): Promise<void> {
    if ('away' in seen) return this.miss(seen.away);
    this.nextLineMs = FIRST_LINE_MS;
    this.awaySince = Date.now();
    if (seen.session === this.session && this.waitsFor === undefined) return;
    this.waitsFor = 'the resources';
    const { service, make } = this.options;
    const started = performance.now();
    try {
      const made = await make(({ resource, origin }) => say(service, `${resource.kind} ${resource.name} ${origin}`));
      this.tellLoss(made);
      this.session = seen.session;
      this.waitsFor = undefined;
      this.lastFailure = '';
      const ms = Math.round(performance.now() - started);
      say(service, `ready: ${made.length} resources on LocalStack ${seen.version} in ${ms} ms`);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  /** A LocalStack that comes back empty has lost what was in it, and an image may do so with its tables too. */
  private tellLoss(made: readonly Made[]): void {
    const lost = made.filter(({ origin }) => origin === 'created').map(({ resource }) => resource);
    if (this.session === undefined || lost.length === 0) return;
    const names = lost.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    say(
      this.options.service,
      `LocalStack came back without ${names}; what they held is lost, they are made anew`,
      'WARN',
    );
  }

  private miss(reason: string): void {
    if (this.waitsFor === undefined) {
      this.awaySince = Date.now();
      say(this.options.service, `LocalStack is away (${reason}); calls get 503 until it is back`, 'WARN');
    }
    this.waitsFor = `LocalStack (${reason})`;
    if (Date.now() - this.awaySince < this.nextLineMs) return;
    this.nextLineMs *= 2;
    const seconds = Math.round((Date.now() - this.awaySince) / 1000);
    say(this.options.service, absenceReason(this.options.url, reason, seconds, process.env), 'ERROR');
  }

  /** The same words are said once. */
  private fail(message: string): void {
    this.waitsFor = message;
    if (message !== this.lastFailure) say(this.options.service, message, 'ERROR');
    this.lastFailure = message;
  }
}

/** Names the resource in what goes wrong with it. */
export async function naming<T>(resource: Resource, making: Promise<T>): Promise<T> {
  try {
    return await making;
  } catch (error) {
    const { message } = error as Error;
    const name = `${resource.kind} "${resource.name}"`;
    throw message.includes(name) ? error : new Error(`${name}: ${message}`, { cause: error });
  }
}
