/** Catalogue b20, 29, 31 and 32: what becomes of batches that are given up. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type StreamEvent } from './stream-event.js';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { ManualClock } from '../test/manual-clock.js';
import { deadLetters, Failure, keysOf, pipeFrom, pipeOn, QUEUE_ARN } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('a target that fails', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  it('29 DLQ JSON equals b15 byte for byte in keys', async () => {
    const stream = new ScriptedStream();
    const shard = stream.shard('shardId-00000001700000000000-0badc0de');
    const now = Date.parse('2024-03-08T00:00:05.678Z');
    shard.write(700000000000000000007n, 'first', Date.parse('2024-03-08T00:00:01Z') / 1000);
    shard.write(700000000000000000009n, 'last', Date.parse('2024-03-08T00:00:04Z') / 1000);
    const deadLetter = deadLetters();
    const client = await stream.start();
    const { pipe } = await pipeOn(
      { name: 'orders', streamArn: SCRIPTED_ARN, client },
      {
        clock: new ManualClock(now),
        region: 'eu-west-1',
        account: '123456789012',
        source: { maximumRetryAttempts: 0, deadLetter },
        answer: () => new Failure(),
      },
    );
    await pipe.drained();
    await pipe.stop();
    await stream.stop();
    expect(deadLetter.bodies).toEqual([
      '{"context":{"partnerResourceArn":"arn:aws:pipes:eu-west-1:123456789012:pipe/orders",' +
        '"condition":"RetryAttemptsExhausted"},"version":"1.0","timestamp":"2024-03-08T00:00:05.678Z",' +
        '"DDBStreamBatchInfo":{"shardId":"shardId-00000001700000000000-0badc0de",' +
        '"startSequenceNumber":"700000000000000000007","endSequenceNumber":"700000000000000000009",' +
        '"approximateArrivalOfFirstRecord":"2024-03-08T00:00:01Z",' +
        '"approximateArrivalOfLastRecord":"2024-03-08T00:00:04Z","batchSize":2,' +
        '"streamArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/scripted/stream/2026-01-01T00:00:00.000"}}',
    ]);
  });

  it('31 FIFO DLQ refused', async () => {
    const table = await dynoxide.table();
    const deadLetter = { ...deadLetters(), arn: `${QUEUE_ARN}.fifo` };
    await expect(pipeFrom(table, dynoxide, { source: { deadLetter } })).rejects.toMatchObject({
      name: 'ValidationException',
      field: 'SourceParameters.DynamoDBStreamParameters.DeadLetterConfig.Arn',
      value: `${QUEUE_ARN}.fifo`,
    });
  });

  it('32 no DLQ -> discarded + log line', async () => {
    const table = await dynoxide.table();
    for (const key of ['bad', 'good']) await table.put(key);
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      source: { batchSize: 1, maximumRetryAttempts: 1 },
      answer: (batch) => (keysOf(batch).includes('bad') ? new Failure('no such thing') : undefined),
    });
    await pipe.drained();
    await pipe.stop();
    expect(calls.flatMap(keysOf)).toEqual(['bad', 'bad', 'good']);
    expect(log.of('discarded').map(({ records }) => keysOf(records as StreamEvent[]))).toEqual([['bad']]);
    expect(log.of('execution').find(({ error }) => error !== null)?.error?.message).toBe('no such thing');
  });

  it('does not pass a batch whose dead letter cannot be sent', async () => {
    const table = await dynoxide.table();
    for (const key of ['bad', 'good']) await table.put(key);
    let refusals = 3;
    const kept = deadLetters();
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      source: {
        batchSize: 1,
        maximumRetryAttempts: 0,
        deadLetter: {
          arn: QUEUE_ARN,
          send: (body) => (refusals-- > 0 ? Promise.reject(new Error('queue is away')) : kept.send(body)),
        },
      },
      answer: (batch) => (keysOf(batch).includes('bad') ? new Failure() : undefined),
    });
    await pipe.drained();
    await pipe.stop();
    expect(log.of('warning').map(({ message }) => message)).toEqual(
      Array(3).fill(`Cannot send to ${QUEUE_ARN}: queue is away`),
    );
    expect(kept.bodies).toHaveLength(1);
    expect(calls.flatMap(keysOf)).toEqual(['bad', 'good']);
  });

  it('sends a dead letter again that is not answered within half a minute, and can be stopped meanwhile', async () => {
    const clock = new ManualClock();
    const table = await dynoxide.table();
    await table.put('bad');
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      clock,
      source: { maximumRetryAttempts: 0, deadLetter: { arn: QUEUE_ARN, send: () => new Promise(() => undefined) } },
      answer: () => new Failure(),
    });
    await clock.passSleep((ms) => ms === 30_000);
    const { message } = await log.waitFor('warning');
    await clock.passSleep((ms) => ms === 0);
    await clock.sleeping((ms) => ms === 30_000);
    const stopped = pipe.stop();
    clock.advance(30_000);
    expect(await stopped).toBe('STOPPED');
    expect(message).toBe(`Cannot send to ${QUEUE_ARN}: no answer within 30 seconds`);
    expect(log.of('dead-letter')).toEqual([]);
  });
});
