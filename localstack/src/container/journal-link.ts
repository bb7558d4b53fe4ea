/** What a container records goes to the system's journal at the AWS endpoint, in batches, also after a while without it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Journal, textOf } from '../journal.js';
import { type JournalEntry } from '../journal-event.js';
import { say } from './log-lines.js';

/** Who sends a batch, and its number among those of this sender: one that comes again is not recorded again. */
export const SENDER = 'x-journal-sender';
export const BATCH = 'x-journal-batch';

/** While the endpoint is away this much is kept, the newest. */
const KEPT = { entries: 5_000, characters: 16_000_000 } as const;
const AT_ONCE = { entries: 500, characters: 4_000_000 } as const;
const PATIENCE_MS = 2_000;
const PAUSE_MS = 500;
/** Entries of one moment go together. */
const GATHER_MS = 20;
/** Answers after which the same batch may be taken later. */
const AGAIN: ReadonlySet<number> = new Set([408, 429]);

export class JournalLink {
  private waiting: JournalEntry[] = [];
  /** Of the waiting ones. */
  private characters = 0;
  private dropped = 0;
  private sending: Promise<void> | undefined;
  private stopped = false;
  private readonly sender = randomUUID();
  private batches = 0;

  /** @param service names the container in its own lines */
  constructor(
    journal: Journal,
    private readonly awsUrl: string,
    private readonly service = 'journal',
  ) {
    journal.subscribe((entry) => {
      this.waiting.push(entry);
      this.characters += textOf(entry);
      // Cut in large steps, as the journal does.
      if (this.waiting.length > KEPT.entries * 1.25) this.dropTo(KEPT.entries);
      while (this.characters > KEPT.characters && this.waiting.length > 1)
        this.dropTo(Math.floor(this.waiting.length / 2));
      this.sending ??= this.send();
    });
  }

  /** Sends what is left, once. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.sending;
  }

  private async send(): Promise<void> {
    while (this.waiting.length > 0) {
      if (!this.stopped) await delay(GATHER_MS);
      const batch = this.take();
      const number = (this.batches += 1);
      // The same entries under the same number: it may have been recorded although nobody said so.
      while (!(await this.post(batch, number))) {
        if (this.stopped) {
          this.dropped += batch.length + this.waiting.length;
          this.waiting = [];
          break;
        }
        await delay(PAUSE_MS);
      }
      this.tellDropped();
    }
    this.sending = undefined;
  }

  /** The oldest that wait, one at least. */
  private take(): JournalEntry[] {
    let count = 0;
    let characters = 0;
    for (const entry of this.waiting) {
      characters += textOf(entry);
      if (count > 0 && (count === AT_ONCE.entries || characters > AT_ONCE.characters)) break;
      count += 1;
    }
    const batch = this.waiting.splice(0, count);
    this.characters -= charactersOf(batch);
    return batch;
  }

  /** Whether the batch is done with: taken, or refused for good. */
  private async post(batch: readonly JournalEntry[], number: number): Promise<boolean> {
    const body = batch.map(({ seq: _seq, ...event }) => `${JSON.stringify(event)}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson', [SENDER]: this.sender, [BATCH]: String(number) };
    try {
      const response = await fetch(`${this.awsUrl}/_tabletop/journal`, {
        ...{ method: 'POST', body, headers },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { ok, status } = response;
      const reason = await response.text();
      if (ok) return true;
      if (status >= 500 || AGAIN.has(status)) return false;
      say(this.service, `${batch.length} journal entries were refused (${status}): ${reason.slice(0, 500)}`, 'WARN');
      return true;
    } catch {
      // The endpoint is away; what it misses is sent when it is back.
      return false;
    }
  }

  private dropTo(count: number): void {
    this.dropped += this.waiting.length - count;
    this.waiting = this.waiting.slice(-count);
    this.characters = charactersOf(this.waiting);
  }

  /** Once for a whole absence. */
  private tellDropped(): void {
    if (this.dropped === 0) return;
    say(this.service, `${this.dropped} journal entries were dropped while the AWS endpoint was away`, 'WARN');
    this.dropped = 0;
  }
}

const charactersOf = (entries: readonly JournalEntry[]): number =>
  entries.reduce((sum, entry) => sum + textOf(entry), 0);
