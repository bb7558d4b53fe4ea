import { describe, it } from 'node:test';
import { expect } from 'expect';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { listPage, searchPage, streamPage } from './log-pages.js';
import { LogStore } from './log-store.js';

const store = (capacity?: ConstructorParameters<typeof LogStore>[1]): LogStore => new LogStore(systemClock, capacity);
const messages = (events: readonly { message: string }[]): string[] => events.map(({ message }) => message);

describe('the log store', () => {
  it('finds events by group, stream and time, both ends included, in the order of time', () => {
    const logs = store();
    logs.put('a', 's1', 'third', 30);
    logs.put('a', 's2', 'first', 10);
    logs.put('a', 's1', 'second', 20);
    logs.put('a', 's1', 'second again', 20);
    logs.put('b', 's1', 'elsewhere', 20);
    expect(messages(logs.search({ group: 'a' }))).toEqual(['first', 'second', 'second again', 'third']);
    expect(messages(logs.search({ group: 'a', from: 20, to: 30 }))).toEqual(['second', 'second again', 'third']);
    expect(messages(logs.search({ group: 'a', inStream: (name) => name === 's2' }))).toEqual(['first']);
  });

  it('is bounded in events, characters and streams, and forgets the oldest', () => {
    const logs = store({ events: 100, characters: 1_000, streams: 2 });
    for (let n = 0; n < 500; n++) logs.put('a', `s${n % 3}`, `${n}`, n);
    const kept = logs.search({ group: 'a' });
    expect(kept.length).toBeLessThanOrEqual(125);
    expect(kept.at(-1)?.message).toBe('499');
    expect([...(logs.groups.get('a')?.streams.keys() ?? [])]).toHaveLength(2);
    for (let n = 0; n < 10; n++) logs.put('a', 's', 'x'.repeat(400), 1_000 + n);
    expect(messages(logs.search({ group: 'a' })).join('').length).toBeLessThanOrEqual(1_000);
  });
});

describe('a page of events', () => {
  const logs = store();
  for (let n = 1; n <= 5; n++) logs.put('a', 's', String(n), n <= 3 ? 10 : 20);
  const events = logs.search({ group: 'a' });

  it('of a stream opens at its end or its head, and its tokens lead on until they no longer change', () => {
    const newest = streamPage(events, { limit: 2, token: undefined, fromHead: false });
    expect(messages(newest.events)).toEqual(['4', '5']);
    const before = streamPage(events, { limit: 2, token: newest.nextBackwardToken, fromHead: false });
    expect(messages(before.events)).toEqual(['2', '3']);
    const after = streamPage(events, { limit: 9, token: before.nextForwardToken, fromHead: true });
    expect(messages(after.events)).toEqual(['4', '5']);
    const end = streamPage(events, { limit: 9, token: after.nextForwardToken, fromHead: true });
    expect(end.events).toEqual([]);
    expect(end.nextForwardToken).toBe(after.nextForwardToken);
    expect(messages(streamPage(events, { limit: 1, token: undefined, fromHead: true }).events)).toEqual(['1']);
  });

  it('of a search leads to the next until all is told', () => {
    const first = searchPage(events, 3, undefined);
    expect(messages(first.events)).toEqual(['1', '2', '3']);
    const last = searchPage(events, 3, first.nextToken);
    expect(messages(last.events)).toEqual(['4', '5']);
    expect(last.nextToken).toBeUndefined();
  });

  it('refuses a token that is none', () => {
    expect(() => searchPage(events, 3, 'what')).toThrow('nextToken is invalid');
    expect(() => listPage([], 3, 'what')).toThrow('nextToken is invalid');
    expect(() => streamPage(events, { limit: 1, token: 'x/1', fromHead: true })).toThrow('nextToken is invalid');
  });
});
