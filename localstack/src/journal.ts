/**
 * Everything that passes through the stack, in order. Tests wait on it, the terminal prints from it. Bounded in memory by
 * the number of entries and by the text they carry: the oldest go first.
 */
import { type JournalEntry, type JournalEvent } from './journal-event.js';

/** A predicate, or the properties an entry must have (compared one level deep). */
export type JournalFilter = ((entry: JournalEntry) => boolean) | Partial<JournalEntry>;

export interface JournalReader {
  /** The entries still kept, oldest first. */
  entries(filter?: JournalFilter): JournalEntry[];
  /**
   * The first kept or coming entry that matches.
   * @throws Error after `timeoutMs`, with the last entries in its message
   */
  waitFor(filter: JournalFilter, timeoutMs?: number): Promise<JournalEntry>;
  /** Resolves when `count` kept or coming entries match. */
  waitForCount(count: number, filter: JournalFilter, timeoutMs?: number): Promise<JournalEntry[]>;
  /** Resolves when `quietMs` pass without a match among the entries from `since` (a sequence number) on. */
  expectNone(filter: JournalFilter, quietMs?: number, since?: number): Promise<void>;
  /** Calls `listener` for each entry to come, until the returned function is called. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  /** The sequence number that the next entry gets. */
  readonly next: number;
}

const DEFAULT_CAPACITY = 20_000;
/** Characters of bodies, lines and dead-lettered records. */
const DEFAULT_TEXT = 64_000_000;

export class Journal implements JournalReader {
  next = 0;
  private kept: JournalEntry[] = [];
  private readonly listeners = new Set<(entry: JournalEntry) => void>();

  private text = 0;

  constructor(
    private readonly capacity = DEFAULT_CAPACITY,
    private readonly textCapacity = DEFAULT_TEXT,
  ) {}

  /** @param at epoch milliseconds of when it happened, where that is not now */
  record(event: JournalEvent, at = Date.now()): void {
    const text = textOf(event);
    const entry: JournalEntry = { ...event, seq: this.next++, at };
    this.kept.push(entry);
    this.text += text;
    // Cut in large steps: shifting one by one would move the whole array for each entry.
    if (this.kept.length > this.capacity * 1.25) this.cutTo(this.capacity);
    while (this.text > this.textCapacity && this.kept.length > 1) this.cutTo(Math.floor(this.kept.length / 2));
    for (const listener of this.listeners) listener(entry);
  }

  entries(filter: JournalFilter = {}): JournalEntry[] {
    return this.kept.filter(matcher(filter));
  }

  async waitFor(filter: JournalFilter, timeoutMs = 5_000): Promise<JournalEntry> {
    const [entry] = await this.waitForCount(1, filter, timeoutMs);
    if (entry === undefined) throw new Error('waitForCount(1) resolved without an entry');
    return entry;
  }

  waitForCount(count: number, filter: JournalFilter, timeoutMs = 5_000): Promise<JournalEntry[]> {
    const matches = matcher(filter);
    const found = this.kept.filter(matches);
    if (found.length >= count) return Promise.resolve(found.slice(0, count));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        unsubscribe();
        reject(
          new Error(`${found.length} of ${count} journal entries in ${timeoutMs} ms; the last were:\n${this.tail()}`),
        );
      }, timeoutMs);
      const unsubscribe = this.subscribe((entry) => {
        if (!matches(entry) || found.push(entry) < count) return;
        clearTimeout(timer);
        unsubscribe();
        resolve(found);
      });
    });
  }

  expectNone(filter: JournalFilter, quietMs = 300, since = this.next): Promise<void> {
    const matches = matcher(filter);
    const unexpected = (entry: JournalEntry): Error => new Error(`Unexpected journal entry: ${JSON.stringify(entry)}`);
    const early = this.kept.find((entry) => entry.seq >= since && matches(entry));
    if (early) return Promise.reject(unexpected(early));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        unsubscribe();
        resolve();
      }, quietMs);
      const unsubscribe = this.subscribe((entry) => {
        if (!matches(entry)) return;
        clearTimeout(timer);
        unsubscribe();
        reject(unexpected(entry));
      });
    });
  }

  subscribe(listener: (entry: JournalEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private cutTo(count: number): void {
    this.kept = this.kept.slice(-count);
    this.text = this.kept.reduce((sum, entry) => sum + textOf(entry), 0);
  }

  private tail(): string {
    return this.kept
      .slice(-15)
      .map((entry) => JSON.stringify(entry).slice(0, 300))
      .join('\n');
  }
}

/** How many characters an entry carries of what may be large. */
export function textOf(entry: JournalEvent): number {
  if (entry.type === 'message') return entry.body.length;
  if (entry.type === 'log') return entry.line.length;
  return entry.type === 'dead-letter' || entry.type === 'discarded' ? JSON.stringify(entry.records).length : 0;
}

function matcher(filter: JournalFilter): (entry: JournalEntry) => boolean {
  if (typeof filter === 'function') return filter;
  const wanted = Object.entries(filter);
  return (entry) => wanted.every(([key, value]) => (entry as unknown as Record<string, unknown>)[key] === value);
}
