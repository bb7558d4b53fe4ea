/**
 * The system's journal over HTTP: `GET /_tabletop/journal?since=<seq>` gives entries as JSON lines and names, in headers, the
 * next number and the journal, which is another one after a restart; `POST` adds what other containers have recorded, all of
 * a batch or nothing. `GET /_tabletop/writes` sends a line whenever a table was written to.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BodyTooLargeError, collect } from '../endpoint/forward.js';
import { type Journal } from '../journal.js';
import { type JournalEntry } from '../journal-event.js';
import { reportedIn } from './journal-event.schema.js';
import { BATCH, SENDER } from './journal-link.js';

const LARGEST_BATCH = 64 * 1024 * 1024;
/** A sender is a run of a container; who has been silent longest is forgotten. */
const MOST_SENDERS = 1_000;
/** Characters that are written at once. */
const PIECE = 64 * 1024;

export function journalPage(journal: Journal): RequestListener {
  const id = randomUUID();
  const batches = new Batches();
  const read = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    incoming.resume();
    const since = new URL(incoming.url ?? '/', 'http://localhost').searchParams.get('since') ?? '0';
    if (!/^\d{1,15}$/.test(since)) return void outgoing.writeHead(400).end('since is the number of an entry');
    const about = { 'x-journal-id': id, 'x-journal-next': journal.next };
    outgoing.writeHead(200, { ...about, 'content-type': 'application/x-ndjson' });
    if (incoming.method === 'HEAD') return void outgoing.end();
    const entries = journal.entries(({ seq }) => seq >= Number(since));
    // A reader that goes away needs no rest.
    pipeline(Readable.from(piecesOf(entries)), outgoing).catch(() => outgoing.destroy());
  };
  const add = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const lines = (await collect(incoming, LARGEST_BATCH)).toString().split('\n');
    const reported = lines.filter((line) => line !== '').map(reportedIn);
    if (batches.isNew(incoming.headers)) {
      const now = Date.now();
      for (const { event, at = now } of reported) journal.record(event, Math.min(at, now));
    }
    outgoing.writeHead(204).end();
  };
  return (incoming, outgoing) => {
    if (incoming.method === 'GET' || incoming.method === 'HEAD') return read(incoming, outgoing);
    if (incoming.method === 'POST') return void add(incoming, outgoing).catch((error) => refuse(error, outgoing));
    incoming.resume();
    outgoing.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
  };
}

function* piecesOf(entries: readonly JournalEntry[]): Generator<string> {
  let piece = '';
  for (const entry of entries) {
    piece += `${JSON.stringify(entry)}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function refuse(error: unknown, outgoing: ServerResponse): void {
  // Nobody hears an answer to a body that broke off.
  if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return void outgoing.destroy();
  const status = error instanceof BodyTooLargeError ? 413 : 400;
  outgoing.writeHead(status, { 'content-type': 'text/plain' }).end((error as Error).message);
}

/** The last number of each sender. */
class Batches {
  private readonly last = new Map<string, number>();

  /** Notes the batch; one without a sender is always new. */
  isNew({ [SENDER]: sender, [BATCH]: batch }: IncomingMessage['headers']): boolean {
    if (typeof sender !== 'string') return true;
    const number = Number(batch);
    const last = this.last.get(sender) ?? -1;
    if (number <= last) return false;
    this.last.delete(sender);
    this.last.set(sender, number);
    const [oldest] = this.last.keys();
    if (this.last.size > MOST_SENDERS && oldest !== undefined) this.last.delete(oldest);
    return true;
  }
}

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
      // Who has not read the lines before learns from them that there is something.
      for (const listener of this.listeners) if (!listener.writableNeedDrain) listener.write('\n');
    });
  }

  stop(): void {
    for (const listener of this.listeners) listener.end();
  }
}
