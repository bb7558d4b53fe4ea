/** What a queue of a real LocalStack holds, and since when, without receiving. */
import { after, before, it } from 'node:test';
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { CREDENTIALS, REGION } from '../../localstack/src/account.js';
import { until } from '../../localstack/src/child-process.js';
import { QueueStates } from '../../localstack/src/container/queue-states.js';

const url = process.env.LOCALSTACK_URL ?? '';
const name = `queue-states-${Date.now().toString(36)}`;

describeUnless(url === '' && 'LOCALSTACK_URL names none', 'the state of a queue on LocalStack', () => {
  const client = new SQSClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
  let queue = '';

  before(async () => {
    queue = (await client.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';
  });
  after(async () => {
    await client.send(new DeleteQueueCommand({ QueueUrl: queue }));
    client.destroy();
  });

  it('has the number of its messages and the time of the oldest', async () => {
    const troubles: string[] = [];
    const began = Date.now();
    for (const MessageBody of ['"SentTimestamp", "Value": "1"', 'second'])
      await client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
    const states = new QueueStates({
      ...{ client, url, names: [name], pauseMs: 50 },
      isReady: () => true,
      onTrouble: (message) => troubles.push(message),
    });
    await until('no state', () => Promise.resolve(states.queueState(name)?.visible === 2), 10_000);
    const { oldestSentAt = 0 } = states.queueState(name) ?? {};
    await states.stop();
    expect(troubles).toEqual([]);
    // Clocks of containers on one machine are the same; LocalStack keeps whole milliseconds.
    expect(oldestSentAt).toBeGreaterThanOrEqual(began - 5);
    expect(oldestSentAt).toBeLessThanOrEqual(Date.now() + 5);
  });
});
