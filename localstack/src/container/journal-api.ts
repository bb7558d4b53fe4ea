/**
 * The system's journal over HTTP: `GET /_tabletop/journal?since=<seq>` gives entries as JSON lines and names, in headers, the
 * next number and the journal, which is another one after a restart; `POST` adds what other containers have recorded.
 * `GET /_tabletop/writes` sends a line whenever a table was written to.
 */
import { randomUUID } from 'node:crypto';
import { type RequestListener, type ServerResponse } from 'node:http';
import { collect } from '../endpoint/forward.js';
import { type Journal } from '../journal.js';
import { type JournalEvent } from '../journal-event.js';

const LARGEST_BATCH = 64 * 1024 * 1024;

export function journalPage(journal: Journal): RequestListener {
  const id = randomUUID();
  return (incoming, outgoing) => {
    if (incoming.method !== 'POST') {
      incoming.resume();
      const { searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
      const since = Number(searchParams.get('since') ?? 0);
      const entries = journal.entries(({ seq }) => seq >= since);
      const about = { 'x-journal-id': id, 'x-journal-next': journal.next };
      outgoing.writeHead(200, { ...about, 'content-type': 'application/x-ndjson' });
      outgoing.end(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      return;
    }
    collect(incoming, LARGEST_BATCH).then(
      (body) => {
        try {
          for (const event of eventsIn(body.toString())) journal.record(event);
          outgoing.writeHead(204).end();
        } catch (error) {
          outgoing.writeHead(400).end(String(error));
        }
      },
      () => outgoing.destroy(),
    );
  };
}

/** @throws Error when a line is no event */
const eventsIn = (text: string): JournalEvent[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = JSON.parse(line) as Partial<JournalEvent> | null;
      if (typeof event?.type !== 'string') throw new Error(`no event: ${line.slice(0, 100)}`);
      return event as JournalEvent;
    });

/** Tells of writes to whoever listens; many at once become one line. */
export class WriteBell {
  private readonly listeners = new Set<ServerResponse>();
  private isRinging = false;

  readonly page: RequestListener = (incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(200, { 'content-type': 'text/plain' }).write('\n');
    this.listeners.add(outgoing);
    outgoing.once('close', () => this.listeners.delete(outgoing));
  };

  ring(): void {
    if (this.isRinging) return;
    this.isRinging = true;
    setImmediate(() => {
      this.isRinging = false;
      for (const listener of this.listeners) listener.write('\n');
    });
  }

  stop(): void {
    for (const listener of this.listeners) listener.end();
  }
}
