/** Makes the system's tables, topics and queues on LocalStack, again after each start of it; until then nothing is answered. */
import { once } from 'node:events';
import { join } from 'node:path';
import { type Resource } from '../../../libs/topology/src/model.js';
import { type Made } from '../resource/makers.js';
import { StartError } from '../start-error.js';
import { absenceReason, lacksToken, MEMORY_HINT } from './absence.js';
import { KeptJson } from './kept-json.js';
import { say } from './log-lines.js';
import { watch, type Away, type Seen } from './upstream.js';

export interface ReconcilerOptions {
  readonly service: string;
  readonly url: string;
  /** Makes what is missing; rejects naming the resource that cannot be made, with a StartError when it never can. */
  readonly make: (onMade: (made: Made) => void) => Promise<Made[]>;
  /** Told when LocalStack is gone, or another start of it is there: what was asked before nobody answers any more. */
  readonly onGone?: () => void;
  /** How long LocalStack may be away before a line tells of it; milliseconds, 10 s by default. */
  readonly firstLineMs?: number;
  /** A folder for what the next start has to know. */
  readonly keptIn?: string;
}

/** A LocalStack that has been away for so long is worth a line; then each time twice as long. */
const FIRST_LINE_MS = 10_000;
/** One that was never there, and whose image may end at once without a token, is waited for until the third line, 40 s. */
const PATIENCE_IN_FIRST_LINES = 4;

/** A LocalStack that was ready and leaves so many looks in a row unanswered, of 2 s each, hangs. */
const SILENT_LOOKS = 3;
/** One that so many looks in a row have no connection to is gone. A single one may have met a connection as it was closed. */
const GONE_LOOKS = 2;

export class Reconciler {
  /** What is missing; undefined when everything is there. */
  waitsFor: string | undefined = 'LocalStack';
  /** The start of LocalStack on which everything was made last. */
  session: string | undefined;
  /** The start that answered last. */
  private seen: string | undefined;
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private awaySince = Date.now();
  private nextLineMs: number;
  private lastFailure = '';
  private wasSeen = false;
  /** In a row. */
  private silentLooks = 0;
  private goneLooks = 0;
  /** Calls since everything was there last. */
  private refused = 0;
  private waiting: (() => void)[] = [];
  /**
   * Why LocalStack was given up. The container is started again, and then ends at the first look: who waits for it sees a
   * container that keeps ending, not one that starts for another 40 s.
   */
  private readonly givenUp: KeptJson<{ readonly image: string | undefined; readonly words: string }>;
  /** The tables that were there last. */
  private readonly tables: KeptJson<readonly string[]>;
  private tellBroken: (reason: string) => void = () => undefined;
  /** Settles with the reason when waiting is of no use: only a person can change what is in the way. */
  readonly broken = new Promise<string>((resolve) => {
    this.tellBroken = resolve;
  });

  constructor(private readonly options: ReconcilerOptions) {
    this.nextLineMs = this.firstLineMs;
    const { keptIn } = options;
    this.givenUp = new KeptJson(keptIn && join(keptIn, 'given-up.json'));
    this.tables = new KeptJson(keptIn && join(keptIn, 'tables.json'));
  }

  private get firstLineMs(): number {
    return this.options.firstLineMs ?? FIRST_LINE_MS;
  }

  /** Counts a call that came while something was missing. */
  countRefused(): void {
    this.refused += 1;
  }

  /** Undefined when everything is there; else resolves when it is. */
  untilReady(): Promise<void> | undefined {
    return this.waitsFor === undefined ? undefined : new Promise((resolve) => void this.waiting.push(resolve));
  }

  /** Looks for LocalStack from now on. */
  start(): void {
    this.watching = watch(this.options.url, (seen) => this.take(seen), this.stopping.signal).catch((error: unknown) =>
      this.giveUp(`LocalStack cannot be watched: ${(error as Error).message}`),
    );
  }

  /** What is being made is not waited for: it may hang with LocalStack, and is looked at again by the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async take(seen: Seen): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if ('away' in seen) return this.miss(seen);
    if (!this.wasSeen) this.givenUp.forget();
    this.wasSeen = true;
    this.silentLooks = 0;
    this.nextLineMs = this.firstLineMs;
    this.awaySince = Date.now();
    this.goneLooks = 0;
    const { service, make, onGone } = this.options;
    if (this.seen !== undefined && this.seen !== seen.session) onGone?.();
    this.seen = seen.session;
    if (seen.session === this.session && this.waitsFor === undefined) return;
    this.waitsFor = 'the resources';
    const started = performance.now();
    const passed: Made[] = [];
    try {
      const made = await unless(
        this.stopping.signal,
        make((each) => void passed.push(each)),
      );
      if (made === undefined) return;
      this.tellMade(passed);
      this.tellLoss(made);
      this.session = seen.session;
      const ms = Math.round(performance.now() - started);
      say(service, `ready: ${made.length} resources on LocalStack ${seen.version} in ${ms} ms${this.refusals()}`);
      this.beReady();
    } catch (error) {
      this.tellMade(passed);
      const { message } = error as Error;
      if (error instanceof StartError) this.giveUp(message);
      else this.fail(message);
    }
  }

  private beReady(): void {
    this.waitsFor = undefined;
    this.lastFailure = '';
    this.refused = 0;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Nothing more is tried; the reason is said by whoever waits for `broken`. */
  private giveUp(reason: string): void {
    this.waitsFor = reason;
    this.stopping.abort();
    this.tellBroken(reason);
  }

