/** Catalogue b20, 21 to 27: failures of single records, and halving. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { ManualClock } from '../test/manual-clock.js';
import { deadLetters, Failure, keysOf, pipeFrom, type Answer, type TestPipe } from '../test/pipe-fixture.js';
import { type PipeSource } from './pipe-options.js';

const failures = (...ids: unknown[]): object => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('a target that fails single records', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  /** Delivers items with these keys to the end. */
  async function deliver(keys: string[], answer: Answer, source: Partial<PipeSource> = {}): Promise<TestPipe> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key);
    const running = await pipeFrom(table, dynoxide, { answer, source: { maximumRetryAttempts: 1, ...source } });
    await running.pipe.drained();
    await running.pipe.stop();
    return running;
  }

  it('21 batchItemFailures [eventID] commits the prefix and retries the suffix', async () => {
    const { calls } = await deliver(['a', 'b', 'c', 'd'], (batch, call) =>
      call === 1 ? failures(batch[2]!.eventID) : undefined,
    );
    expect(calls.map(keysOf)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['c', 'd'],
    ]);
  });

  it('22 same with SequenceNumber', async () => {
    const { calls } = await deliver(['a', 'b', 'c', 'd'], (batch, call) =>
      call === 1 ? failures(batch[2]!.dynamodb.SequenceNumber) : undefined,
    );
    expect(calls.map(keysOf)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['c', 'd'],
    ]);
  });

  it('23 empty list/null/empty/"" = success', async () => {
    for (const answer of [{ batchItemFailures: [] }, { batchItemFailures: null }, {}, '', null, { other: 1 }, 'done']) {
      const { calls, log } = await deliver(['a', 'b'], () => answer);
      expect([answer, calls.length]).toEqual([answer, 1]);
      expect(log.steps.at(-1)).toBe('EXECUTION_SUCCEEDED');
    }
  });

  it('24 empty id, null id, wrong key, unknown id = whole batch fails', async () => {
    const wrongKey = { batchItemFailures: [{ identifier: '1' }] };
    for (const answer of [failures(''), failures(null), wrongKey, failures('unknown'), { batchItemFailures: 'all' }]) {
      const { calls } = await deliver(['a', 'b'], (_batch, call) => (call === 1 ? answer : undefined));
      expect([answer, calls.map(keysOf)]).toEqual([
        answer,
        [
          ['a', 'b'],
          ['a', 'b'],
        ],
      ]);
    }
  });

  it('25 two failed ids -> lowest wins', async () => {
    const { calls, log } = await deliver(['a', 'b', 'c', 'd'], (batch, call) =>
      call === 1 ? failures(batch[3]!.eventID, batch[1]!.eventID) : undefined,
    );
    expect(calls.map(keysOf)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ]);
    expect(log.steps).toContain('EXECUTION_PARTIALLY_FAILED');
  });

  it('counts retries of the remaining part, and anew once the head has moved on', async () => {
    const deadLetter = deadLetters();
    const { calls } = await deliver(['a', 'b', 'c'], (batch) => failures(batch[keysOf(batch).indexOf('b')]!.eventID), {
      maximumRetryAttempts: 2,
      deadLetter,
    });
    expect(calls.map(keysOf)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
    expect(deadLetter.bodies.map(batchInfo)).toEqual([
      { batchSize: 2, startSequenceNumber: '2', endSequenceNumber: '3' },
    ]);
  });

  it('pauses briefly again once the head has moved on', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    for (const key of ['a', 'b']) await table.put(key);
    const { pipe } = await pipeFrom(table, dynoxide, {
      clock,
      backoff: { baseMs: 1_000, capMs: 60_000 },
      answer: (batch, call) => failures(batch.at(call <= 3 ? 0 : -1)!.eventID),
    });
    const isPause = (ms: number): boolean => ms >= 500 && ms <= 60_000;
    for (let failure = 1; failure <= 3; failure += 1) await clock.passSleep(isPause);
    expect(await clock.sleeping(isPause)).toBeLessThanOrEqual(1_000);
    await pipe.stop();
  });

  it('26 bisect 8 records with one poison -> seven delivered, DLQ batchSize 1 with right sequence numbers', async () => {
    const deadLetter = deadLetters();
    const { calls, log } = await deliver(
      ['1', '2', '3', '4', '5', 'poison', '7', '8'],
      (batch) => (keysOf(batch).includes('poison') ? new Failure() : undefined),
      { onPartialBatchItemFailure: 'AUTOMATIC_BISECT', deadLetter },
    );
    const delivered = calls.map(keysOf).filter((keys) => !keys.includes('poison'));
    expect(delivered.flat()).toEqual(['1', '2', '3', '4', '5', '7', '8']);
    expect(calls.map(keysOf).filter((keys) => keys.join() === 'poison')).toHaveLength(2);
    expect(deadLetter.bodies.map(batchInfo)).toEqual([
      { batchSize: 1, startSequenceNumber: '6', endSequenceNumber: '6' },
    ]);
    expect(log.of('dead-letter').map(({ records }) => keysOf(records))).toEqual([['poison']]);
  });

  it('27 bisect keeps order', async () => {
    let broken = 5;
    const seen: string[] = [];
    await deliver(
      ['1', '2', '3', '4', '5', '6', '7', '8'],
      (batch) => {
        if (broken-- > 0) return new Failure();
        seen.push(...keysOf(batch));
      },
      { onPartialBatchItemFailure: 'AUTOMATIC_BISECT', maximumRetryAttempts: -1 },
    );
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('splits at the lowest failed record when bisect and batchItemFailures come together', async () => {
    const { calls } = await deliver(
      ['1', '2', '3', '4', '5', '6', '7', '8'],
      (batch, call) => (call === 1 ? failures(batch[5]!.eventID) : undefined),
      { onPartialBatchItemFailure: 'AUTOMATIC_BISECT' },
    );
    expect(calls.map(keysOf).map((keys) => keys.length)).toEqual([8, 3]);
    expect(keysOf(calls[1]!)).toEqual(['6', '7', '8']);
  });

  it('does not halve a batch when the target cannot be reached', async () => {
    const { calls } = await deliver(
      ['1', '2', '3', '4'],
      (_batch, call) => {
        if (call === 1) throw new Error('socket hang up');
      },
      { onPartialBatchItemFailure: 'AUTOMATIC_BISECT' },
    );
    expect(calls.map((batch) => batch.length)).toEqual([4, 4]);
  });
});

function batchInfo(body: string): object {
  const { DDBStreamBatchInfo: info } = JSON.parse(body) as { DDBStreamBatchInfo: Record<string, unknown> };
  return {
    batchSize: info['batchSize'],
    startSequenceNumber: info['startSequenceNumber'],
    endSequenceNumber: info['endSequenceNumber'],
  };
}
