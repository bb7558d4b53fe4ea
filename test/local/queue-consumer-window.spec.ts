/** What a queue's consumer has gathered when a later receive of the same batch fails. */
import { afterEach, beforeEach, describe, it } from 'node:test';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type SQSRecord } from 'aws-lambda';
import { expect } from 'expect';
import { handlerFunction, queue } from '../../libs/topology/src/construct.js';
import { seconds } from '../../libs/topology/src/duration.js';
import { consumer } from '../../libs/topology/src/queue-consumer.js';
import { system } from '../../libs/topology/src/system.js';
import { queueUrl } from '../../localstack/src/account.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder({
  'echo/lambda.mjs': `export const handler = async ({ Records }) => { for (const record of Records) console.log(JSON.stringify(record)); };`,
});
const echo = handlerFunction('echo', { entry: 'echo', timeout: 2, memory: 128 });
/** The window is longer than the test: only a failure ends it. */
const topology = system('windowed', {
  consumers: [
    consumer(queue('work', { deadLetters: { queue: queue('dead') } }), echo, { batch: 100, window: seconds(60) }),
  ],
});

describe('what a consumer has gathered within its window', () => {
  let stack: LocalStack;
  let queues: SQSClient;
  beforeEach(async () => {
    stack = await startLocalStack({ topology, root });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    queues = new SQSClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials });
  });
  afterEach(async () => {
    queues.destroy();
    await stack.stop();
  });

  const send = (MessageBody: string): Promise<unknown> =>
    queues.send(new SendMessageCommand({ QueueUrl: queueUrl(stack.awsUrl, 'windowed-dev-work'), MessageBody }));
  /** Resolves when the consumer holds so many messages. */
  const gathered = async (count: number): Promise<void> => {
    const QueueUrl = queueUrl(stack.awsUrl, 'windowed-dev-work');
    const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] });
    while ((await queues.send(ask)).Attributes?.ApproximateNumberOfMessagesNotVisible !== String(count));
  };
  const handled = (): SQSRecord[] =>
    stack.journal
      .entries({ type: 'log' })
      .flatMap((entry) => (entry.type === 'log' ? [JSON.parse(entry.line) as SQSRecord] : []));

  it('is handed over when the queue cannot be asked for more', async () => {
    await send('first');
    await gathered(1);
    // As many as the client tries. The receive that is under way takes what is sent now, or fails itself.
    stack.faults.order({ service: 'sqs', operation: 'ReceiveMessage', fault: 'Unavailable', times: 3 });
    await send('second');
    await stack.journal.waitFor({ type: 'log' });
    const [record] = handled();
    expect(record).toMatchObject({ body: 'first', attributes: { ApproximateReceiveCount: '1' } });
    expect(stack.journal.entries({ type: 'stack' })).toContainEqual(
      expect.objectContaining({ what: expect.stringContaining('consumer windowed-dev-work-to-echo: ') as unknown }),
    );
  });

  it('is handed over when the stack stops', async () => {
    await send('first');
    await gathered(1);
    // Taken by a receive after the one that took the first: the first has arrived.
    await send('second');
    await gathered(2);
    await stack.stop();
    expect(handled()[0]?.body).toBe('first');
    expect(stack.journal.entries({ type: 'queue-batch' })).toMatchObject([{ failed: [] }]);
  });
});
