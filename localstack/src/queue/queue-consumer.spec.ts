import { after, before, describe, it } from 'node:test';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { CREDENTIALS, REGION } from '../account.js';
import { type FunctionPool } from '../function/function-pool.js';
import { Journal } from '../journal.js';
import { QueueConsumer } from './queue-consumer.js';

describe('a consumer of a queue that outlives it', () => {
  let server: FauxqsServer;
  let queues: SQSClient;

  before(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    queues = new SQSClient({ endpoint: `http://127.0.0.1:${server.port}`, region: REGION, credentials: CREDENTIALS });
  });
  after(async () => {
    queues.destroy();
    await server.stop();
  });

  it('handles what its last poll brings', async () => {
    const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const handled: unknown[] = [];
    const pool = {
      invoke: (event: { Records: { body: string }[] }) => {
        handled.push(...event.Records.map(({ body }) => body));
        return Promise.resolve({ requestId: '1', value: undefined });
      },
    } as unknown as FunctionPool;
    const polled = new Promise<void>((resolve) =>
      queues.middlewareStack.add(
        (next, { commandName }) =>
          (args) => {
            const sent = next(args);
            if (commandName === 'ReceiveMessageCommand') resolve();
            return sent;
          },
        { step: 'finalizeRequest', priority: 'low' },
      ),
    );
    const consumer = new QueueConsumer({
      ...{ name: 'jobs', client: queues, queueUrl: QueueUrl, queueArn: 'arn:jobs', pool, batchSize: 10, windowMs: 0 },
      ...{ maxConcurrency: undefined, redeliverySeconds: 1, deadLetters: undefined, journal: new Journal() },
      pollSeconds: 2,
    });
    await polled;
    const stopped = consumer.stop();
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
    await stopped;
    expect(handled).toEqual(['late']);
    expect(await consumer.isEmpty()).toBe(true);
  });
});
