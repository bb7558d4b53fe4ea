/** Declared queues, topics and subscriptions at the local endpoint. */
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  NotFoundException,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Queue, type Subscription, type Topic } from '../../../libs/topology/src/model.js';
import { queueArn, topicArn } from '../account.js';
import { type Maker } from './local-system.js';

export const makeQueue: Maker<Queue, 'clients' | 'physicalName'> = async (queue, { clients, physicalName }) => {
  const name = physicalName(queue);
  const wanted: Record<string, string> = {
    VisibilityTimeout: String(queue.visibilityTimeout),
    MessageRetentionPeriod: String(queue.retention),
    ...(queue.deadLetters && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn(physicalName(queue.deadLetters.queue)),
        maxReceiveCount: queue.deadLetters.maxReceives,
      }),
    }),
  };
  const url = await urlOf(clients.queues, name);
  if (url === undefined) {
    const Attributes = { ...wanted, ...(queue.fifo && { FifoQueue: 'true' }) };
    await clients.queues.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return 'created';
  }
  const attributes = await clients.queues.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  const actual: Partial<Record<string, string>> = attributes.Attributes ?? {};
  const differs = Object.entries(wanted).some(([attribute, value]) => !sameAttribute(actual[attribute], value));
  // An empty policy is how SQS takes one away.
  const dropped = actual.RedrivePolicy !== undefined && wanted.RedrivePolicy === undefined ? { RedrivePolicy: '' } : {};
  if (!differs && dropped.RedrivePolicy === undefined) return 'found';
  await clients.queues.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { ...wanted, ...dropped } }));
  return 'updated';
};

async function urlOf(client: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

/** Policies are JSON, and servers word it anew: a number may come back as text. */
function sameAttribute(actual: string | undefined, wanted: string): boolean {
  if (actual === undefined || !wanted.startsWith('{')) return actual === wanted;
  const asText = (json: string): string =>
    JSON.stringify(
      Object.entries(JSON.parse(json) as Record<string, unknown>)
        .map(([key, value]) => `${key}=${String(value)}`)
        .sort(),
    );
  return asText(actual) === asText(wanted);
}

export const makeTopic: Maker<Topic, 'clients' | 'physicalName'> = async (topic, { clients, physicalName }) => {
  const name = physicalName(topic);
  try {
    await clients.topics.send(new GetTopicAttributesCommand({ TopicArn: topicArn(name) }));
    return 'found';
  } catch (error) {
    if (!(error instanceof NotFoundException)) throw error;
    await clients.topics.send(new CreateTopicCommand({ Name: name }));
    return 'created';
  }
};

export const makeSubscription: Maker<Subscription, 'clients' | 'physicalName'> = async (
  { topic, queue, raw },
  { clients, physicalName },
) => {
  const TopicArn = topicArn(physicalName(topic));
  const endpoint = queueArn(physicalName(queue));
  const { Subscriptions = [] } = await clients.topics.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  const existing = Subscriptions.find(({ Endpoint }) => Endpoint === endpoint);
  if (existing === undefined) {
    const Attributes = { RawMessageDelivery: String(raw) };
    await clients.topics.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: endpoint, Attributes }));
    return 'created';
  }
  const { SubscriptionArn } = existing;
  const { Attributes = {} } = await clients.topics.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  if ((Attributes.RawMessageDelivery ?? 'false') === String(raw)) return 'found';
  await clients.topics.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: String(raw),
    }),
  );
  return 'updated';
};
