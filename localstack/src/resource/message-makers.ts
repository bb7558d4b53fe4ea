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
import { type LocalSystem, type Maker } from './local-system.js';

/** Attributes that an empty text takes away. */
const POLICIES = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'] as const;

export const makeQueue: Maker<Queue, 'clients' | 'physicalName' | 'resources'> = async (queue, system) => {
  const { clients, physicalName } = system;
  const name = physicalName(queue);
  const wanted: Record<string, string> = {
    ...policiesOf(queue, system),
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
  const dropped = POLICIES.filter((policy) => Boolean(actual[policy]) && wanted[policy] === undefined);
  if (!differs && dropped.length === 0) return 'found';
  const Attributes = { ...wanted, ...Object.fromEntries(dropped.map((policy) => [policy, ''])) };
  await clients.queues.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
  return 'updated';
};

/** Who may send to the queue: the topics it is subscribed to, and of queues those whose dead letters it takes. As on AWS. */
function policiesOf(
  queue: Queue,
  { resources, physicalName }: Pick<LocalSystem, 'resources' | 'physicalName'>,
): Record<string, string> {
  const topics = resources.flatMap((each) =>
    each.kind === 'subscription' && each.queue.name === queue.name ? [topicArn(physicalName(each.topic))] : [],
  );
  const sources = resources.flatMap((each) =>
    each.kind === 'queue' && each.deadLetters?.queue.name === queue.name ? [queueArn(physicalName(each))] : [],
  );
  const statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' },
    Resource: queueArn(physicalName(queue)),
    Condition: { StringEquals: { 'aws:SourceArn': topics } },
  };
  return {
    ...(topics.length > 0 && { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }),
    ...(sources.length > 0 && {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: sources }),
    }),
  };
}

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
        .map(([key, value]) => `${key}=${JSON.stringify(typeof value === 'number' ? String(value) : value)}`)
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
