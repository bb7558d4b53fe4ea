/** What LocalStack reports, resource by resource, is what the topology declares: nothing is missing, nothing is extra. */
import { after, describe, it } from 'node:test';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  paginateListTables,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
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
import { atHome, containerMakers, type EndpointSystem } from '../../localstack/src/container/container-makers.js';
import { makeAll } from '../../localstack/src/resource/makers.js';

const clients = { tables: new DynamoDBClient({}), queues: new SQSClient({}), topics: new SNSClient({}) };
const { tables, queues, topics } = clients;
const streams = new DynamoDBStreamsClient({});
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
  ...['CreationDateTime', 'TableSizeBytes', 'ItemCount', 'TableId', 'LatestStreamLabel', 'LatestStreamArn'],
  ...['LastUpdateToPayPerRequestDateTime', 'LastIncreaseDateTime', 'LastDecreaseDateTime', 'IndexSizeBytes'],
  ...['StreamArn', 'StreamLabel', 'CreationRequestDateTime', 'Shards'],
  // 12,000 and 4,000 when the table is made, 5 and 5 when LocalStack has read it back from its file.
  'WarmThroughput',
]);
/** On demand, as LocalStack words it. */
const ON_DEMAND = {
  ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
};
const without = (attributes: Record<string, string>, names: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.has(name)));
/** The same, at every depth. */
const settled = (told: unknown): unknown =>
  JSON.parse(JSON.stringify(told ?? null, (name, value: unknown) => (CHANGING.has(name) ? undefined : value)));
const sorted = (list: readonly Readonly<Record<string, string>>[]): unknown[] =>
  list.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
const lastPart = (text = ''): string => text.split(/[/:]/).at(-1) ?? '';

describe('LocalStack holds what the topology declares', () => {
  after(() => [tables, queues, topics, streams].forEach((client) => client.destroy()));

  it('the tables, and no other', async () => {
    const names: string[] = [];
    for await (const { TableNames = [] } of paginateListTables({ client: tables }, {})) names.push(...TableNames);
    expect(ours(names)).toEqual(all('table').map(nameOf).sort());
  });

  for (const table of all('table'))
    it(`table ${table.name}`, async () => {
      const TableName = nameOf(table);
      const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
      const { Table } = await tables.send(new DescribeTableCommand({ TableName }));
      const keys = (of: { partitionKey: string; sortKey: string }): object[] => [
        { AttributeName: of.partitionKey, KeyType: 'HASH' },
        { AttributeName: of.sortKey, KeyType: 'RANGE' },
      ];
      const attributes = [table, ...table.indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
      const { AttributeDefinitions = [], ...others } = Table ?? {};
      expect(new Set(AttributeDefinitions)).toEqual(
        new Set([...new Set(attributes)].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }))),
      );
      // All that there is: an index, a setting or a throughput of another kind would be one more.
      expect(settled(others)).toEqual({
        ...{ TableName, TableArn: tableArn },
        ...{ TableStatus: 'ACTIVE', KeySchema: keys(table), DeletionProtectionEnabled: false, ...ON_DEMAND },
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        GlobalSecondaryIndexes: table.indexes.map((of) => ({
          ...{ IndexName: of.name, KeySchema: keys(of), Projection: { ProjectionType: 'ALL' }, IndexStatus: 'ACTIVE' },
          ...{ IndexArn: `${tableArn}/index/${of.name}`, ...ON_DEMAND },
        })),
        StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamView },
      });
      const { StreamDescription } = await streams.send(
        new DescribeStreamCommand({ StreamArn: Table?.LatestStreamArn }),
      );
      expect(settled(StreamDescription)).toEqual({
        ...{ TableName, KeySchema: keys(table), StreamStatus: 'ENABLED', StreamViewType: table.streamView },
      });
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

  it('all of it as the endpoint would make it: a second pass finds everything and changes nothing', async () => {
    const system = { clients, resources, physicalName: nameOf, wayToEmpty: '' } as Partial<EndpointSystem>;
    const declared = atHome(resources, 'localstack');
    const made = await makeAll(declared, containerMakers, system as EndpointSystem, () => undefined);
    expect(made).toEqual(declared.map((resource) => ({ resource, origin: 'found' })));
  });
});
