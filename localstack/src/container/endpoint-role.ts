/** The system's AWS endpoint in front of LocalStack: makes the resources, and keeps journal, logs, metrics and alarms. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { Forwarder } from '../endpoint/forward.js';
import { PassThrough } from '../endpoint/pass-through.js';
import { Journal } from '../journal.js';
import { Monitoring } from '../monitoring.js';
import { makeAll } from '../resource/makers.js';
import { stackOutputs } from '../stack-outputs.js';
import { atHome, containerMakers, type EndpointSystem } from './container-makers.js';
import { type ContainerFrame } from './container-frame.js';
import { endpointServices } from './endpoint-services.js';
import { journalPage, WriteBell } from './journal-api.js';
import { localStackAccess } from './localstack-access.js';
import { say, writeLines } from './log-lines.js';
import { QueueStates } from './queue-states.js';
import { Reconciler } from './reconciler.js';
import { ReportedPipes } from './reported-pipes.js';
import { type Role } from './role.js';
import { startRoleServer } from './role-server.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, and some more for the way. */
const LONGEST_FUNCTION_MS = 910_000;

/** Whose calls the journal tells of, or that are answered here. The others are LocalStack's alone. */
const OBSERVED = new Set([
  ...['dynamodb', 'dynamodbstreams', 'sqs', 'sns', 'sts'],
  ...['lambda', 'pipes', 'cognito-idp', 'cloudformation', 'logs', 'monitoring', 'tabletop', 'unknown'],
]);

export const startEndpoint: Role = async (frame, name) => {
  const { container, resources, physicalName: nameOf } = frame;
  const { host, port, dataDir, localStackUrl: upstream } = container;
  mkdirSync(dataDir, { recursive: true });
  const startedAt = new Date();
  // The container's own lines are those of its own calls and alarms; the journal is everybody's.
  const own = new Journal(1);
  writeLines(own, name);
  const { journal } = frame;
  own.subscribe(({ seq: _seq, at, ...event }) => journal.record(event, at));

  const clients = clientsOf(upstream);
  const passThrough = new PassThrough(upstream);
  const reconciler = new Reconciler({
    ...{ service: name, url: upstream, keptIn: dataDir, onGone: () => passThrough.drop() },
    make: (onMade) => makeAll(atHome(resources, 'localstack'), containerMakers, system, onMade),
  });
  const waitsFor = (): string | undefined => reconciler.waitsFor;
  const toSelf = new SNSClient(localStackAccess(`http://127.0.0.1:${port}`));
  const queueNames = resources.filter(({ kind }) => kind === 'queue').map((queue) => nameOf(queue));
  const queues = new QueueStates({
    ...{ client: clients.queues, url: upstream, names: queueNames },
    isReady: () => waitsFor() === undefined,
    onTrouble: (message) => say(name, message, 'WARN'),
  });
  const pipes = new ReportedPipes();
  const monitoring = new Monitoring({
    clock: systemClock,
    journal,
    alarmJournal: own,
    timeOf: ({ at }) => at,
    pipes,
    messages: () => queues,
    queues: queueNames,
    alarmFile: join(dataDir, 'alarms.json'),
    publish: (TopicArn, Subject, Message) => toSelf.send(new PublishCommand({ TopicArn, Subject, Message })),
    untilCanPublish: () => reconciler.untilReady(),
  });
  const system: EndpointSystem = { ...frame, clients, monitoring };
  await makeAll(atHome(resources, 'endpoint'), containerMakers, system, () => undefined);

  const [forwarder, toFunctions] = [new Forwarder(), new Forwarder(LONGEST_FUNCTION_MS)];
  const bell = new WriteBell();
  const server = await startRoleServer({
    ...{ host, port, purpose: 'the AWS endpoint', waitsFor, journal: own, knows: frame.knows },
    facts: () => ({ session: reconciler.session }),
    services: endpointServices({
      ...{ forwarder, toFunctions, upstream, monitoring, waitsFor, peer: container.peer },
      onRefused: () => reconciler.countRefused(),
      functions: functionsOf(frame),
      description: () => ({
        names: [`${frame.name}-${frame.stage}`, ...frame.aliases],
        startedAt,
        outputs: stackOutputs({
          ...{ resources, physicalName: nameOf, systemName: frame.name },
          apiUrl: `${container.apiUrl}/${frame.stage}`,
          awsUrl: container.publicAwsUrl,
        }),
      }),
    }),
    pages: {
      '/_tabletop/journal': journalPage(journal),
      '/_tabletop/writes': bell.page,
      '/_tabletop/pipe-metrics': pipes.page,
    },
    passOn: { to: passThrough, unless: OBSERVED },
    onTableWrite: () => bell.ring(),
  });
  reconciler.start();
  monitoring.start();
  say(
    name,
    `answers for LocalStack at ${upstream}, which keeps tables and their streams over a restart where it has PERSISTENCE; ` +
      'declared topics, queues and subscriptions are made again, without the messages in them',
  );
  return {
    broken: reconciler.broken,
    stop: async () => {
      await reconciler.stop();
      bell.stop();
      await server.stop();
      await Promise.all([monitoring.stop(), queues.stop()]);
      for (const each of [forwarder, toFunctions, passThrough]) each.close();
      for (const client of [...Object.values(clients), toSelf]) client.destroy();
    },
  };
};

const clientsOf = (endpoint: string): EndpointSystem['clients'] => ({
  tables: new DynamoDBClient(localStackAccess(endpoint)),
  queues: new SQSClient(localStackAccess(endpoint)),
  topics: new SNSClient(localStackAccess(endpoint)),
});

const functionsOf = ({ resources, physicalName }: ContainerFrame): Map<string, LambdaFunction> =>
  new Map(resources.flatMap((resource) => (resource.kind === 'function' ? [[physicalName(resource), resource]] : [])));
