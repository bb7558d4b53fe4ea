/** Everything of a local stack but its functions, which load meanwhile. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { fileCheckpoints } from '../../libs/pipes/src/checkpoint.js';
import { systemClock } from '../../libs/pipes/src/clock.js';
import { type LambdaFunction, type Resource } from '../../libs/topology/src/model.js';
import { CREDENTIALS, REGION } from './account.js';
import { startMessages } from './backend/messages.js';
import { Supervisor } from './backend/supervisor.js';
import { type DataFolder } from './data-folder.js';
import { drained } from './drained.js';
import { awsEndpoint } from './endpoint/aws-endpoint.js';
import { embeddedServices } from './endpoint/embedded-services.js';
import { type EndpointDoor } from './endpoint/endpoint-door.js';
import { type Faults } from './endpoint/fault.js';
import { Forwarder } from './endpoint/forward.js';
import { type StartingFunctions } from './function/start-functions.js';
import { type CognitoApi } from './identity/cognito-api.js';
import { type LocalStack, type LocalStackOptions } from './stack.js';
import { Monitoring } from './monitoring.js';
import { assertReachable, pipeOptionsOf } from './pipes/pipe-connections.js';
import { type PipeSurroundings } from './pipes/pipe-surroundings.js';
import { poolInvoker } from './pipes/pool-invoker.js';
import { PipeRegistry } from './pipes/pipe-registry.js';
import { requestIdOfRecords } from './pipes/request-id.js';
import { MessageMoves } from './queue/message-moves.js';
import { type LocalFrame, type LocalSystem } from './resource/local-system.js';
import { embeddedMakers, makeAll } from './resource/makers.js';
import { stackOutputs } from './stack-outputs.js';
import { type Stops } from './stops.js';

/** A stack whose functions load already, behind an endpoint that does not answer yet. */
export interface Begun extends LocalStackOptions {
  readonly stops: Stops;
  readonly resources: readonly Resource[];
  readonly folder: DataFolder;
  readonly door: EndpointDoor;
  readonly starting: StartingFunctions;
  readonly faults: Faults;
  readonly frame: LocalFrame;
}

/** A delivery that takes longer is cut off with its function, and repeated by the next start. */
const DELIVERY_PATIENCE_MS = 500;

