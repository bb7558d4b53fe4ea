import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import supertest from 'supertest';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { Journal } from '../journal.js';
import { journalPage, WriteBell } from './journal-api.js';

const said = (what: string): { type: 'stack'; what: string } => ({ type: 'stack', what });

describe('the page of the journal', () => {
  const journal = new Journal();
  const server = new PageServer(journalPage(journal));
  const post = (body: string, headers: Record<string, string> = {}): supertest.Test =>
    supertest(server.url).post('/').set(headers).type('text/plain').send(body);
  const read = (query: string): supertest.Test => supertest(server.url).get(`/${query}`).buffer(true);

  before(() => server.start());
  after(() => server.stop());

  it('is read as JSON lines from a number on, and says what the next one is', async () => {
    const since = journal.next;
    journal.record(said('new'));
    const answer = await read(`?since=${since}`).expect(200);
    expect(JSON.parse(answer.text)).toMatchObject({ ...said('new'), seq: since });
    expect([answer.headers['x-journal-next'], answer.headers['x-journal-id']]).toEqual([
      String(since + 1),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
    const head = await supertest(server.url).head('/').expect(200);
    expect(head.headers['x-journal-next']).toBe(String(since + 1));
  });

  it('gives more than fits into one piece, each entry once', async () => {
    const since = journal.next;
    for (let n = 0; n < 2_000; n++) journal.record(said(`${n} ${'x'.repeat(100)}`));
    const { text } = await read(`?since=${since}`).expect(200);
    const numbers = text.trimEnd().split('\n');
    expect(numbers.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(
      Array.from({ length: 2_000 }, (_, n) => since + n),
    );
  });

  it('refuses a since that is no number, and methods that it does not know', async () => {
    for (const since of ['x', '', '-1', '1e3']) await read(`?since=${since}`).expect(400);
    const refused = await supertest(server.url).put('/').send('{}').expect(405);
    expect(refused.headers.allow).toBe('GET, HEAD, POST');
  });

  for (const [title, line] of [
    ['JSON', '{'],
    ['an object', 'null'],
    ['of a type', '{"what":"x"}'],
    ['of a known type', '{"type":"rumour","what":"x"}'],
    ['a log with its line', '{"type":"log","function":"f","requestId":"r","logGroup":"g","logStream":"s"}'],
    [
      'a record whose keys are attributes',
      '{"type":"stream-record","pipe":"p","eventId":"e","eventName":"INSERT","keys":{"PK":null}}',
    ],
  ])
    it(`takes nothing of a batch in which one event is not ${title}`, async () => {
      const { next } = journal;
      const { text } = await post(`${JSON.stringify(said('first'))}\n${line}\n`).expect(400);
      expect(text).toContain(`no event: ${line?.slice(0, 100)}`);
      expect(journal.next).toBe(next);
    });

  it('keeps the time that is told, but none that is yet to come', async () => {
    const { next } = journal;
    const before = Date.now();
    const events = [{ ...said('old'), at: 1_000 }, { ...said('new'), at: before + 60_000 }, said('untimed')];
    await post(events.map((event) => JSON.stringify(event)).join('\n')).expect(204);
    const [old, ...others] = journal.entries(({ seq }) => seq >= next).map(({ at }) => at);
    expect(old).toBe(1_000);
    expect(others).toHaveLength(2);
    for (const at of others) {
      expect(at).toBeGreaterThanOrEqual(before);
      expect(at).toBeLessThanOrEqual(Date.now());
    }
  });

  it('records a batch that comes twice once, and the same number of another sender', async () => {
    const { next } = journal;
    const batch = (sender: string, number: number): supertest.Test =>
      post(JSON.stringify(said(`${sender} ${number}`)), { 'x-journal-sender': sender, 'x-journal-batch': `${number}` });
    for (const [sender, number] of [
      ['a', 1],
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['a', 1],
    ] as const)
      await batch(sender, number).expect(204);
    expect(journal.entries(({ seq }) => seq >= next)).toMatchObject([said('a 1'), said('b 1'), said('a 2')]);
  });

  it('does not let a refused batch keep its number', async () => {
    const headers = { 'x-journal-sender': 'mender', 'x-journal-batch': '1' };
    await post('{', headers).expect(400);
    const { next } = journal;
    await post(JSON.stringify(said('mended')), headers).expect(204);
    expect(journal.next).toBe(next + 1);
  });
});

describe('the bell of writes', () => {
  it('rings once for many writes of one moment, and again for later ones', async () => {
    const bell = new WriteBell();
    const server = new PageServer(bell.page);
    await server.start();
    const { body } = await fetch(server.url);
    const lines = body?.getReader();
    await lines?.read();
    for (let n = 0; n < 100; n++) bell.ring();
    expect(Buffer.from((await lines?.read())?.value ?? []).toString()).toBe('\n');
    bell.ring();
    expect(Buffer.from((await lines?.read())?.value ?? []).toString()).toBe('\n');
    bell.stop();
    expect((await lines?.read())?.done).toBe(true);
    await server.stop();
  });

  it('leaves out who does not read, so that nothing piles up', async () => {
    const bell = new WriteBell();
    const incoming = new IncomingMessage(new Socket());
    const stuck = new Duplex({ read: () => undefined, write: () => undefined, writableHighWaterMark: 1_000 });
    const outgoing = new ServerResponse(incoming);
    outgoing.assignSocket(stuck as Socket);
    bell.page(incoming, outgoing);
    for (let n = 0; n < 3_000; n++) {
      bell.ring();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(outgoing.writableLength).toBeGreaterThan(0);
    expect(outgoing.writableLength).toBeLessThan(1_100);
  });
});
