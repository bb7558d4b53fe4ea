import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Journal } from './journal.js';
import { type JournalEvent } from './journal-event.js';

const said = (what: string): JournalEvent => ({ type: 'stack', what });
const line = (text: string): JournalEvent => ({
  ...{ type: 'log', function: 'f', requestId: 'r', line: text },
  ...{ logGroup: 'g', logStream: 's' },
});

describe('the journal', () => {
  it('keeps what passes in order, numbered and timed', () => {
    const journal = new Journal();
    const before = Date.now();
    journal.record(said('one'));
    journal.record(said('two'));
    expect(journal.entries()).toEqual([
      { type: 'stack', what: 'one', seq: 0, at: expect.any(Number) as unknown },
      { type: 'stack', what: 'two', seq: 1, at: expect.any(Number) as unknown },
    ]);
    expect(journal.entries()[0]?.at).toBeGreaterThanOrEqual(before);
    expect(journal.next).toBe(2);
  });

  it('finds entries by their properties or by a predicate', () => {
    const journal = new Journal();
    for (const event of [said('one'), line('two'), said('three')]) journal.record(event);
    expect(journal.entries({ type: 'log' })).toHaveLength(1);
    expect(journal.entries({ type: 'stack', what: 'three' } as never).map(({ seq }) => seq)).toEqual([2]);
    expect(journal.entries(({ seq }) => seq < 2)).toHaveLength(2);
  });

  it('forgets the oldest entries beyond its capacity, and keeps counting', () => {
    const journal = new Journal(100);
    for (let n = 0; n < 1_000; n++) journal.record(said(String(n)));
    const kept = journal.entries();
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept.length).toBeLessThanOrEqual(125);
    expect(kept.at(-1)?.seq).toBe(999);
  });

  it('forgets the oldest entries when the text they carry grows too much', () => {
    const journal = new Journal(10_000, 1_000);
    for (let n = 0; n < 100; n++) journal.record(line('x'.repeat(90)));
    const kept = journal.entries();
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.at(-1)?.seq).toBe(99);
  });

  it('keeps one entry however long it is', () => {
    const journal = new Journal(10, 10);
    journal.record(line('x'.repeat(100)));
    expect(journal.entries()).toHaveLength(1);
  });

  it('waits for an entry that is kept already, and for one to come', async () => {
    const journal = new Journal();
    journal.record(said('early'));
    expect(await journal.waitFor(({ type }) => type === 'stack')).toMatchObject({ what: 'early' });
    const late = journal.waitFor({ type: 'log' });
    journal.record(line('late'));
    expect(await late).toMatchObject({ line: 'late' });
  });

  it('waits for several entries, kept and to come together', async () => {
    const journal = new Journal();
    journal.record(said('1'));
    const three = journal.waitForCount(3, { type: 'stack' });
    for (const event of [line('between'), said('2'), said('3'), said('4')]) journal.record(event);
    expect((await three).map(({ seq }) => seq)).toEqual([0, 2, 3]);
  });

  it('gives up waiting with the last entries in its message', async () => {
    const journal = new Journal();
    journal.record(said('the last thing'));
    await expect(journal.waitForCount(2, { type: 'stack' }, 5)).rejects.toThrow(
      /1 of 2 journal entries in 5 ms[^]*the last thing/,
    );
  });

  it('expects none: fails on a match to come, and on one kept since the given entry', async () => {
    const journal = new Journal();
    journal.record(line('kept'));
    const coming = journal.expectNone({ type: 'stack' }, 1_000);
    journal.record(said('unwanted'));
    await expect(coming).rejects.toThrow(/Unexpected journal entry: .*unwanted/);
    await expect(journal.expectNone({ type: 'log' }, 1_000, 0)).rejects.toThrow(/kept/);
  });

  it('expects none: is content when only others come', async () => {
    const journal = new Journal();
    journal.record(line('before'));
    const content = journal.expectNone({ type: 'log' }, 5);
    journal.record(said('other'));
    await content;
  });

  it('calls a subscriber until it unsubscribes', () => {
    const journal = new Journal();
    const heard: number[] = [];
    const unsubscribe = journal.subscribe(({ seq }) => heard.push(seq));
    journal.record(said('heard'));
    unsubscribe();
    journal.record(said('not heard'));
    expect(heard).toEqual([0]);
  });
});
