import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ManualClock } from '../../../libs/pipes/test/manual-clock.js';
import { MetricStore, MINUTE, one, type MetricId } from './metric-store.js';

const id = (name: string, dimensions: Record<string, string> = {}): MetricId => ({
  namespace: 'shop',
  name,
  dimensions,
});
const START = Date.parse('2026-01-01T00:00:00Z');

describe('the metric store', () => {
  it('adds up the values of a minute, and of the minutes that are asked for', () => {
    const store = new MetricStore(new ManualClock(START + 2 * MINUTE));
    for (const [value, timestamp] of [
      [1, START],
      [5, START + 59_999],
      [3, START + MINUTE],
    ] as const)
      store.add(id('Orders'), one(value), { timestamp });
    expect(store.statistics(id('Orders'), START, START + MINUTE)).toEqual({
      sum: 6,
      minimum: 1,
      maximum: 5,
      sampleCount: 2,
    });
    expect(store.statistics(id('Orders'), START, START + 2 * MINUTE)?.sum).toBe(9);
    expect(store.statistics(id('Orders'), START + 2 * MINUTE, START + 9 * MINUTE)).toBeUndefined();
  });

  it('tells metrics apart by their dimensions, in whatever order they are given', () => {
    const store = new MetricStore(new ManualClock(START));
    store.add(id('Orders', { a: '1', b: '2' }), one(1));
    store.add(id('Orders', { b: '2', a: '1' }), one(1));
    store.add(id('Orders', { a: '2' }), one(1));
    expect(store.statistics(id('Orders', { a: '1', b: '2' }), START, START + 1)?.sum).toBe(2);
    expect(store.list()).toHaveLength(2);
  });

  it('is bounded in metrics and in time', () => {
    const clock = new ManualClock(START);
    const store = new MetricStore(clock, 3);
    for (const name of ['b', 'a', 'c', 'b', 'd']) store.add(id(name), one(1));
    expect(store.list().map(({ name }) => name)).toEqual(['b', 'c', 'd']);
    clock.advance(180 * MINUTE);
    expect(store.statistics(id('b'), START, START + 1)?.sum).toBe(2);
    clock.advance(MINUTE);
    expect(store.statistics(id('b'), START, START + 1)).toBeUndefined();
    expect(store.list()).toEqual([]);
    store.add(id('b'), one(1), { timestamp: START });
    expect(store.list()).toEqual([]);
  });
});
