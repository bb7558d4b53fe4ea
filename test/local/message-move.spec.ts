/** Dead letters go back by the API of SQS, as its SDK calls it. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
} from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queue } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { queueArn, queueUrl } from '../../localstack/src/account.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';

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
  let stack: LocalStack;
  let queues: SQSClient;
  before(async () => {
    stack = await startLocalStack({ topology });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    queues = new SQSClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  after(async () => {
    queues.destroy();
    await stack.stop();
  });

  const arnOf = (name: string): string => queueArn(`moves-dev-${name}`);
  const urlOf = (name: string): string => queueUrl(stack.awsUrl, `moves-dev-${name}`);
  const put = (name: string, bodies: readonly string[]): Promise<unknown> =>
    queues.send(
      new SendMessageBatchCommand({
        QueueUrl: urlOf(name),
        Entries: bodies.map((MessageBody, n) => ({
          Id: String(n),
          MessageBody,
          MessageAttributes: { colour: { DataType: 'String', StringValue: 'blue' } },
          ...(name.endsWith('.fifo') && { MessageGroupId: 'g', MessageDeduplicationId: MessageBody }),
        })),
      }),
    );
  const take = async (name: string, count: number): Promise<Message[]> => {
    const taken: Message[] = [];
    while (taken.length < count) {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({
          QueueUrl: urlOf(name),
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 5,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      taken.push(...Messages);
    }
    return taken;
  };
  const start = (from: string, to?: string, perSecond?: number): Promise<{ TaskHandle?: string | undefined }> =>
    queues.send(
      new StartMessageMoveTaskCommand({
        SourceArn: arnOf(from),
        ...(to !== undefined && { DestinationArn: arnOf(to) }),
        ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
      }),
    );
  const last = async (name: string): Promise<ListMessageMoveTasksResultEntry | undefined> =>
    (await queues.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf(name) }))).Results?.[0];
  const ended = async (name: string): Promise<ListMessageMoveTasksResultEntry | undefined> => {
    for (;;) {
      const task = await last(name);
      if (task?.Status !== 'RUNNING' && task?.Status !== 'CANCELLING') return task;
    }
  };

  it('moves all messages, with their attributes, back to the queue they came from', async () => {
    const bodies = Array.from({ length: 10 }, (_, n) => `letter-${n}`);
    await put('dead', bodies);
    await put('dead', ['one-more']);
    const { TaskHandle } = await start('dead');
    expect(TaskHandle).toEqual(expect.any(String));
    expect(await ended('dead')).toMatchObject({
      Status: 'COMPLETED',
      SourceArn: arnOf('dead'),
      DestinationArn: arnOf('work'),
      ApproximateNumberOfMessagesMoved: 11,
      ApproximateNumberOfMessagesToMove: 11,
    });
    const moved = await take('work', 11);
    expect(moved.map(({ Body }) => Body).sort()).toEqual([...bodies, 'one-more'].sort());
    expect(moved[0]?.MessageAttributes).toMatchObject({ colour: { StringValue: 'blue' } });
  });

  it('moves to another queue when one is named', async () => {
    await put('dead', ['elsewhere']);
    await start('dead', 'other');
    await ended('dead');
    expect((await take('other', 1)).map(({ Body }) => Body)).toEqual(['elsewhere']);
  });

  it('moves a FIFO queue in order, past the deduplication of what was sent before', async () => {
    const bodies = ['a', 'b', 'c'];
    await put('ordered.fifo', ['b']);
    await put('ordered-dead.fifo', bodies);
    await start('ordered-dead.fifo');
    await ended('ordered-dead.fifo');
    const [first] = await take('ordered.fifo', 1);
    expect(first?.Body).toBe('b');
    expect(await ended('ordered-dead.fifo')).toMatchObject({ ApproximateNumberOfMessagesMoved: 3 });
  });

  it('keeps to its pace, and can be cancelled', async () => {
    await put('dead', ['slow-1', 'slow-2', 'slow-3']);
    const { TaskHandle } = await start('dead', 'other', 1);
    await expect(start('dead')).rejects.toThrow(/already a task running/);
    const { ApproximateNumberOfMessagesMoved } = await queues.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect(ApproximateNumberOfMessagesMoved).toBeLessThan(3);
    expect(await ended('dead')).toMatchObject({ Status: 'CANCELLED' });
    await expect(queues.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toThrow(/CANCELLED/);
  });

  it('is refused for a queue that is nobody’s dead-letter queue, one that is not there, and where the way back is open', async () => {
    await expect(start('other')).rejects.toThrow(/must be configured as a Dead Letter Queue/);
    await expect(start('nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(start('dead', 'nothing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(start('dead', 'ordered.fifo')).rejects.toThrow(/both be FIFO/);
    await expect(start('shared-dead')).rejects.toThrow(/2 queues send their dead letters here.*DestinationArn/);
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
