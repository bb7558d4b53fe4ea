import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import supertest from 'supertest';
import { Journal } from '../journal.js';
import { journalPage, WriteBell } from './journal-api.js';
import { JournalLink } from './journal-link.js';

const stackEvent = (what: string): { type: 'stack'; what: string } => ({ type: 'stack', what });

describe('the journal of several containers', () => {
  const journal = new Journal();
  let server: Server;
  let port = 0;
  const page = journalPage(journal);

  const listen = async (): Promise<void> => {
    server = createServer((incoming, outgoing) => page(incoming, outgoing)).listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };

  before(listen);
  after(close);

  it('takes what another one records, in its order', async () => {
    const own = new Journal();
    const link = new JournalLink(own, `http://127.0.0.1:${port}`);
    for (const what of ['a', 'b', 'c']) own.record(stackEvent(what));
    const found = await journal.waitForCount(3, { type: 'stack' });
    expect(found.map((entry) => (entry.type === 'stack' ? entry.what : ''))).toEqual(['a', 'b', 'c']);
    await link.stop();
  });

  it('gets later what was recorded while it was away', async () => {
    await close();
    const own = new Journal();
    const link = new JournalLink(own, `http://127.0.0.1:${port}`);
    own.record(stackEvent('meanwhile'));
    await listen();
    await journal.waitFor((entry) => entry.type === 'stack' && entry.what === 'meanwhile');
    await link.stop();
  });

  it('is read as JSON lines from a number on, and says what the next one is', async () => {
    const since = journal.next;
    journal.record(stackEvent('new'));
    const answer = await supertest(`http://127.0.0.1:${port}`).get(`/?since=${since}`).buffer(true).expect(200);
    expect(JSON.parse(answer.text)).toMatchObject({ ...stackEvent('new'), seq: since });
    expect([answer.headers['x-journal-next'], answer.headers['x-journal-id']]).toEqual([
      String(since + 1),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
  });

  it('refuses what is no event', async () => {
    for (const body of ['{', 'null', '{"what":"x"}'])
      await supertest(`http://127.0.0.1:${port}`).post('/').type('text/plain').send(body).expect(400);
  });
});

describe('the bell of writes', () => {
  it('rings once for many writes of one moment, and again for later ones', async () => {
    const bell = new WriteBell();
    const server = createServer((incoming, outgoing) => bell.page(incoming, outgoing)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const lines = body?.getReader();
    await lines?.read();
    for (let n = 0; n < 100; n++) bell.ring();
    expect(Buffer.from((await lines?.read())?.value ?? []).toString()).toBe('\n');
    bell.ring();
    expect(Buffer.from((await lines?.read())?.value ?? []).toString()).toBe('\n');
    bell.stop();
    expect((await lines?.read())?.done).toBe(true);
    server.close();
  });
});
