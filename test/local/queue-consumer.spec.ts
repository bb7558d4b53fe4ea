/** A queue's consumer under the rules of Lambda's event source mapping. */
import { after, before, describe, it } from 'node:test';
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { type SQSEvent } from 'aws-lambda';
import { handlerFunction, queue } from '../../libs/topology/src/construct.js';
import { consumer } from '../../libs/topology/src/queue-consumer.js';
import { system } from '../../libs/topology/src/system.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { line } from '../../localstack/src/terminal.js';
import { temporaryFolder } from '../fixtures/folder.js';

const HANDLERS: Record<string, string> = {
  // Fails what is called bad, reports it alone, and logs what it did.
  partial: `export const handler = async ({ Records }) => {
    const bad = Records.filter(({ body }) => body.startsWith('bad'));
    for (const record of Records) console.log(bad.includes(record) ? 'failed ' + record.body : 'did ' + record.body);
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };`,
  // After a failure, later records of the same group are reported too.
  ordered: `export const handler = async ({ Records }) => {
    const failed = new Set(); const batchItemFailures = [];
    for (const { body, messageId, attributes } of Records) {
      const group = attributes.MessageGroupId;
      const attempt = Number(attributes.ApproximateReceiveCount);
      if (failed.has(group) || body.startsWith('poison') || (body.startsWith('twice') && attempt < 2)) {
        failed.add(group); batchItemFailures.push({ itemIdentifier: messageId });
      } else console.log('did ' + group + ' ' + body);
    }
    return { batchItemFailures };
  };`,
  thrower: `export const handler = async ({ Records }) => { console.log('try ' + Records[0].body); throw new Error('broken'); };`,
  garbled: `export const handler = async ({ Records }) => { console.log('garbled ' + Records[0].body); return { batchItemFailures: [{ itemIdentifier: '' }] }; };`,
  // Takes its time, and says when it begins and ends.
  slow: `export const handler = async () => {
    console.log('in'); await new Promise((resolve) => setTimeout(resolve, 50)); console.log('out');
  };`,
  echo: `export const handler = async (event) => { console.log(JSON.stringify(event)); };`,
};
const fn = (name: string): ReturnType<typeof handlerFunction> =>
  handlerFunction(name, { entry: name, timeout: 2, memory: 128 });
const work = (name: string): ReturnType<typeof queue> => {
  const fifo = name.endsWith('.fifo') ? '.fifo' : '';
  return queue(name, { deadLetters: { queue: queue(`${name.replace('.fifo', '')}-dead${fifo}`) } });
};
const topology = system('mapped', {
  consumers: [
    consumer(work('partial'), fn('partial')),
    consumer(work('ordered.fifo'), fn('ordered')),
    consumer(work('thrower'), fn('thrower'), { batch: 1 }),
    consumer(work('garbled'), fn('garbled'), { batch: 1 }),
    consumer(work('echo'), fn('echo'), { batch: 25, window: 1 }),
    consumer(work('slow'), fn('slow'), { batch: 1, maxConcurrency: 2 }),
  ],
});