  private refusals(): string {
    if (this.refused === 0) return '';
    return `; ${this.refused} ${this.refused === 1 ? 'call was' : 'calls were'} refused meanwhile`;
  }

  /** What was only found is not worth a line, unless it stands among what was not. */
  private tellMade(made: readonly Made[]): void {
    if (made.every(({ origin }) => origin === 'found')) return;
    for (const { resource, origin } of made) say(this.options.service, `${resource.kind} ${resource.name} ${origin}`);
  }

  /** A LocalStack that comes back empty has lost what was in it, and an image may do so with its tables too. */
  private tellLoss(made: readonly Made[]): void {
    const created = made.flatMap((each) => (each.origin === 'created' ? labelOf(each) : []));
    // Who did not see it go asks for the tables alone: the rest never outlives LocalStack's container.
    const before = this.tables.read() ?? [];
    const lost = this.session === undefined ? created.filter((label) => before.includes(label)) : created;
    this.tables.write(made.filter(({ resource }) => resource.kind === 'table').map(labelOf));
    if (lost.length === 0) return;
    say(
      this.options.service,
      `LocalStack came back without ${lost.join(', ')}; what they held is lost, they are made anew`,
      'WARN',
    );
  }

  private miss({ away: reason, answers, isSilent, isGone }: Away): void {
    this.goneLooks = isGone ? this.goneLooks + 1 : 0;
    if (this.goneLooks === GONE_LOOKS) this.options.onGone?.();
    this.wasSeen ||= answers;
    this.silentLooks = isSilent ? this.silentLooks + 1 : 0;
    // On a machine that is busy a look goes unanswered now and then, and calls still are.
    if (this.waitsFor === undefined && isSilent && this.silentLooks < SILENT_LOOKS) return;
    const before = this.wasSeen ? undefined : this.keptReason();
    if (before !== undefined) return this.giveUp(before);
    if (this.waitsFor === undefined) {
      this.awaySince = Date.now();
      say(this.options.service, `LocalStack is away (${reason}); calls get 503 until it is back${MEMORY_HINT}`, 'WARN');
    }
    this.waitsFor = `LocalStack (${reason})`;
    if (Date.now() - this.awaySince < this.nextLineMs) return;
    this.nextLineMs *= 2;
    const away = Date.now() - this.awaySince;
    const seconds = Math.round(away / 1000);
    const words = absenceReason(this.options.url, reason, seconds, process.env);
    const isLongEnough = away >= PATIENCE_IN_FIRST_LINES * this.firstLineMs;
    if (!this.wasSeen && isLongEnough && lacksToken(process.env)) {
      this.givenUp.write({ image: process.env.LOCALSTACK_IMAGE, words });
      this.giveUp(words);
    } else say(this.options.service, words, 'ERROR');
  }

  /** Why an earlier start gave this same image up, while nobody has said how to go on. */
  private keptReason(): string | undefined {
    if (!lacksToken(process.env)) return undefined;
    const { image, words } = this.givenUp.read() ?? {};
    return image === process.env.LOCALSTACK_IMAGE ? words : undefined;
  }

  /** The same words are said once. */
  private fail(message: string): void {
    this.waitsFor = message;
    if (message !== this.lastFailure) say(this.options.service, message, 'ERROR');
    this.lastFailure = message;
  }
}

const labelOf = ({ resource: { kind, name } }: Made): string => `${kind} ${name}`;

/** What comes of the work; undefined as soon as the signal aborts, whatever comes of it then. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}

/** Names the resource in what goes wrong with it. */
export async function naming<T>(resource: Resource, making: Promise<T>): Promise<T> {
  try {
    return await making;
  } catch (error) {
    const { message } = error as Error;
    const name = `${resource.kind} "${resource.name}"`;
    if (message.includes(name)) throw error;
    const Kind = error instanceof StartError ? StartError : Error;
    throw new Kind(`${name}: ${message}`, { cause: error });
  }
}
