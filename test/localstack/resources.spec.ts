/** What LocalStack reports, resource by resource, is what the topology declares: nothing is missing, nothing is extra. */
import { after, describe, it } from 'node:test';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { type Kind, type ResourceOf } from '../../libs/topology/src/model.js';
import { physicalName, resourcesIn } from '../../libs/topology/src/system.js';
import { topology } from '../../libs/topology/src/topology.js';

const [tables, queues, topics] = [new DynamoDBClient({}), new SQSClient({}), new SNSClient({})];
const resources = resourcesIn(topology, 'dev');
const all = <K extends Kind>(kind: K): ResourceOf<K>[] =>
  resources.filter((resource): resource is ResourceOf<K> => resource.kind === kind);
const nameOf = (resource: ResourceOf<Kind>): string => physicalName(topology, 'dev', resource);
const arnOf = (service: string, resource: ResourceOf<Kind>): string =>
  `arn:aws:${service}:us-east-1:000000000000:${nameOf(resource)}`;

/** Others may keep things of their own on the same LocalStack. */
const ours = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('tabletop-')).sort();
/** What is another one in each LocalStack, or at each moment. */
const CHANGING: ReadonlySet<string> = new Set([
  ...['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'],
  ...['CreatedTimestamp', 'LastModifiedTimestamp'],
  ...['SubscriptionsConfirmed', 'SubscriptionsDeleted', 'SubscriptionsPending'],
  ...['SubscriptionArn', 'SubscriptionPrincipal'],
]);
const without = (attributes: Record<string, string>, names: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.has(name)));
const sorted = (list: readonly Readonly<Record<string, string>>[]): unknown[] =>
  list.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
const lastPart = (text = ''): string => text.split(/[/:]/).at(-1) ?? '';

describe('LocalStack holds what the topology declares', () => {
  after(() => [tables, queues, topics].forEach((client) => client.destroy()));

  it('the tables, and no other', async () => {
    const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
    expect(ours(TableNames)).toEqual(all('table').map(nameOf).sort());
  });

  for (const table of all('table'))
    it(`table ${table.name}`, async () => {
      const TableName = nameOf(table);
      const { Table } = await tables.send(new DescribeTableCommand({ TableName }));
      const keys = (of: { partitionKey: string; sortKey: string }): object[] => [
        { AttributeName: of.partitionKey, KeyType: 'HASH' },
        { AttributeName: of.sortKey, KeyType: 'RANGE' },
      ];
      const attributes = [table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
      expect(Table?.KeySchema).toEqual(keys(table));
      expect((Table?.AttributeDefinitions ?? []).map(({ AttributeName }) => AttributeName).sort()).toEqual(
        [...new Set(attributes)].sort(),
      );
      expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
      expect(
        (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          ProjectionType: Projection?.ProjectionType,
        })),
      ).toEqual(table.indexes.map((of) => ({ IndexName: of.name, KeySchema: keys(of), ProjectionType: 'ALL' })));
      expect(Table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: table.streamView });
      const { TimeToLiveDescription } = await tables.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription).toEqual({ AttributeName: table.expiry, TimeToLiveStatus: 'ENABLED' });
    });

  it('the queues, and no other', async () => {
    const { QueueUrls = [] } = await queues.send(new ListQueuesCommand({}));
    expect(ours(QueueUrls.map(lastPart))).toEqual(all('queue').map(nameOf).sort());
  });

  for (const queue of all('queue'))
    it(`queue ${queue.name}`, async () => {
      const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: nameOf(queue) }));
      const { Attributes = {} } = await queues.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const { RedrivePolicy, RedriveAllowPolicy, Policy, ...others } = without(Attributes, CHANGING);
      expect(others).toEqual({
        QueueArn: arnOf('sqs', queue),
        VisibilityTimeout: String(queue.visibilityTimeout),
        MessageRetentionPeriod: String(queue.retention),
        ...{ DelaySeconds: '0', ReceiveMessageWaitTimeSeconds: '0', MaximumMessageSize: '1048576' },
        SqsManagedSseEnabled: 'true',
        ...(queue.fifo && {
          ...{ FifoQueue: 'true', ContentBasedDeduplication: 'false' },
          ...{ DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' },
        }),
      });
      expect(RedrivePolicy === undefined ? undefined : (JSON.parse(RedrivePolicy) as object)).toEqual(
        queue.deadLetters && {
          deadLetterTargetArn: arnOf('sqs', queue.deadLetters.queue),
          maxReceiveCount: queue.deadLetters.maxReceives,
        },
      );
      const sources = all('queue').filter(({ deadLetters }) => deadLetters?.queue.name === queue.name);
      expect(JSON.parse(RedriveAllowPolicy ?? 'null')).toEqual(
        sources.length === 0
          ? null
          : { redrivePermission: 'byQueue', sourceQueueArns: sources.map((each) => arnOf('sqs', each)) },
      );
      const senders = all('subscription').filter((each) => each.queue.name === queue.name);
      expect(JSON.parse(Policy ?? 'null')).toEqual(
        senders.length === 0
          ? null
          : {
              Version: '2012-10-17',
              Statement: [
                {
                  ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' },
                  Resource: arnOf('sqs', queue),
                  Condition: { StringEquals: { 'aws:SourceArn': senders.map(({ topic }) => arnOf('sns', topic)) } },
                },
              ],
            },
      );
    });

  it('the topics, and no other', async () => {
    const { Topics = [] } = await topics.send(new ListTopicsCommand({}));
    expect(ours(Topics.map(({ TopicArn }) => lastPart(TopicArn)))).toEqual(all('topic').map(nameOf).sort());
  });

  for (const topic of all('topic'))
    it(`topic ${topic.name}`, async () => {
      const { Attributes = {} } = await topics.send(new GetTopicAttributesCommand({ TopicArn: arnOf('sns', topic) }));
      expect(without(Attributes, CHANGING)).toEqual({
        ...{ TopicArn: arnOf('sns', topic), DisplayName: '', Owner: '000000000000' },
        // The defaults, whole: a policy of ours would be another.
        Policy: expect.stringContaining('"Id": "__default_policy_ID"') as unknown,
        EffectiveDeliveryPolicy: expect.stringContaining('"defaultHealthyRetryPolicy"') as unknown,
      });
    });

  it('the subscriptions, and no other', async () => {
    const { Subscriptions = [] } = await topics.send(new ListSubscriptionsCommand({}));
    const found = await Promise.all(
      Subscriptions.filter(({ TopicArn = '' }) => ours([lastPart(TopicArn)]).length > 0).map(
        async ({ SubscriptionArn }) => {
          const { Attributes = {} } = await topics.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
          return without(Attributes, CHANGING);
        },
      ),
    );
    // All that there is: a filter policy would be one more.
    const declared = all('subscription').map(({ topic, queue, raw }) => ({
      ...{ TopicArn: arnOf('sns', topic), Endpoint: arnOf('sqs', queue), Protocol: 'sqs', Owner: '000000000000' },
      ...{ RawMessageDelivery: String(raw), PendingConfirmation: 'false', ConfirmationWasAuthenticated: 'true' },
    }));
    expect(sorted(found)).toEqual(sorted(declared));
  });
});
