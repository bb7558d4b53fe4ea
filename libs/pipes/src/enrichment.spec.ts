/** Catalogue b20, 33 to 36: what an enrichment gets, and what becomes of its answer. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { enrichmentBy, type TestEnrichment } from '../test/enrichment-fixture.js';
import { ManualClock } from '../test/manual-clock.js';
import { deadLetters, Failure, keysOf, pipeFrom, type TestPipe, type TestPipeOptions } from '../test/pipe-fixture.js';
import { memoryCheckpoints } from './checkpoint.js';

describe('an enrichment', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  /** Delivers items with these keys to the end, through `enrichment`. */
  async function deliver(
    keys: string[],
    { enrichment }: TestEnrichment,
    options: TestPipeOptions = {},
  ): Promise<TestPipe> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key);
    const source = { maximumRetryAttempts: 1, ...options.source };
    const running = await pipeFrom(table, dynoxide, { ...options, enrichment, source });
    await running.pipe.drained();
    await running.pipe.stop();
    return running;
  }

  it('33 enrichment replaces batch', async () => {
    const enricher = enrichmentBy((batch) => [...keysOf(batch).map((name) => ({ name })), { name: 'one more' }]);
    const { calls, log } = await deliver(['a', 'b'], enricher);
    expect(enricher.calls.map(keysOf)).toEqual([['a', 'b']]);
    expect(calls).toEqual([[{ name: 'a' }, { name: 'b' }, { name: 'one more' }]]);
    expect(log.steps).toEqual([
      'EXECUTION_STARTED',
      'ENRICHMENT_STAGE_ENTERED',
      'ENRICHMENT_INVOCATION_STARTED',
      'ENRICHMENT_INVOCATION_SUCCEEDED',
      'ENRICHMENT_STAGE_SUCCEEDED',
      'TARGET_STAGE_ENTERED',
      'TARGET_INVOCATION_STARTED',
      'TARGET_INVOCATION_SUCCEEDED',
      'TARGET_STAGE_SUCCEEDED',
      'EXECUTION_SUCCEEDED',
    ]);
  });

  it('gets a JSON array even for one record', async () => {
    const enricher = enrichmentBy((batch) => batch);
    await deliver(['a'], enricher);
    expect(enricher.calls.map(keysOf)).toEqual([['a']]);
  });

  it('makes one event of a single object, of a text and of a number', async () => {
    for (const answer of [{ name: 'all' }, 'all', 7]) {
      const { calls } = await deliver(['a', 'b'], enrichmentBy(() => answer)); // prettier-ignore
      expect(calls).toEqual([[answer]]);
    }
  });

  it('34 `{}`/`[]`/`""`/null skips target and checkpoints', async () => {
    for (const answer of [{}, [], '', null]) {
      const table = await dynoxide.table();
      const checkpoints = memoryCheckpoints();
      await table.put('a');
      const enricher = enrichmentBy(() => answer);
      const { enrichment } = enricher;
      const first = await pipeFrom(table, dynoxide, { checkpoints, enrichment });
      await first.pipe.drained();
      await first.pipe.stop();
      const second = await pipeFrom(table, dynoxide, { checkpoints, enrichment });
      await second.pipe.drained();
      await second.pipe.stop();
      expect([answer, first.calls, enricher.calls.length]).toEqual([answer, [], 1]);
      expect(first.log.steps.slice(-3)).toEqual([
        'ENRICHMENT_STAGE_SUCCEEDED',
        'TARGET_STAGE_SKIPPED',
        'EXECUTION_SUCCEEDED',
      ]);
    }
  });

  it('35 `[{}]` delivers', async () => {
    const { calls } = await deliver(['a', 'b'], enrichmentBy(() => [{}])); // prettier-ignore
    expect(calls).toEqual([[{}]]);
  });

  it('36 enrichment failure retries through enrichment', async () => {
    const enricher = enrichmentBy((batch, call) => (call === 1 ? new Failure('no data') : batch));
    const { calls, log } = await deliver(['a', 'b'], enricher);
    expect(enricher.calls.map(keysOf)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(calls.map(keysOf)).toEqual([['a', 'b']]);
    expect(log.steps.slice(0, 6)).toEqual([
      'EXECUTION_STARTED',
      'ENRICHMENT_STAGE_ENTERED',
      'ENRICHMENT_INVOCATION_STARTED',
      'ENRICHMENT_INVOCATION_FAILED',
      'ENRICHMENT_STAGE_FAILED',
      'EXECUTION_FAILED',
    ]);
  });

  it('is called anew when the target failed', async () => {
    const enricher = enrichmentBy((batch, call) => batch.map((event) => ({ ...event, call })));
    const { calls } = await deliver(['a'], enricher, {
      answer: (_batch, call) => (call === 1 ? new Failure() : undefined),
    });
    expect(calls.map((batch) => (batch[0] as unknown as { call: number }).call)).toEqual([1, 2]);
  });

  it('fails the whole batch for good when it goes on failing', async () => {
    const deadLetter = deadLetters();
    const enricher = enrichmentBy(() => new Failure());
    const { calls } = await deliver(['a', 'b'], enricher, { source: { deadLetter } });
    expect([calls, enricher.calls.length, deadLetter.bodies.length]).toEqual([[], 2, 1]);
  });

  it('is not counted while it cannot be reached', async () => {
    const enricher = enrichmentBy((batch, call) => {
      if (call <= 5) throw new Error('connect ECONNREFUSED');
      return batch;
    });
    const { calls } = await deliver(['a'], enricher);
    expect([enricher.calls.length, calls.length]).toEqual([6, 1]);
  });

  it('fails when it answers more than 6 MB', async () => {
    const enricher = enrichmentBy((batch, call) => (call === 1 ? 'x'.repeat(6 * 1024 * 1024) : batch));
    const { calls, log } = await deliver(['a'], enricher);
    const failed = log.of('execution').find(({ messageType }) => messageType === 'ENRICHMENT_INVOCATION_FAILED');
    expect(failed?.error?.message).toBe('The function answered 6291458 bytes, Lambda passes on at most 6291456');
    expect(calls).toHaveLength(1);
  });

  it('shares the five minutes of an execution with the target', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    await table.put('a');
    const { enrichment } = enrichmentBy((batch) => {
      clock.advance(200_000);
      return batch;
    });
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      clock,
      enrichment,
      source: { maximumRetryAttempts: 0 },
      answer: () => {
        clock.advance(100_000);
        return new Promise(() => undefined);
      },
    });
    await log.waitFor('discarded');
    await pipe.stop();
    expect(log.steps.slice(-3)).toEqual(['TARGET_INVOCATION_FAILED', 'TARGET_STAGE_FAILED', 'EXECUTION_TIMEOUT']);
  });

  it('leaves failures of the target attributable by the eventID that it keeps', async () => {
    const enricher = enrichmentBy((batch) => batch.toReversed().map(({ eventID }) => ({ eventID })));
    const { calls } = await deliver(['a', 'b', 'c'], enricher, {
      answer: (batch, call) =>
        call === 1 ? { batchItemFailures: [{ itemIdentifier: batch[0]!.eventID }] } : undefined,
    });
    // The enrichment turned the batch round: the first of its events is the last record.
    expect(enricher.calls.map(keysOf)).toEqual([['a', 'b', 'c'], ['c']]);
    expect(calls.map((batch) => batch.length)).toEqual([3, 1]);
  });

  it('makes the whole batch fail when a failed event has lost its eventID', async () => {
    const enricher = enrichmentBy((batch) => keysOf(batch).map((name) => ({ name })));
    const { calls } = await deliver(['a', 'b', 'c'], enricher, {
      answer: (_batch, call) => (call === 1 ? { batchItemFailures: [{ itemIdentifier: '2' }] } : undefined),
    });
    expect(calls.map((batch) => batch.length)).toEqual([3, 3]);
  });
});
