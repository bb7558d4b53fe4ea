/** A message move loses nothing and repeats nothing: what counts is what arrives. */
import { after, before, describe, it } from 'node:test';
import { ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queue } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { MovingStack } from './moving-stack.js';

const topology = system('arrivals', {
  also: [
    queue('work', { deadLetters: { queue: queue('dead') } }),
    queue('small'),
    queue('ordered.fifo', { deadLetters: { queue: queue('ordered-dead.fifo'), maxReceives: 1 } }),
  ],
});

describe('a message move', () => {
  let stack: MovingStack;
  before(async () => {
    stack = await MovingStack.start(topology);
  });
  after(() => stack.stop());

  const bodiesOf = async (name: string, count: number): Promise<(string | undefined)[]> =>
    (await stack.take(name, count)).map(({ Body }) => Body);
  /** Receives the only message of the ordered queue without deleting it, until the queue puts it aside. */
  const letDie = async (): Promise<void> => {
    const receive = { QueueUrl: stack.urlOf('ordered.fifo'), VisibilityTimeout: 0 };
    while ((await stack.held('ordered.fifo')) > 0) await stack.queues.send(new ReceiveMessageCommand(receive));
  };

  it('moves dead letters of a FIFO queue whose deduplication ids begin alike', async () => {
    const bodies = ['a', 'b', 'c', 'd'];
    await stack.put('ordered-dead.fifo', bodies, (body) => 'x'.repeat(100) + body);
    await stack.move('ordered-dead.fifo');
    await stack.ended('ordered-dead.fifo');
    expect(await bodiesOf('ordered.fifo', 4)).toEqual(bodies);
    expect([await stack.held('ordered.fifo'), await stack.held('ordered-dead.fifo')]).toEqual([0, 0]);
  });

  it('moves dead letters of a FIFO queue that have one deduplication id', async () => {
    const id = (): string => 'one';
    await stack.put('ordered.fifo', ['early'], id);
    await letDie();
    // The dead-letter queue has not seen the id, as if five minutes had passed.
    await stack.put('ordered-dead.fifo', ['late'], id);
    await stack.move('ordered-dead.fifo');
    await stack.ended('ordered-dead.fifo');
    expect(await bodiesOf('ordered.fifo', 2)).toEqual(['early', 'late']);
  });

  it('moves dead letters that are more than a batch may hold, in bytes and with their attributes', async () => {
    // Two of them fit into 1 MiB by their bodies; with the 16 bytes of the attribute they are 12 bytes too many.
    const bodies = ['1', '2', '3'].map((name) => name + '–'.repeat(174_759) + '...');
    expect(Buffer.byteLength(bodies[0] ?? '')).toBe(1_048_576 / 2 - 7);
    await stack.put('dead', bodies);
    await stack.move('dead');
    expect(await stack.ended('dead')).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
    expect((await bodiesOf('work', 3)).map((body) => body?.[0]).sort()).toEqual(['1', '2', '3']);
    expect([await stack.held('work'), await stack.held('dead')]).toEqual([0, 0]);
  });

  it('that fails over one message sends the others once, and that one at the second try', async () => {
    const longest = (bytes: number): Promise<unknown> =>
      stack.queues.send(
        new SetQueueAttributesCommand({
          QueueUrl: stack.urlOf('small'),
          Attributes: { MaximumMessageSize: String(bytes) },
        }),
      );
    await longest(1_024);
    const long = 'long'.repeat(500);
    await stack.put('dead', ['before', long, 'after']);
    await stack.move('dead', 'small');
    expect(await stack.ended('dead')).toMatchObject({
      Status: 'FAILED',
      FailureReason: expect.stringMatching(/arrivals-dev-small does not take a message: .*1024 bytes/) as unknown,
      ApproximateNumberOfMessagesMoved: 2,
    });
    expect(await stack.held('dead')).toBe(1);
    await longest(4_096);
    // The message comes back after the second that the endpoint makes of "at once", not after the half minute of a move.
    const asked = Date.now();
    while ((await stack.held('dead')) > 0) {
      await stack.move('dead', 'small');
      expect(await stack.ended('dead')).toMatchObject({ Status: 'COMPLETED' });
    }
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect((await bodiesOf('small', 3)).sort()).toEqual(['after', 'before', long]);
    expect([await stack.held('small'), await stack.held('dead')]).toEqual([0, 0]);
  });
});
