/** Catalogue b20, 15, 30, 37, 42 and 43: a topic as target, and as dead-letter target. */
import { after, before, describe, it } from 'node:test';
import { PublishCommand } from '@aws-sdk/client-sns';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../../test/dynoxide.js';
import { enrichmentBy } from '../../test/enrichment-fixture.js';
import { startMessages, type Messages } from '../../test/messages.js';
import { deadLetters, Failure, pipeFrom, type TestPipe, type TestPipeOptions } from '../../test/pipe-fixture.js';
import { SnsService, type SnsVerdict } from '../../test/sns-service.js';
import { memoryCheckpoints, type CheckpointStore } from '../checkpoint.js';
import { snsTarget } from './sns-target.js';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:events';
const KEY = { inputTemplate: '<$.dynamodb.Keys.PK.S>' };

describe('an SNS topic as target', () => {
  let dynoxide: Dynoxide;
  let messages: Messages;
  before(async () => {
    [dynoxide, messages] = await Promise.all([startDynoxide(), startMessages()]);
  });
  after(() => Promise.all([dynoxide.stop(), messages.stop()]));

  /** Delivers items with these keys to the end. */
  async function deliver(keys: readonly string[], options: TestPipeOptions): Promise<TestPipe> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key, { Note: { S: 'ink' } });
    const source = { maximumRetryAttempts: 1, ...options.source };
    const running = await pipeFrom(table, dynoxide, { ...options, source });
    await running.pipe.drained();
    await running.pipe.stop();
    return running;
  }

  it('gets one message a record, whose body is the event', async () => {
    const inbox = await messages.queue('inbox');
    const target = messages.topicTarget(await messages.topic('events', inbox));
    await deliver(['a', 'b'], { target });
    const bodies = (await inbox.receive()).map(({ Body }) => JSON.parse(Body ?? '') as unknown);
    expect(bodies).toEqual(
      ['a', 'b'].map((key) =>
        expect.objectContaining({ dynamodb: expect.objectContaining({ Keys: { PK: { S: key } } }) }),
      ),
    );
  });

  it('gets batches of 10 when no size is set', async () => {
    const service = new SnsService(() => 'taken');
    const target = await service.start(TOPIC);
    await deliver(Array.from({ length: 12 }, (_, index) => `k${index}`), { target, targetParameters: KEY }); // prettier-ignore
    await service.stop();
    expect(service.calls.map((batch) => batch.length)).toEqual([10, 2]);
  });

  it('15 SNS BatchSize 11 refused', async () => {
    const table = await dynoxide.table();
    const target = snsTarget({ arn: TOPIC, publishBatch: () => Promise.resolve({}) });
    await expect(pipeFrom(table, dynoxide, { target, source: { batchSize: 11 } })).rejects.toMatchObject({
      name: 'ValidationException',
      field: 'SourceParameters.DynamoDBStreamParameters.BatchSize',
      value: 11,
      rule: 'the target takes at most 10 records a batch',
    });
  });

  it('30 DLQ to SNS', async () => {
    const inbox = await messages.queue('dead');
    const arn = await messages.topic('dead', inbox);
    const send = (Message: string): Promise<unknown> =>
      messages.sns.send(new PublishCommand({ TopicArn: arn, Message }));
    await deliver(['bad'], { answer: () => new Failure(), source: { deadLetter: { arn, send } } });
    const [letter, ...others] = await inbox.receive();
    expect(others).toEqual([]);
    expect(JSON.parse(letter?.Body ?? '')).toMatchObject({
      context: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 1, startSequenceNumber: '1', endSequenceNumber: '1' },
    });
  });

  it('37 11 results to SNS -> target not invoked', async () => {
    const service = new SnsService(() => 'taken');
    const target = await service.start(TOPIC);
    const deadLetter = deadLetters();
    const { enrichment, calls } = enrichmentBy(() => Array.from({ length: 11 }, (_, name) => ({ name })));
    const { log } = await deliver(['a'], { target, enrichment, source: { deadLetter } });
    await service.stop();
    expect([service.calls, calls.length, deadLetter.bodies.length]).toEqual([[], 2, 1]);
    expect(log.steps.slice(-4)).toEqual([
      'TARGET_STAGE_ENTERED',
      'TARGET_INVOCATION_SKIPPED',
      'TARGET_STAGE_FAILED',
      'EXECUTION_FAILED',
    ]);
    expect(log.of('execution').at(-1)?.error?.message).toBe(
      'The enrichment returned 11 events, the target takes at most 10',
    );
  });

  /** Delivers these keys to a topic that judges each message. */
  async function deliverJudged(
    keys: readonly string[],
    judge: (message: string, call: number) => SnsVerdict,
    options: TestPipeOptions = {},
  ): Promise<TestPipe & { service: SnsService }> {
    const service = new SnsService(judge);
    const target = await service.start(TOPIC);
    const running = await deliver(keys, { targetParameters: KEY, ...options, target });
    await service.stop();
    return { ...running, service };
  }

  it('42 SNS partial Failed[] retried alone', async () => {
    const { service, log } = await deliverJudged(['a', 'b', 'c', 'd'], (message, call) =>
      call === 1 && 'bd'.includes(message) ? 'sender' : 'taken',
    );
    expect(service.calls).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
    ]);
    expect(service.taken).toEqual(['a', 'c', 'b', 'd']);
    expect(log.steps).toContain('TARGET_STAGE_PARTIALLY_FAILED');
    expect(log.of('execution').find(({ error }) => error !== null)?.error).toMatchObject({
      message: 'no b (and 1 more)',
      details: 'Refused',
      awsService: 'sns',
    });
  });

  it('counts the tries of each message by itself, and gives up those alone whose sender is to blame', async () => {
    const deadLetter = deadLetters();
    const judge = (message: string, call: number): SnsVerdict =>
      message === 'b' ? 'sender' : message === 'c' && call <= 4 ? 'service' : 'taken';
    const { service, log } = await deliverJudged(['a', 'b', 'c', 'd'], judge, { source: { deadLetter } });
    expect(service.calls).toEqual([['a', 'b', 'c', 'd'], ['b', 'c'], ['c'], ['c'], ['c']]);
    expect(log.of('dead-letter').map(({ envelope }) => envelope.DDBStreamBatchInfo)).toMatchObject([
      { batchSize: 1, startSequenceNumber: '2', endSequenceNumber: '2' },
    ]);
  });

  it('is sent a message again that its answer does not name', async () => {
    const { service } = await deliverJudged(['a', 'b'], (message, call) =>
      message === 'b' && call <= 3 ? 'silent' : 'taken',
    );
    expect(service.calls).toEqual([['a', 'b'], ['b'], ['b'], ['b']]);
  });

  it('is sent again only what failed of enriched events that keep their eventID, and all when one of them lost it', async () => {
    for (const keeps of [true, false]) {
      const enricher = enrichmentBy((batch) =>
        batch.toReversed().map(({ eventID, dynamodb }) => ({
          key: (dynamodb.Keys['PK'] as { S: string }).S,
          ...(keeps && { eventID }),
        })),
      );
      const { service, log } = await deliverJudged(
        ['a', 'b', 'c'],
        (message, call) => (message === 'a' && call === 1 ? 'sender' : 'taken'),
        { enrichment: enricher.enrichment, targetParameters: { inputTemplate: '<$.key>' } },
      );
      const whole = ['c', 'b', 'a'];
      expect(service.calls).toEqual([whole, keeps ? ['a'] : whole]);
      expect(log.steps).toContain(keeps ? 'TARGET_STAGE_PARTIALLY_FAILED' : 'TARGET_STAGE_FAILED');
    }
  });

  it('does not let the checkpoint pass a message that is still to be sent', async () => {
    const table = await dynoxide.table();
    for (const key of ['a', 'b', 'c']) await table.put(key);
    const service = new SnsService((message) => (message === 'b' ? 'service' : 'taken'));
    const target = await service.start(TOPIC);
    const saved: object[] = [];
    const checkpoints: CheckpointStore = {
      ...memoryCheckpoints(),
      save: (_key, shards) => Promise.resolve(void saved.push(shards)),
    };
    const { pipe, log } = await pipeFrom(table, dynoxide, { target, targetParameters: KEY, checkpoints });
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED', 3);
    await pipe.stop();
    await service.stop();
    expect(service.taken).toEqual(['a', 'c']);
    expect(Object.values(saved.at(-1) ?? {})).toEqual([{ sequenceNumber: '1' }]);
  });

  it('43 SNS >256 KB ends in DLQ', async () => {
    const inbox = await messages.queue('small');
    const target = messages.topicTarget(await messages.topic('small', inbox));
    const deadLetter = deadLetters();
    const table = await dynoxide.table();
    await table.put('big', { Note: { S: 'x'.repeat(256 * 1024) } });
    await table.put('small');
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      target,
      source: { batchSize: 1, maximumRetryAttempts: 2, deadLetter },
    });
    await pipe.drained();
    await pipe.stop();
    expect(await inbox.receive()).toHaveLength(1);
    expect(deadLetter.bodies).toHaveLength(1);
    const failures = log.of('execution').filter(({ messageType }) => messageType === 'TARGET_INVOCATION_FAILED');
    expect(failures).toHaveLength(3);
    expect(failures[0]?.error).toMatchObject({ details: 'BatchRequestTooLong', httpStatusCode: 400 });
  });

  it('blames the customer for a topic that is not there', async () => {
    const target = messages.topicTarget('arn:aws:sns:us-east-1:000000000000:none');
    const { log } = await deliver(['a'], { target, source: { maximumRetryAttempts: 0 } });
    expect(log.of('discarded')).toHaveLength(1);
    expect(log.of('execution').find(({ error }) => error !== null)?.error).toMatchObject({
      httpStatusCode: 404,
      awsService: 'sns',
    });
  });
});
