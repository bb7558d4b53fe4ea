/** SNS and SQS for a spec file: fauxqs, spoken to by the real SDK clients. */
import { CreateTopicCommand, PublishBatchCommand, SetSubscriptionAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'; // prettier-ignore
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient, type Message } from '@aws-sdk/client-sqs'; // prettier-ignore
import { buildApp } from 'fauxqs';
import { type PipeTarget } from '../src/target.js';
import { snsTarget } from '../src/target/sns-target.js';
import { sqsTarget, type SqsTargetOptions } from '../src/target/sqs-target.js';

export interface TestQueue {
  readonly arn: string;
  readonly url: string;
  /** Takes all that the queue holds now. */
  receive(): Promise<Message[]>;
}

export interface Messages {
  readonly sns: SNSClient;
  queue(name: string, attributes?: Record<string, string>): Promise<TestQueue>;
  /** A topic whose messages arrive in `queue` as they were published. */
  topic(name: string, queue: TestQueue): Promise<string>;
  topicTarget(arn: string): PipeTarget;
  queueTarget(queue: TestQueue, parameters?: SqsTargetOptions['parameters']): PipeTarget;
  stop(): Promise<void>;
}

export async function startMessages(): Promise<Messages> {
  // Not startFauxqs: it listens on every interface whatever it is told.
  const server = buildApp({ logger: false, defaultRegion: 'us-east-1' });
  const config = {
    endpoint: await server.listen({ port: 0, host: '127.0.0.1' }),
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const sns = new SNSClient(config);
  // The queue's URL names a host that does not resolve; the endpoint is where to ask.
  const sqs = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  return {
    sns,
    async queue(name, attributes = {}) {
      const { QueueUrl: url = '' } = await sqs.send(
        new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
      );
      return { url, arn: `arn:aws:sqs:us-east-1:000000000000:${name}`, receive: () => receiveAll(sqs, url) };
    },
    async topic(name, queue) {
      const { TopicArn: arn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
      const { SubscriptionArn } = await sns.send(
        new SubscribeCommand({ TopicArn: arn, Protocol: 'sqs', Endpoint: queue.arn }),
      );
      const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
      await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, ...raw }));
      return arn;
    },
    topicTarget: (arn) =>
      snsTarget({
        arn,
        publishBatch: (input, abortSignal) => sns.send(new PublishBatchCommand(input), { abortSignal }),
      }),
    queueTarget: ({ arn, url }, parameters) =>
      sqsTarget({
        arn,
        queueUrl: url,
        ...(parameters && { parameters }),
        sendMessageBatch: (input, abortSignal) => sqs.send(new SendMessageBatchCommand(input), { abortSignal }),
      }),
    async stop() {
      sns.destroy();
      sqs.destroy();
      await server.close();
    },
  };
}

async function receiveAll(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages: some = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    if (some.length === 0) return all;
    all.push(...some);
    // A FIFO queue gives no more of a group until what was received is deleted.
    for (const { ReceiptHandle } of some) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}
