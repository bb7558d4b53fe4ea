/** Catalogue b20, 52: what CloudWatch would show of a pipe. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { lambdaEnrichment } from './lambda-enrichment.js';
import { METRIC_UNITS } from './metrics.js';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { ManualClock } from '../test/manual-clock.js';
import { Failure, FUNCTION_ARN, keysOf, pipeFrom } from '../test/pipe-fixture.js';

describe('the metrics of a pipe', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  it('52 metrics count', async () => {
    const clock = new ManualClock(Date.parse('2026-03-08T12:00:30Z'));
    const table = await dynoxide.table();
    for (const key of ['fine', 'filtered', 'skipped', 'part', 'fails', 'throttled']) await table.put(key);
    const { pipe, payloads, calls } = await pipeFrom(table, dynoxide, {
      clock,
      source: { batchSize: 1, maximumRetryAttempts: 0 },
      filters: ['{"dynamodb":{"Keys":{"PK":{"S":[{"anything-but":"filtered"}]}}}}'],
      enrichment: lambdaEnrichment({
        arn: FUNCTION_ARN,
        invoke: (payload) => {
          clock.advance(7);
          return Promise.resolve({ statusCode: 200, payload: payload.includes('"skipped"') ? '[]' : payload });
        },
      }),
      answer: (batch, call) => {
        clock.advance(10);
        const [key] = keysOf(batch);
        if (key === 'part') return { batchItemFailures: [{ itemIdentifier: batch[0]!.eventID }] };
        if (key === 'throttled' && call === 4) {
          throw Object.assign(new Error('too many'), { name: 'TooManyRequestsException', $fault: 'client' });
        }
        return key === 'fails' ? new Failure() : undefined;
      },
    });
    const drained = pipe.drained();
    // The pause after the throttled try.
    await clock.passSleep((ms) => ms === 0);
    await drained;
    await pipe.stop();
    const [minute, ...others] = pipe.metrics();
    expect(others).toEqual([]);
    expect(minute?.timestamp).toBe(Date.parse('2026-03-08T12:00:00Z'));
    const sums = Object.fromEntries(Object.entries(minute!.values).map(([name, { sum }]) => [name, sum]));
    // Five executions of one record and a second try of the throttled one; the filtered record is in none.
    expect(sums).toEqual({
      Invocations: 6,
      EventCount: 6,
      EventSize: expect.any(Number),
      Duration: 6 * 7 + 5 * 10,
      Concurrency: 6,
      ExecutionThrottled: 1,
      ExecutionTimeout: 0,
      ExecutionFailed: 1,
      ExecutionPartiallyFailed: 1,
      EnrichmentStageDuration: 6 * 7,
      EnrichmentStageFailed: 0,
      TargetStageDuration: 5 * 10,
      TargetStageFailed: 2,
      TargetStagePartiallyFailed: 1,
      TargetStageSkipped: 1,
    });
    expect(Object.keys(sums).sort()).toEqual(Object.keys(METRIC_UNITS).sort());
    expect(calls).toHaveLength(5);
    const bytesOf = (text: string): number => Buffer.byteLength(text) - 2;
    const delivered = payloads.reduce((sum, payload) => sum + bytesOf(payload), 0);
    const skipped = bytesOf(payloads[0]!.replaceAll('fine', 'skipped'));
    expect(minute!.values.EventSize!.sum).toBe(delivered + skipped);
    expect(minute!.values.Duration).toMatchObject({ minimum: 7, maximum: 17, sampleCount: 6 });
  });

  it('stand in the minute in which they were counted, three hours of them', async () => {
    const start = Date.parse('2026-03-08T12:00:00Z');
    const clock = new ManualClock(start);
    const table = await dynoxide.table();
    const { pipe } = await pipeFrom(table, dynoxide, { clock });
    for (let minute = 0; minute < 3; minute += 1) {
      await table.put(`key-${minute}`);
      await pipe.drained();
      clock.advance(61 * 60_000);
    }
    await table.put('late');
    await pipe.drained();
    await pipe.stop();
    expect(
      pipe.metrics().map(({ timestamp, values }) => [(timestamp - start) / 60_000, values.EventCount?.sum]),
    ).toEqual([
      [0, 1],
      [61, 1],
      [122, 1],
      [183, 1],
    ]);
  });
});
