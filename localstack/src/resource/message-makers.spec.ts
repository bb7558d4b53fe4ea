import { after, before, describe, it } from 'node:test';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { expect } from 'expect';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { physicalName, resourcesIn } from '../../../libs/topology/src/system.js';
import { type Resource } from '../../../libs/topology/src/model.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { CREDENTIALS, queueUrl, REGION } from '../account.js';
import { makeQueue } from './message-makers.js';

const resources = resourcesIn(topology, 'dev');
const nameOf = (resource: Resource): string => physicalName(topology, 'dev', resource);
const queues = resources.filter(({ kind }) => kind === 'queue');

describe('the policies of a queue', () => {
  let server: FauxqsServer;
  let clients: { tables: DynamoDBClient; queues: SQSClient; topics: SNSClient };

  before(async () => {
    server = await startFauxqs({ port: 0, logger: false });
    const client = { endpoint: `http://127.0.0.1:${server.port}`, region: REGION, credentials: CREDENTIALS };
    clients = { tables: new DynamoDBClient(client), queues: new SQSClient(client), topics: new SNSClient(client) };
  });
  after(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await server.stop();
  });

  /** Makes all queues of what is declared. */
  const make = async (declared: readonly Resource[]): Promise<string[]> => {
    const system = { clients, resources: declared, physicalName: nameOf };
    return Promise.all(queues.map((queue) => makeQueue(queue as never, system)));
  };
  /** How many queues have each. */
  const policies = async (): Promise<Record<'Policy' | 'RedriveAllowPolicy', number>> => {
    const all = await Promise.all(
      queues.map(async (queue) => {
        const QueueUrl = queueUrl(`http://127.0.0.1:${server.port}`, nameOf(queue));
        const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
        return (await clients.queues.send(asked)).Attributes ?? {};
      }),
    );
    const having = (name: 'Policy' | 'RedriveAllowPolicy'): number =>
      all.filter((attributes) => Boolean(attributes[name])).length;
    return { Policy: having('Policy'), RedriveAllowPolicy: having('RedriveAllowPolicy') };
  };

  it('are those of its topics and of the queues whose dead letters it takes, and go with these', async () => {
    expect(new Set(await make(resources))).toEqual(new Set(['created']));
    const subscribed = new Set(resources.flatMap((each) => (each.kind === 'subscription' ? [each.queue.name] : [])));
    const dead = new Set(
      resources.flatMap((each) => (each.kind === 'queue' && each.deadLetters ? [each.deadLetters.queue.name] : [])),
    );
    expect([subscribed.size > 0, dead.size > 0]).toEqual([true, true]);
    expect(await policies()).toEqual({ Policy: subscribed.size, RedriveAllowPolicy: dead.size });
    expect(new Set(await make(resources))).toEqual(new Set(['found']));
    const changed = (await make([])).filter((origin) => origin === 'updated');
    expect(changed).toHaveLength(new Set([...subscribed, ...dead]).size);
    expect(await policies()).toEqual({ Policy: 0, RedriveAllowPolicy: 0 });
    expect(new Set(await make([]))).toEqual(new Set(['found']));
  });
});
