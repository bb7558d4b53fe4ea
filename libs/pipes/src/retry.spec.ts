/** Catalogue b20, 17 to 20 and 28: failures, retries, and when a batch is given up. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { ManualClock } from '../test/manual-clock.js';
import { deadLetters, Failure, keysOf, pipeFrom, pipeOn } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

const isPause = (ms: number): boolean => ms >= 500 && ms <= 60_000;

describe('a target that fails', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  it('17 handler throws: attempts = 1+MaximumRetryAttempts, then one DLQ message, then next batch flows', async () => {
    const table = await dynoxide.table();
    const deadLetter = deadLetters();
    for (const key of ['bad', 'bad', 'good', 'good']) await table.put(key, { At: { S: String(Math.random()) } });
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      source: { batchSize: 2, maximumRetryAttempts: 3, deadLetter },
      answer: (batch) => (keysOf(batch).includes('bad') ? new Failure() : undefined),
    });
    await pipe.drained();
    await pipe.stop();
    const [bad, good] = [
      ['bad', 'bad'],
      ['good', 'good'],
    ];
    expect(calls.map(keysOf)).toEqual([bad, bad, bad, bad, good]);
    expect(deadLetter.bodies).toHaveLength(1);
    expect(log.of('dead-letter').map(({ records }) => keysOf(records))).toEqual([bad]);
  });

  it('does not retry at all when MaximumRetryAttempts is 0', async () => {
    const table = await dynoxide.table();
    await table.put('bad');
    const source = { maximumRetryAttempts: 0 };
    const { pipe, calls } = await pipeFrom(table, dynoxide, { source, answer: () => new Failure() });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toHaveLength(1);
  });

  it('18 -1 retries on and on and blocks that shard only', async () => {
    const stream = new ScriptedStream();
    const [stuck, free] = [stream.shard('shard-stuck'), stream.shard('shard-free')];
    stuck.write(1, 'bad');
    stuck.write(2, 'behind');
    free.write(1, 'good');
    const client = await stream.start();
    const { pipe, calls, log } = await pipeOn(
      { name: 'stuck', streamArn: SCRIPTED_ARN, client },
      { source: { batchSize: 1 }, answer: (batch) => (keysOf(batch).includes('bad') ? new Failure() : undefined) },
    );
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED', 30);
    free.write(2, 'good too');
    pipe.wake();
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED', 2);
    await pipe.stop();
    await stream.stop();
    const delivered = calls.flatMap(keysOf).filter((key) => key !== 'bad');
    expect(delivered).toEqual(['good', 'good too']);
    expect(log.of('dead-letter')).toEqual([]);
  });

  it('19 connection refused is not counted', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      source: { maximumRetryAttempts: 1 },
      answer: (_batch, call) => {
        if (call <= 5) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
    });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toHaveLength(6);
    expect(log.of('discarded')).toEqual([]);
  });

  it('20 backoff grows and resets', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      clock,
      backoff: { baseMs: 1_000, capMs: 60_000 },
      answer: (_batch, call) => (call === 9 ? undefined : new Failure()),
    });
    await table.put('first');
    pipe.wake();
    const pauses: number[] = [];
    for (let failure = 1; failure <= 8; failure += 1) pauses.push(await clock.passSleep(isPause));
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_SUCCEEDED');
    await table.put('second');
    pipe.wake();
    pauses.push(await clock.sleeping(isPause));
    await pipe.stop();
    const full = [1, 2, 4, 8, 16, 32, 60, 60, 1].map((seconds) => seconds * 1_000);
    pauses.forEach((pause, index) => {
      expect(pause).toBeGreaterThanOrEqual(full[index]! / 2);
      expect(pause).toBeLessThanOrEqual(full[index]!);
    });
  });

  it('ends an execution after five minutes and counts it as a failed try', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    await table.put('hangs');
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      clock,
      source: { maximumRetryAttempts: 1 },
      answer: () => new Promise(() => undefined),
    });
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await clock.passSleep((ms) => ms === 300_000);
      await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_TIMEOUT', attempt);
      if (attempt === 1) await clock.passSleep((ms) => ms === 0);
    }
    await log.waitFor('discarded');
    await pipe.stop();
    expect(calls.map(keysOf)).toEqual([['hangs'], ['hangs']]);
  });

  it('28 age: old record to DLQ with RecordAgeExceeded, younger delivered', async () => {
    const stream = new ScriptedStream();
    const shard = stream.shard('shard');
    const now = Date.parse('2026-03-08T12:00:00Z');
    shard.write(1, 'old', now / 1000 - 61);
    shard.write(2, 'young', now / 1000 - 59);
    const deadLetter = deadLetters();
    const client = await stream.start();
    const { pipe, calls } = await pipeOn(
      { name: 'aging', streamArn: SCRIPTED_ARN, client },
      { clock: new ManualClock(now), source: { maximumRecordAgeInSeconds: 60, deadLetter } },
    );
    await pipe.drained();
    await pipe.stop();
    await stream.stop();
    expect(calls.map(keysOf)).toEqual([['young']]);
    expect(deadLetter.bodies.map((body) => (JSON.parse(body) as Envelope).context.condition)).toEqual([
      'RecordAgeExceeded',
    ]);
  });

  it('drops a record that grows too old between two tries', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    await table.put('a');
    const deadLetter = deadLetters();
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      clock,
      backoff: { baseMs: 1_000, capMs: 1_000 },
      source: { maximumRecordAgeInSeconds: 60, deadLetter },
      answer: () => new Failure(),
    });
    await clock.passSleep(isPause);
    await clock.sleeping(isPause);
    clock.advance(61_000);
    const { condition } = await log.waitFor('dead-letter');
    await pipe.stop();
    expect(condition).toBe('RecordAgeExceeded');
    expect(calls).toHaveLength(2);
  });
});

interface Envelope {
  readonly context: { readonly condition: string };
}