/** Resolves when every resource exists and every function has loaded. @throws StartError, NotEmulatedError */
export async function assemble(begun: Begun): Promise<LocalStack> {
  const { topology, stops, resources, folder, door, starting, faults, frame, onProgress = () => undefined } = begun;
  const { stage, journal, adopt, physicalName: nameOf } = frame;
  const [tables, messages] = await Promise.all([
    stops.adding(Supervisor.start({ wanted: begun.tables, folder: folder.file('table'), adopt, journal })),
    stops.adding(startMessages(folder.file('messages'))),
  ]);
  onProgress(`${tables.name} and fauxqs`);
  starting.hurry();

  const startedAt = new Date();
  const functions = new Map([...starting.byName].map(([name, { pool }]) => [name, pool]));
  const pipes = new PipeRegistry({
    folder: folder.file('pipes'),
    optionsOf: (definition) => pipeOptionsOf(definition, surroundings),
    assertReachable: (definition) => assertReachable(definition, surroundings),
  });
  const monitoring = new Monitoring({
    clock: begun.clock ?? systemClock,
    journal,
    pipes,
    messages: () => messages,
    queues: resources.filter(({ kind }) => kind === 'queue').map((queue) => nameOf(queue)),
    alarmFile: folder.file('alarms.json'),
    publish: (TopicArn, Subject, Message) => clients.topics.send(new PublishCommand({ TopicArn, Subject, Message })),
  });
  const consumers: LocalSystem['consumers'] = new Map();
  const apis: LocalSystem['apis'] = new Map();
  const userPools: LocalSystem['userPools'] = new Map();
  const apiUrls = (): Record<string, string> =>
    Object.fromEntries([...apis].map(([name, api]) => [name, `${api.origin}/${stage}`]));
  const forwarder = new Forwarder();
  const services = embeddedServices({
    forwarder,
    ownOrigin: door.origin,
    tables: () => tables.current,
    messages: () => messages,
    findFunction: (name) => [...functions.values()].find((pool) => pool.options.name === name),
    pipes,
    monitoring,
    moves: () => moves,
    identity: identityOf(userPools),
    description: () => ({
      names: [`${topology.name}-${stage}`, ...(begun.aliases ?? [])],
      startedAt,
      outputs: stackOutputs({
        resources,
        apiUrl: Object.values(apiUrls())[0],
        awsUrl: door.origin,
        physicalName: nameOf,
        systemName: topology.name,
      }),
    }),
  });
  stops.add(async () => {
    await door.stop();
    forwarder.close();
  });

  const client = { endpoint: door.origin, region: REGION, credentials: CREDENTIALS };
  const clients = { tables: new DynamoDBClient(client), queues: new SQSClient(client), topics: new SNSClient(client) };
  const moves = new MessageMoves(clients.queues, door.origin);
  stops.add(() => [...Object.values(clients), surroundings.streams].forEach((each) => each.destroy()));

  stops.add(() => monitoring.stop());
  // Requests end first, then deliveries, then what both run on.
  stops.add(() => Promise.all([...functions.values()].map((pool) => pool.stop())));
  stops.add(() =>
    Promise.race([
      Promise.all([pipes.close(), ...[...consumers.values()].map((consumer) => consumer.stop())]),
      patience(DELIVERY_PATIENCE_MS),
    ]),
  );
  stops.add(() => Promise.all([...apis.values()].map((api) => api.stop())));
  const surroundings: PipeSurroundings = {
    ...frame,
    clients,
    streams: new DynamoDBStreamsClient(client),
    checkpoints: fileCheckpoints(folder.file('checkpoints')),
    deadLetters: folder.file('dead-letters'),
    now: () => monitoring.clock.now(),
    invokerOf: (arn) => poolInvoker(arn, functions),
    requestIdOf: requestIdOfRecords(resources, nameOf),
  };
  const system: LocalSystem = {
    ...frame,
    identity: folder.file('identity'),
    clients,
    monitoring,
    functions,
    loaded: ({ name }: LambdaFunction) => starting.byName.get(name)?.loaded ?? Promise.resolve(),
    pipes,
    consumers,
    apis,
    userPools,
  };
  const onTableWrite = (): void => pipes.wake();
  door.answerBy(
    awsEndpoint({
      knows: (name) => name === frame.host,
      journal,
      faults,
      services,
      onTableWrite,
      onCall: begun.onCall,
    }),
  );
  onProgress(`AWS endpoint on ${door.origin}`);
  const made = await makeAll(resources, embeddedMakers, system, ({ resource, origin }) => {
    const watches = resource.kind === 'alarm' || resource.kind === 'metric-filter';
    if (!watches) onProgress(`${resource.kind} ${resource.name} ${origin}`);
  });

  monitoring.start();
  if (monitoring.alarms.size > 0) onProgress(`${monitoring.alarms.size} alarms watch`);
  await pipes.restore((pipe, reason) =>
    journal.record({ type: 'stack', what: `pipe ${pipe} cannot come back: ${reason}` }),
  );

  return {
    apiUrls: apiUrls(),
    apiUrl: Object.values(apiUrls())[0],
    awsUrl: door.origin,
    journal,
    faults,
    resources: made,
    dataDir: folder.path,
    backend: tables.name,
    broken: tables.broken,
    inside: system,
    physicalName: (kind, name) => {
      const found = resources.find((resource) => resource.kind === kind && resource.name === name);
      if (found === undefined) throw new Error(`The system has no ${kind} "${name}".`);
      return system.physicalName(found);
    },
    drained: (timeoutMs = 10_000) => drained(system, timeoutMs),
    stop: () => stops.run(),
  };
}

/** What answers for the pools; it is loaded by the first call, since in open mode hardly anybody makes one. */
function identityOf(pools: LocalSystem['userPools']): () => Promise<CognitoApi> {
  let loading: Promise<CognitoApi> | undefined;
  return () => (loading ??= import('./identity/cognito-api.js').then(({ CognitoApi }) => new CognitoApi(pools)));
}

const patience = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
