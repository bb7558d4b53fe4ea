import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { expect } from 'expect';
import { systemClock } from '../../libs/pipes/src/clock.js';
import { Journal } from './journal.js';
import { type JournalEntry, type JournalEvent } from './journal-event.js';
import { MINUTE } from './metrics/metric-store.js';
import { Monitoring } from './monitoring.js';

const failed: JournalEvent = {
  ...{ type: 'invocation', function: 'f', requestId: 'r', traceId: 't', durationMs: 3, logStream: 's' },
  error: { errorType: 'Error', errorMessage: 'broken' },
};
const line: JournalEvent = {
  ...{ type: 'log', function: 'f', requestId: 'r', line: 'said' },
  ...{ logGroup: '/aws/lambda/f', logStream: 's' },
};

describe('monitoring', () => {
  const folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
  after(() => rmSync(folder, { recursive: true }));

  const watching = (journal: Journal, timeOf?: (entry: JournalEntry) => number): Monitoring =>
    new Monitoring({
      ...{ clock: systemClock, journal, pipes: { all: () => [] }, queues: [] },
      messages: () => ({ queueState: () => undefined }),
      alarmFile: join(folder, 'alarms.json'),
      publish: () => Promise.resolve(),
      ...(timeOf && { timeOf }),
    });
  const errors = ({ metrics }: Monitoring, from: number): number | undefined =>
    metrics.statistics(
      { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'f' } },
      ...([from, from + MINUTE] as const),
    )?.sum;

  it('puts what is reported late into the minute in which it happened, lines and metrics alike', () => {
    const journal = new Journal();
    const monitoring = watching(journal, ({ at }) => at);
    const then = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
    journal.record(line, then + 1);
    journal.record(failed, then + 2);
    expect(monitoring.logs.search({ group: '/aws/lambda/f' }).map(({ timestamp }) => timestamp)).toEqual([
      then + 1,
      then + 2,
    ]);
    expect(errors(monitoring, then)).toBe(1);
  });

  it('takes what it hears for new where nobody says another time', () => {
    const journal = new Journal();
    const monitoring = watching(journal);
    const before = Date.now();
    journal.record(failed, 1_000);
    expect(monitoring.logs.search({ group: '/aws/lambda/f' })[0]?.timestamp).toBeGreaterThanOrEqual(before);
  });
});
