/** Alarms over metrics, minute by minute, on a clock that the tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { expect } from 'expect';
import { ManualClock } from '../../../libs/pipes/test/manual-clock.js';
import { Journal } from '../journal.js';
import { MetricStore, MINUTE, one, type MetricId } from '../metrics/metric-store.js';
import { AlarmBook } from './alarm-book.js';
import { AlarmWatch } from './alarm-watch.js';

const NOON = Date.parse('2026-01-31T12:00:00Z');
const ERRORS: MetricId = { namespace: 'shop', name: 'Errors', dimensions: {} };

describe('an alarm over five minutes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tabletop-alarms-'));
  after(() => rmSync(folder, { recursive: true }));

  it('looks each minute at the five that end with it, not at those of the clock', async () => {
    const clock = new ManualClock(NOON);
    const journal = new Journal();
    const metrics = new MetricStore(clock);
    const publish = (): Promise<void> => Promise.resolve();
    const book = new AlarmBook({ file: join(folder, 'alarms.json'), clock, journal, publish });
    book.add({
      ...{ name: 'errors', description: '', metric: ERRORS, statistic: 'Sum', period: 300 },
      ...{ evaluationPeriods: 1, datapointsToAlarm: 1, missingData: 'notBreaching' },
      ...{ comparison: 'GreaterThanOrEqualToThreshold', threshold: 2 },
      actions: { ALARM: [], OK: [], INSUFFICIENT_DATA: [] },
    });
    const watch = new AlarmWatch(book, { clock, metrics, sample: () => undefined });
    watch.start();

    // One error before five past and one after it: in no five minutes of the clock are there two.
    const states: string[] = [];
    for (let minute = 0; minute < 11; minute++) {
      if (minute === 4 || minute === 6) metrics.add(ERRORS, one(1));
      await clock.passSleep(() => true);
      await clock.sleeping(() => true);
      states.push(`${minute + 1} ${book.get('errors')?.state}`);
    }
    await watch.stop();

    expect(clock.now()).toBe(NOON + 11 * MINUTE);
    expect(states).toEqual([
      ...['1 OK', '2 OK', '3 OK', '4 OK', '5 OK', '6 OK'],
      ...['7 ALARM', '8 ALARM', '9 ALARM', '10 OK', '11 OK'],
    ]);
    const reasons = journal.entries({ type: 'alarm', to: 'ALARM' }).map((e) => (e.type === 'alarm' ? e.reason : ''));
    expect(reasons).toEqual([expect.stringContaining('[2.0 (31/01/26 12:02:00)]')]);
  });
});

describe('an alarm whose topics cannot be told yet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tabletop-alarms-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is told of later, whether they were away before or went away on the way, and holds nobody up', async () => {
    const told: string[] = [];
    const waiting: (() => void)[] = [];
    let isAway = true;
    let losesNext = false;
    const publish = (_topic: string, subject: string): Promise<void> => {
      if (losesNext) [isAway, losesNext] = [true, false];
      if (isAway) return Promise.reject(new Error('The system is not ready'));
      told.push(subject);
      return Promise.resolve();
    };
    const untilCanPublish = (): Promise<void> | undefined =>
      isAway ? new Promise((resolve) => void waiting.push(resolve)) : undefined;
    const comeBack = async (): Promise<void> => {
      isAway = false;
      for (const resolve of waiting.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    };
    const journal = new Journal();
    const clock = new ManualClock(NOON);
    const book = new AlarmBook({ file: join(folder, 'alarms.json'), clock, journal, publish, untilCanPublish });
    book.add({
      ...{ name: 'errors', description: '', metric: ERRORS, statistic: 'Sum', period: 300 },
      ...{ evaluationPeriods: 1, datapointsToAlarm: 1, missingData: 'notBreaching' },
      ...{ comparison: 'GreaterThanOrEqualToThreshold', threshold: 2 },
      actions: { ALARM: ['topic'], OK: ['topic'], INSUFFICIENT_DATA: [] },
    });
    const [alarm] = book.all();
    await book.change(alarm!, 'ALARM', 'because');
    expect(told).toEqual([]);
    await comeBack();
    expect(told).toEqual([expect.stringContaining('ALARM')]);

    losesNext = true;
    await book.change(alarm!, 'OK', 'because');
    expect(told).toHaveLength(1);
    await comeBack();
    expect(told).toEqual([expect.stringContaining('ALARM'), expect.stringContaining('OK')]);
    expect(journal.entries({ type: 'stack' })).toEqual([]);
    const actions = book.history.filter(({ type }) => type === 'Action').map(({ summary }) => summary);
    expect(actions).toEqual(Array(2).fill('Successfully executed action topic'));
  });
});
