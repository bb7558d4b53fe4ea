/** Dead letters go back by the API of SQS, as its SDK calls it. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CancelMessageMoveTaskCommand, type CancelMessageMoveTaskCommandOutput } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queue } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack } from '../../localstack/src/local-stack.js';
import { MovingStack } from './moving-stack.js';

const dead = queue('dead');
const shared = queue('shared-dead');
const deadInOrder = queue('ordered-dead.fifo');
const topology = system('moves', {
  also: [
    queue('work', { deadLetters: { queue: dead } }),
    queue('other'),
    queue('ordered.fifo', { deadLetters: { queue: deadInOrder } }),
    queue('one', { deadLetters: { queue: shared } }),
    queue('two', { deadLetters: { queue: shared } }),
  ],
});

describe('a message move task', () => {
  let stack: MovingStack;
  before(async () => {
    stack = await MovingStack.start(topology);
  });
  after(() => stack.stop());

  const cancel = (TaskHandle: string | undefined): Promise<CancelMessageMoveTaskCommandOutput> =>
    stack.queues.send(new CancelMessageMoveTaskCommand({ TaskHandle }));

  it('moves all messages, with their attributes, back to the queue they came from', async () => {
    const bodies = Array.from({ length: 10 }, (_, n) => `letter-${n}`);
    await stack.put('dead', bodies);
    await stack.put('dead', ['one-more']);
    const { TaskHandle } = await stack.move('dead');
    expect(TaskHandle).toEqual(expect.any(String));
    expect(await stack.ended('dead')).toMatchObject({
      Status: 'COMPLETED',
      SourceArn: stack.arnOf('dead'),
      DestinationArn: stack.arnOf('work'),
      ApproximateNumberOfMessagesMoved: 11,
      ApproximateNumberOfMessagesToMove: 11,
    });
    const moved = await stack.take('work', 11);
    expect(moved.map(({ Body }) => Body).sort()).toEqual([...bodies, 'one-more'].sort());
    expect(moved[0]?.MessageAttributes).toMatchObject({ colour: { StringValue: 'blue' } });
  });

  it('moves to another queue when one is named', async () => {
    await stack.put('dead', ['elsewhere']);
    await stack.move('dead', 'other');
    await stack.ended('dead');
    expect((await stack.take('other', 1)).map(({ Body }) => Body)).toEqual(['elsewhere']);
  });

  it('moves a FIFO queue in order, past the deduplication of what was sent before', async () => {
    const bodies = ['a', 'b', 'c'];
    await stack.put('ordered.fifo', ['b']);
    await stack.put('ordered-dead.fifo', bodies);
    await stack.move('ordered-dead.fifo');
    await stack.ended('ordered-dead.fifo');
    expect((await stack.take('ordered.fifo', 4)).map(({ Body }) => Body)).toEqual(['b', ...bodies]);
    expect(await stack.ended('ordered-dead.fifo')).toMatchObject({ ApproximateNumberOfMessagesMoved: 3 });
  });

  it('keeps to its pace, and can be cancelled', async () => {
    await stack.put('dead', ['slow-1', 'slow-2', 'slow-3']);
    const { TaskHandle } = await stack.move('dead', 'other', 1);
    await expect(stack.move('dead')).rejects.toThrow(/already a task running/);
    const { ApproximateNumberOfMessagesMoved } = await cancel(TaskHandle);
    expect(ApproximateNumberOfMessagesMoved).toBeLessThan(3);
    expect(await stack.ended('dead')).toMatchObject({ Status: 'CANCELLED' });
    await expect(cancel(TaskHandle)).rejects.toThrow(/CANCELLED/);
  });

  it('is the only one of its queue, however many are asked for at once', async () => {
    await stack.put('dead', ['only-1', 'only-2', 'only-3']);
    // Over connections that are open, so that none is ahead of the others.
    await Promise.all(Array.from({ length: 8 }, () => stack.tasks('dead')));
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => stack.move('dead', 'other', 1)));
    const running = (await stack.tasks('dead', 10)).filter(({ Status }) => Status === 'RUNNING');
    for (const { TaskHandle } of running) await cancel(TaskHandle);
    expect(running).toHaveLength(1);
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await stack.ended('dead');
  });

  it('is forgotten when ten of its queue have come after it', async () => {
    const handles: (string | undefined)[] = [];
    for (let n = 0; n < 11; n++) {
      handles.push((await stack.move('shared-dead', 'one')).TaskHandle);
      await stack.ended('shared-dead');
    }
    expect(await stack.tasks('shared-dead', 10)).toHaveLength(10);
    await expect(cancel(handles[0])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(cancel(handles[1])).rejects.toThrow(/COMPLETED/);
  });

  it('is refused for a queue that is nobody’s dead-letter queue, one that is not there, and where the way back is open', async () => {
    await expect(stack.move('other')).rejects.toThrow(/must be configured as a Dead Letter Queue/);
    await expect(stack.move('nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(stack.move('dead', 'nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(stack.move('dead', 'ordered.fifo')).rejects.toThrow(/both be FIFO/);
    await expect(stack.move('shared-dead')).rejects.toThrow(/2 queues send their dead letters here.*DestinationArn/);
  });
});

describe('npm run redrive', () => {
  const program = fileURLToPath(new URL('../../localstack/src/redrive-cli.js', import.meta.url));
  const redrive = (endpoint: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [program, ...words], { env: { AWS_ENDPOINT_URL: endpoint } });

  it('moves dead letters of a running stack and says how many', async () => {
    const stack = await startLocalStack({ topology });
    try {
      const { stdout } = await redrive(stack.awsUrl, 'moves-dev-dead');
      expect(stdout).toBe('0 messages moved to moves-dev-work.\n');
      await expect(redrive(stack.awsUrl, 'moves-dev-other')).rejects.toThrow(/no queue's dead-letter queue.*--pipe/);
    } finally {
      await stack.stop();
    }
  });

  it('says that no stack answers, and how to name one', async () => {
    await expect(redrive('http://127.0.0.1:1', 'moves-dev-dead')).rejects.toThrow(
      /No stack answers at .*AWS_ENDPOINT_URL/,
    );
  });
});
