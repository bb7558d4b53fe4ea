/** Catalogue b20, 44: a queue as target. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../../test/dynoxide.js';
import { enrichmentBy } from '../../test/enrichment-fixture.js';
import { startMessages, type Messages } from '../../test/messages.js';
import { deadLetters, pipeFrom, type TestPipe, type TestPipeOptions } from '../../test/pipe-fixture.js';
import { sqsTarget } from './sqs-target.js';

const KEY = { inputTemplate: '<$.dynamodb.Keys.PK.S>' };
const FIFO = { FifoQueue: 'true' };

describe('an SQS queue as target', () => {
  let dynoxide: Dynoxide;
  let messages: Messages;
  before(async () => {
    [dynoxide, messages] = await Promise.all([startDynoxide(), startMessages()]);
  });
  after(() => Promise.all([dynoxide.stop(), messages.stop()]));

  /** Delivers items with these keys and groups to the end. */
  async function deliver(items: readonly [key: string, group?: string][], options: TestPipeOptions): Promise<TestPipe> {
    const table = await dynoxide.table();
    for (const [key, group] of items) await table.put(key, group === undefined ? {} : { Group: { S: group } });
    const running = await pipeFrom(table, dynoxide, { targetParameters: KEY, ...options });
    await running.pipe.drained();
    await running.pipe.stop();
    return running;
  }

  it('gets one message a record', async () => {
    const queue = await messages.queue('plain');
    await deliver([['a'], ['b']], { target: messages.queueTarget(queue) });
    expect((await queue.receive()).map(({ Body }) => Body).toSorted()).toEqual(['a', 'b']);
  });

  it('44 SQS FIFO group from dynamic path', async () => {
    const queue = await messages.queue('groups.fifo', FIFO);
    const target = messages.queueTarget(queue, {
      messageGroupId: '$.dynamodb.NewImage.Group.S',
      messageDeduplicationId: '$.dynamodb.SequenceNumber',
    });
    await deliver([['a', 'red'], ['b', 'blue'], ['c', 'red']], { target }); // prettier-ignore
    const received = (await queue.receive()).map(({ Body, Attributes }) => [
      Body,
      Attributes?.MessageGroupId,
      Attributes?.MessageDeduplicationId,
    ]);
    expect(received.toSorted()).toEqual([
      ['a', 'red', '1'],
      ['b', 'blue', '2'],
      ['c', 'red', '3'],
    ]);
    expect(received.filter(([, group]) => group === 'red').map(([body]) => body)).toEqual(['a', 'c']);
  });

  it('reads dynamic paths before the target template, from what the enrichment returned', async () => {
    const queue = await messages.queue('enriched.fifo', FIFO);
    const target = messages.queueTarget(queue, { messageGroupId: '$.group', messageDeduplicationId: '$.number' });
    const { enrichment } = enrichmentBy(() => [{ group: 'green', number: 7, text: 'hello' }]);
    await deliver([['a']], {
      target,
      enrichment,
      targetParameters: { inputTemplate: '{"group":"other","t":<$.text>}' },
    });
    const [message] = await queue.receive();
    expect(message?.Body).toBe('{"group":"other","t":"hello"}');
    expect(message?.Attributes).toMatchObject({ MessageGroupId: 'green', MessageDeduplicationId: '7' });
  });

  it('fails the records alone that lack a dynamic value', async () => {
    const queue = await messages.queue('lacking.fifo', FIFO);
    const target = messages.queueTarget(queue, {
      messageGroupId: '$.dynamodb.NewImage.Group.S',
      messageDeduplicationId: '$.eventID',
    });
    const deadLetter = deadLetters();
    const { log } = await deliver([['a', 'red'], ['b'], ['c', 'red']], {
      target,
      source: { maximumRetryAttempts: 1, deadLetter },
    });
    expect((await queue.receive()).map(({ Body }) => Body)).toEqual(['a', 'c']);
    expect(log.of('dead-letter').map(({ records }) => records.map(({ eventID }) => eventID))).toHaveLength(1);
    expect(log.of('execution').find(({ error }) => error !== null)?.error?.message).toBe(
      'TargetParameters.SqsQueueParameters.MessageGroupId: the event has nothing at $.dynamodb.NewImage.Group.S',
    );
  });

  it('fails a batch of more than 1 MiB by the customer’s fault', async () => {
    const queue = await messages.queue('long');
    const { enrichment } = enrichmentBy(() => ['x'.repeat(600_000), 'y'.repeat(600_000)]);
    const { log } = await deliver([['a']], {
      target: messages.queueTarget(queue),
      targetParameters: {},
      enrichment,
      source: { maximumRetryAttempts: 0 },
    });
    expect(log.of('execution').find(({ error }) => error !== null)?.error?.details).toBe('BatchRequestTooLong');
    expect(await queue.receive()).toEqual([]);
  });

  const refused: readonly (readonly [title: string, group: string | undefined, rule: string])[] = [
    ['a FIFO queue without a group', undefined, 'a FIFO queue needs it'],
    ['a group of 101 characters', 'x'.repeat(101), 'it must have 1 to 100 characters'],
    ['an empty group', '', 'it must have 1 to 100 characters'],
    ['a group that is a path only in part', '$.dynamodb.Keys.PK.S and more', 'it must be a whole JSON path'],
  ];
  for (const [title, messageGroupId, rule] of refused) {
    it(`is refused for ${title}`, () => {
      const make = (): unknown =>
        sqsTarget({
          arn: 'arn:aws:sqs:us-east-1:000000000000:groups.fifo',
          queueUrl: 'http://127.0.0.1:1/000000000000/groups.fifo',
          sendMessageBatch: () => Promise.resolve({}),
          parameters: messageGroupId === undefined ? {} : { messageGroupId },
        });
      expect(make).toThrow(
        expect.objectContaining({
          name: 'ValidationException',
          field: 'TargetParameters.SqsQueueParameters.MessageGroupId',
          rule: expect.stringContaining(rule),
        }),
      );
    });
  }
});