describe('a queue’s consumer', () => {
  const root = temporaryFolder(
    Object.fromEntries(Object.entries(HANDLERS).map(([name, text]) => [`${name}/lambda.mjs`, text])),
  );
  const dataDir = temporaryFolder({});
  let stack: LocalStack;
  let queues: SQSClient;

  const start = async (): Promise<void> => {
    stack = await startLocalStack({ topology, root, dataDir });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    queues = new SQSClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials });
  };
  const stop = async (): Promise<void> => {
    queues.destroy();
    await stack.stop();
  };
  before(start);
  after(stop);

  const urlOf = async (name: string): Promise<string | undefined> =>
    (await queues.send(new GetQueueUrlCommand({ QueueName: `mapped-dev-${name}` }))).QueueUrl;
  const send = async (name: string, bodies: readonly string[]): Promise<void> => {
    const QueueUrl = await urlOf(name);
    const Entries = bodies.map((MessageBody, n) => ({ Id: String(n), MessageBody }));
    await queues.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  /** What arrives on a dead-letter queue, until `count` have. */
  const dead = async (name: string, count: number): Promise<string[]> => {
    const QueueUrl = await urlOf(name);
    const bodies: string[] = [];
    while (bodies.length < count) {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) break;
      bodies.push(...Messages.map(({ Body = '' }) => Body));
    }
    return bodies;
  };
  const said =
    (name: string, line: string) =>
    (entry: JournalEntry): boolean =>
      entry.type === 'log' && entry.function === `mapped-dev-${name}` && entry.line === line;

  it('hands over a message in Lambda’s shape', async () => {
    const QueueUrl = await urlOf('echo');
    await queues.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'hello',
        MessageAttributes: { colour: { DataType: 'String', StringValue: 'blue' } },
      }),
    );
    const entry = await stack.journal.waitFor(({ type }) => type === 'log');
    const { Records } = JSON.parse(entry.type === 'log' ? entry.line : '') as SQSEvent;
    expect(Records).toMatchObject([
      {
        messageId: expect.any(String) as unknown,
        receiptHandle: expect.any(String) as unknown,
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/) as unknown,
        },
        messageAttributes: { colour: { dataType: 'String', stringValue: 'blue' } },
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:mapped-dev-echo',
        awsRegion: 'us-east-1',
      },
    ]);
  });

  it('gathers a batch over more than one receive within its window', async () => {
    await stack.drained();
    const from = stack.journal.next;
    await send(
      'echo',
      Array.from({ length: 10 }, (_, n) => `first-${n}`),
    );
    await send(
      'echo',
      Array.from({ length: 10 }, (_, n) => `then-${n}`),
    );
    await stack.drained();
    const batches = stack.journal.entries(({ type, seq }) => type === 'queue-batch' && seq >= from);
    const sizes = batches.map((entry) => (entry.type === 'queue-batch' ? entry.messageIds.length : 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20);
    expect(Math.max(...sizes)).toBeGreaterThan(10);
  });

  it('handles as many batches at once as it may, and no more', async () => {
    await send(
      'slow',
      Array.from({ length: 8 }, (_, n) => `slow-${n}`),
    );
    await stack.journal.waitForCount(8, said('slow', 'out'));
    const lines = stack.journal.entries((entry) => said('slow', 'in')(entry) || said('slow', 'out')(entry));
    let running = 0;
    const counts = lines.map((entry) => (running += said('slow', 'in')(entry) ? 1 : -1));
    expect(Math.max(...counts)).toBe(2);
  });

  it('never retries a bad message’s neighbours, and gives it up after three receives', async () => {
    await send('partial', ['good-1', 'bad-1', 'good-2']);
    expect(await dead('partial-dead', 1)).toEqual(['bad-1']);
    for (const good of ['good-1', 'good-2'])
      expect(stack.journal.entries(said('partial', `did ${good}`))).toHaveLength(1);
    expect(stack.journal.entries(said('partial', 'failed bad-1'))).toHaveLength(3);
    const failures = stack.journal
      .entries(({ type }) => type === 'queue-batch')
      .flatMap((entry) => (entry.type === 'queue-batch' && entry.failed.length > 0 ? [entry] : []));
    expect(failures.map(({ givenUp }) => givenUp)).toEqual([
      undefined,
      undefined,
      { messageIds: failures[0]?.failed, to: 'mapped-dev-partial-dead' },
    ]);
    expect(failures.map((entry) => line(entry))).toEqual([
      expect.stringContaining('1 failed and goes back') as unknown,
      expect.stringContaining('1 failed and goes back') as unknown,
      expect.stringContaining('1 failed for the last time and goes to mapped-dev-partial-dead') as unknown,
    ]);
  });

  it('keeps each group’s order past a failure, and leaves other groups unharmed', async () => {
    const QueueUrl = await urlOf('ordered.fifo');
    const messages = ['a 1', 'b 1', 'a twice', 'b 2', 'a 3', 'b 3'];
    await queues.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: messages.map((message, n) => {
          const [MessageGroupId, MessageBody] = message.split(' ');
          return { Id: String(n), MessageBody, MessageGroupId, MessageDeduplicationId: message };
        }),
      }),
    );
    for (const message of messages) await stack.journal.waitFor(said('ordered', `did ${message}`));
    const did = stack.journal
      .entries(({ type }) => type === 'log')
      .flatMap((entry) => (entry.type === 'log' && entry.line.startsWith('did ') ? [entry.line.slice(4)] : []));
    expect(did.filter((line) => line.startsWith('a '))).toEqual(['a 1', 'a twice', 'a 3']);
    expect(did.filter((line) => line.startsWith('b '))).toEqual(['b 1', 'b 2', 'b 3']);
  });

  it('gives up a poison message of a group, and goes on with the group', async () => {
    const QueueUrl = await urlOf('ordered.fifo');
    for (const MessageBody of ['poison', 'after'])
      await queues.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'c', MessageDeduplicationId: MessageBody }),
      );
    await stack.journal.waitFor(said('ordered', 'did c after'), 10_000);
    expect(await dead('ordered-dead.fifo', 1)).toEqual(['poison']);
  });

  for (const name of ['thrower', 'garbled'])
    it(`fails the whole batch of a function whose answer is an error or not understood (${name})`, async () => {
      await send(name, ['one']);
      expect(await dead(`${name}-dead`, 1)).toEqual(['one']);
      expect(stack.journal.entries(said(name, name === 'thrower' ? 'try one' : 'garbled one'))).toHaveLength(3);
    });

  it('takes up after a restart what it left', async () => {
    await stop();
    await start();
    await send('partial', ['after-restart']);
    await stack.journal.waitFor(said('partial', 'did after-restart'));
    await stack.drained();
  });
});
