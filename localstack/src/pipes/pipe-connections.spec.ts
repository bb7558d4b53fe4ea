import { after, afterEach, before, describe, it } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { memoryCheckpoints } from '../../../libs/pipes/src/checkpoint.js';
import { LeaseLostError } from '../../../libs/pipes/src/lease.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { type CallContext, type OutgoingRecord } from '../../../libs/pipes/src/target.js';
import { CREDENTIALS, functionArn, queueArn, queueUrl, REGION, topicArn } from '../account.js';
import { Journal } from '../journal.js';
import { pipeOptionsOf } from './pipe-connections.js';
import { type PipeDefinition } from './pipe-definition.js';
import { type PipeSurroundings } from './pipe-surroundings.js';

const QUEUE = 'letters';
const BATCH: readonly OutgoingRecord[] = [{ text: '{"id":1}', event: { id: 1 } }];
const CONTEXT: CallContext = { signal: new AbortController().signal, pipeName: 'mine', now: () => 0 };
const LOG_GROUP = `arn:aws:logs:${REGION}:000000000000:log-group:told`;

describe('what a pipe of a runner reaches', () => {
  let messages: FauxqsServer;
  let origin: string;
  let clients: PipeSurroundings['clients'];
  let streams: DynamoDBStreamsClient;
  /** Payloads of the function. */
  let calls: string[] = [];
  let journal = new Journal();

  /** The options of a pipe whose runner has the lease, or has lost it. */
  const optionsOf = (more: Partial<PipeDefinition>, mayDeliver: boolean): PipeOptions => {
    const definition: PipeDefinition = {
      ...{ Name: 'mine', RoleArn: 'arn:aws:iam::000000000000:role/any', Target: queueArn(QUEUE) },
      Source: `arn:aws:dynamodb:${REGION}:000000000000:table/notes/stream/2026-11-29T00:00:00.000`,
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST' } },
      ...more,
    };
    return pipeOptionsOf(definition, {
      ...{ endpoint: origin, clients, backoffCapMs: 200, journal, streams },
      ...{ checkpoints: memoryCheckpoints(), deadLetters: '/nowhere', now: () => 0, requestIdOf: () => undefined },
      invokerOf: () => (payload) => {
        calls.push(payload);
        return Promise.resolve({ statusCode: 200, payload: '[]' });
      },
      // A turn of the loop later, as a look into a folder answers.
      assertMayDeliver: () =>
        new Promise((resolve, reject) => setImmediate(() => (mayDeliver ? resolve() : reject(new LeaseLostError(1))))),
    });
  };

  /** How many messages, calls and lines there are since this was asked last. */
  const arrived = async (): Promise<number> => {
    const QueueUrl = queueUrl(origin, QUEUE);
    const { Messages = [] } = await clients.queues.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
    const count = Messages.length + calls.length + journal.entries({ type: 'log' }).length;
    await clients.queues.send(new PurgeQueueCommand({ QueueUrl }));
    journal = new Journal();
    calls = [];
    return count;
  };

  before(async () => {
    messages = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
    origin = `http://127.0.0.1:${messages.port}`;
    const access = { endpoint: origin, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 };
    streams = new DynamoDBStreamsClient(access);
    clients = { tables: new DynamoDBClient(access), queues: new SQSClient(access), topics: new SNSClient(access) };
    await clients.queues.send(new CreateQueueCommand({ QueueName: QUEUE }));
    await clients.topics.send(new CreateTopicCommand({ Name: QUEUE }));
    await clients.topics.send(
      new SubscribeCommand({ TopicArn: topicArn(QUEUE), Protocol: 'sqs', Endpoint: queueArn(QUEUE) }),
    );
  });
  // What a case that failed has left says nothing of the next.
  afterEach(async () => void (await arrived()));
  after(async () => {
    for (const client of [streams, ...Object.values(clients)]) client.destroy();
    await messages.stop();
  });

  for (const [noun, definition] of Object.entries<Partial<PipeDefinition>>({
    queue: {},
    topic: { Target: topicArn(QUEUE) },
    function: { Target: functionArn('f') },
    'log group': { Target: LOG_GROUP, TargetParameters: { CloudWatchLogsParameters: { LogStreamName: 'one' } } },
  }))
    it(`is a ${noun}, which a runner that may deliver no more leaves alone`, async () => {
      const allowed = await optionsOf(definition, true).target.invoke(BATCH, CONTEXT);
      expect([allowed.outcome, await arrived()]).toEqual(['success', 1]);
      await expect(optionsOf(definition, false).target.invoke(BATCH, CONTEXT)).rejects.toThrow(LeaseLostError);
      expect(await arrived()).toBe(0);
    });

  it('is an enrichment, which is not called either', async () => {
    const definition = { Enrichment: functionArn('f') };
    const allowed = await optionsOf(definition, true).enrichment?.invoke(BATCH, CONTEXT);
    expect([allowed?.outcome, await arrived()]).toEqual(['success', 1]);
    await expect(optionsOf(definition, false).enrichment?.invoke(BATCH, CONTEXT)).rejects.toThrow(LeaseLostError);
    expect(await arrived()).toBe(0);
  });

  for (const Arn of [queueArn(QUEUE), topicArn(QUEUE)])
    it(`is the dead letters’ ${Arn.split(':')[2]}, which is told of nothing either`, async () => {
      const DynamoDBStreamParameters = { StartingPosition: 'LATEST' as const, DeadLetterConfig: { Arn } };
      const definition = { SourceParameters: { DynamoDBStreamParameters } };
      await optionsOf(definition, true).source.deadLetter?.send('{}');
      expect(await arrived()).toBe(1);
      await expect(optionsOf(definition, false).source.deadLetter?.send('{}')).rejects.toThrow(LeaseLostError);
      expect(await arrived()).toBe(0);
    });
});
