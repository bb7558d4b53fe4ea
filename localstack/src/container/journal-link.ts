/** What a container records goes to the system's journal at the AWS endpoint, in batches, also after a while without it. */
import { type Journal } from '../journal.js';
import { type JournalEvent } from '../journal-event.js';

/** While the endpoint is away this much is kept, the newest. */
const MOST_KEPT = 5_000;
const MOST_AT_ONCE = 500;
const PAUSE_MS = 500;
/** Entries of one moment go together. */
const GATHER_MS = 20;

export class JournalLink {
  private waiting: JournalEvent[] = [];
  private sending: Promise<void> | undefined;
  private stopped = false;

  constructor(
    journal: Journal,
    private readonly awsUrl: string,
  ) {
    journal.subscribe(({ seq: _seq, at: _at, ...event }) => {
      this.waiting.push(event);
      if (this.waiting.length > MOST_KEPT * 1.25) this.waiting = this.waiting.slice(-MOST_KEPT);
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
      if (!this.stopped) await pause(GATHER_MS);
      const batch = this.waiting.splice(0, MOST_AT_ONCE);
      if (await this.post(batch)) continue;
      this.waiting = [...batch, ...this.waiting];
      if (this.stopped) break;
      await pause(PAUSE_MS);
    }
    this.sending = undefined;
  }

  private async post(batch: readonly JournalEvent[]): Promise<boolean> {
    const body = batch.map((event) => `${JSON.stringify(event)}\n`).join('');
    try {
      const { status } = await fetch(`${this.awsUrl}/_tabletop/journal`, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } },
        signal: AbortSignal.timeout(2_000),
      });
      return status < 500;
    } catch {
      // The endpoint is away; what it misses is sent when it is back.
      return false;
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
