import { type RequestListener } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { listenToLines } from '../../../test/fixtures/said.js';
import { until } from '../child-process.js';
import { Journal } from '../journal.js';
import { type JournalEvent } from '../journal-event.js';
import { journalPage } from './journal-api.js';
import { JournalLink } from './journal-link.js';

const said = (what: string): JournalEvent => ({ type: 'stack', what });
const logged = (line: string): JournalEvent => ({
  ...{ type: 'log', function: 'f', requestId: 'r', line, stderr: true },
  ...{ logGroup: 'g', logStream: 's' },
});

/** One of each type, with all that it may have. */
const EVERY: readonly JournalEvent[] = [
  {
    ...{ type: 'request', requestId: 'r', method: 'GET', path: '/', status: 200, api: 'a', stage: 's' },
    ...{ function: 'f', durationMs: 1.5 },
  },
  {
    ...{ type: 'aws-call', service: 'sqs', operation: 'SendMessage', resource: 'q', status: 200, durationMs: 2 },
    ...{ traceId: 't', fault: 'throttle' },
  },
  {
    ...{ type: 'stream-record', pipe: 'p', eventId: 'e', requestId: 'r', eventName: 'INSERT' },
    keys: { PK: { S: 'k' } },
  },
  { type: 'filter', pipe: 'p', eventId: 'e', requestId: 'r', passed: true, reason: 'filter 1' },
  { type: 'stream-record', pipe: 'p', eventId: 'e', eventName: 'REMOVE', keys: {} },
  { type: 'filter', pipe: 'p', eventId: 'e', passed: false, reason: 'none matches' },
  {
    ...{ type: 'pipe-step', pipe: 'p', executionId: 'x', step: 'EXECUTION_FAILED', eventIds: ['e'], requestIds: ['r'] },
    error: 'why',
  },
  {
    ...{ type: 'dead-letter', pipe: 'p', condition: 'c', eventIds: ['e'], requestIds: ['r'], envelope: { v: 1 } },
    records: [{ eventID: 'e' }],
  },
  { type: 'discarded', pipe: 'p', condition: 'c', eventIds: ['e'], requestIds: [], envelope: null, records: [] },
  {
    ...{ type: 'queue-batch', consumer: 'c', requestId: 'r', messageIds: ['1', '2'], failed: ['2'] },
    givenUp: { messageIds: ['2'], to: 'dead' },
  },
  {
    ...{ type: 'invocation', function: 'f', requestId: 'r', traceId: 't', durationMs: 3, logStream: 's' },
    error: { errorType: 'Error', errorMessage: 'broken' },
  },
  { type: 'throttle', function: 'f', requestId: 'r' },
  { type: 'alarm', alarm: 'a', from: 'OK', to: 'ALARM', reason: 'because' },
  logged('a line'),
  { type: 'message', service: 'sns', to: 't', messageId: 'm', body: 'b', subject: 's', attributes: { requestId: 'r' } },
  said('something'),
];

describe('the link to the journal', () => {
  const journal = new Journal();
  const page = journalPage(journal);
  let onRequest: RequestListener = page;
  const server = new PageServer((incoming, outgoing) => onRequest(incoming, outgoing));
  let link: JournalLink | undefined;

  /** A container's journal, with its link. */
  const linked = (): Journal => {
    const own = new Journal();
    link = new JournalLink(own, server.url, 'somebody');
    return own;
  };
  const sinceNow = (): (() => JournalEvent[]) => {
    const { next } = journal;
    return () => journal.entries(({ seq }) => seq >= next);
  };

  afterEach(async () => {
    onRequest = page;
    await link?.stop();
    await server.stop();
  });

  it('brings events of every type whole, in their order and with their times', async () => {
    await server.start();
    const found = sinceNow();
    const own = linked();
    EVERY.forEach((event, n) => own.record(event, 1_000 + n));
    own.record(said('last'));
    await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'last');
    const { next } = journal;
    expect(found().slice(0, -1)).toEqual(
      EVERY.map((event, n) => ({ ...event, seq: next - 1 - EVERY.length + n, at: 1_000 + n })),
    );
  });

  it('brings later what was recorded while the endpoint was away', async () => {
    await server.start();
    await server.stop();
    const own = linked();
    own.record(said('meanwhile'), 2_000);
    await server.start();
    expect(await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'meanwhile')).toMatchObject({
      at: 2_000,
    });
  });

  it('brings once what was recorded although the answer got lost', async () => {
    await server.start();
    const found = sinceNow();
    let lost = 0;
    onRequest = (incoming, outgoing) => {
      lost += 1;
      if (lost === 1) outgoing.end = () => outgoing.destroy();
      return page(incoming, outgoing);
    };
    const own = linked();
    own.record(said('first'));
    await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'first');
    own.record(said('second'));
    await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'second');
    expect(lost).toBe(3);
    expect(found()).toMatchObject([said('first'), said('second')]);
  });

  it('tries again after a 503, and says what was refused before it goes on', async () => {
    await server.start();
    const found = sinceNow();
    const lines = listenToLines();
    const answers = [503, 400];
    onRequest = (incoming, outgoing) => {
      const status = answers.shift();
      if (status === undefined) return page(incoming, outgoing);
      incoming.resume();
      outgoing.writeHead(status).end('for a reason');
    };
    const own = linked();
    own.record(said('refused'));
    await until('asked once', () => Promise.resolve(answers.length === 0), 10_000);
    own.record(said('taken'));
    await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'taken');
    lines.stop();
    expect(found()).toMatchObject([said('taken')]);
    expect(lines.lines).toMatchObject([
      { level: 'WARN', service: 'somebody', message: '1 journal entries were refused (400): for a reason' },
    ]);
  });

  for (const [title, count, text, most] of [
    ['entries', 9_000, 'x', 5_000 * 1.25],
    ['characters', 40, 'x'.repeat(1_000_000), 16],
  ] as const)
    it(`keeps so many ${title} while the endpoint is away, the newest, and says once how many it dropped`, async () => {
      await server.start();
      await server.stop();
      const found = sinceNow();
      const own = linked();
      const lines = listenToLines();
      for (let n = 0; n < count; n++) own.record(logged(text));
      own.record(said(`last of ${title}`));
      await server.start();
      await journal.waitFor((entry) => entry.type === 'stack' && entry.what === `last of ${title}`, 20_000);
      await link?.stop();
      lines.stop();
      const kept = found().length;
      expect(kept).toBeLessThanOrEqual(most);
      expect(lines.lines).toMatchObject([
        { level: 'WARN', message: `${count + 1 - kept} journal entries were dropped while the AWS endpoint was away` },
      ]);
    });
});
