/** Starts a declared system on this machine and hands it over. The command line, the tests and the workbench all call this. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../../libs/pipes/src/clock.js';
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type Resource } from '../../libs/topology/src/model.js';
import { metricNamespace, physicalName, resourcesIn, type Topology } from '../../libs/topology/src/system.js';
import { CREDENTIALS, REGION } from './account.js';
import { startMessages } from './backend/messages.js';
import { Supervisor } from './backend/supervisor.js';
import { type TableBackendName } from './backend/tables.js';
import { DataFolder } from './data-folder.js';
import { startAwsEndpoint } from './endpoint/aws-endpoint.js';
import { Faults } from './endpoint/fault.js';
import { drained } from './drained.js';
import { Journal, type JournalReader } from './journal.js';
import { Monitoring } from './monitoring.js';
import { MessageMoves } from './queue/message-moves.js';
import { assertReachable, pipeOptionsOf } from './pipes/pipe-connections.js';
import { PipeRegistry } from './pipes/pipe-registry.js';
import { type CognitoApi } from './identity/cognito-api.js';
import { type LocalSystem } from './resource/local-system.js';
import { makeAll, type Made } from './resource/makers.js';
import { stackOutputs } from './stack-outputs.js';
import { Stops } from './stops.js';

export interface LocalStackOptions {
  topology: Topology;
  /** Where function entries are looked up; default the working folder. */
  root?: string;
  stage?: string;
  /** Of the API; 0 takes any free port. */
  port?: number;
  /** Of the AWS endpoint; 0 takes any free port. */
  awsPort?: number;
  /** Loopback unless told otherwise. */
  host?: string;
  /** Where data survives the stop; without it, a temporary folder that does not. */
  dataDir?: string;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** Where bundles are kept; default inside the data folder. */
  bundles?: string;
  tables?: TableBackendName;
  settings?: Partial<RuntimeSettings>;
  /** The most instances of one function at a time. */
  maxInstances?: number;
  /** How long an API waits for a function; 29 s on AWS, https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
  integrationTimeoutMs?: number;
  /** The longest pause between two tries of a pipe; AWS's own grows to a minute. */
  backoffCapMs?: number;
  /** Other names under which CloudFormation tells of this system, beside `<system>-<stage>`. */
  aliases?: readonly string[];
  /** The time of logs, metrics and alarms, which tests move. */
  clock?: Clock;
  /** Told of each step of the start. */
  onProgress?: (step: string) => void;
}

export interface LocalStack {
  /** `http://127.0.0.1:4000/dev`, by the API's logical name. */
  readonly apiUrls: Readonly<Record<string, string>>;
  /** The first API's URL; undefined when the system has none. */
  readonly apiUrl: string | undefined;
  readonly awsUrl: string;
  readonly journal: JournalReader;
  readonly faults: Faults;
  readonly resources: readonly Made[];
  readonly dataDir: string;
  readonly backend: string;
  /** Settles when the stack can no longer work, with the reason. */
  readonly broken: Promise<string>;
  physicalName(kind: string, name: string): string;
  /** Resolves when every request is answered, every stream record delivered and every function idle. */
  drained(timeoutMs?: number): Promise<void>;
  /** Ends everything that was started; safe to call twice. */
  stop(): Promise<void>;
}

/** A delivery that takes longer is cut off with its function, and repeated by the next start. */
const DELIVERY_PATIENCE_MS = 500;

const DEFAULTS = {
  stage: 'dev',
  port: 0,
  awsPort: 0,
  host: '127.0.0.1',
  maxInstances: 4,
  integrationTimeoutMs: 29_000,
  backoffCapMs: 200,
} as const;

/**
 * Resolves when every resource of the topology exists and every function has loaded its handler.
 * @throws StartError with a way out when the machine does not allow it, NotEmulatedError for what cannot be emulated
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops = new Stops();
  try {
    return await start(options, stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(options: LocalStackOptions, stops: Stops): Promise<LocalStack> {
  const { topology, stage, host, port, awsPort, maxInstances, integrationTimeoutMs, backoffCapMs } = {
    ...DEFAULTS,
    ...options,
  };
  const { onProgress = () => undefined } = options;
  const { authMode = 'open' } = options.settings ?? {};
  const corsOrigins = authMode === 'open' ? '*' : '';
  const settings: RuntimeSettings = { corsOrigins, logLevel: 'INFO', ...options.settings, authMode };
  const resources = resourcesIn(topology, stage);
  const journal = new Journal();
  const faults = new Faults();

  const folder = await DataFolder.open(options.dataDir, options.fresh);
  stops.add(() => folder.close());
  const adopt = (pid: number): void => folder.adopt(pid);

  const [tables, messages] = await Promise.all([
    stops.adding(Supervisor.start({ wanted: options.tables, folder: folder.file('table'), adopt, journal })),
    stops.adding(startMessages(folder.file('messages'))),
  ]);
  onProgress(`${tables.name} and fauxqs`);

  const startedAt = new Date();
  const functions: LocalSystem['functions'] = new Map();
  const pipes = new PipeRegistry(
    folder.file('pipes'),
    (definition) => pipeOptionsOf(definition, system),
    (definition) => assertReachable(definition, system),
  );
  const nameOf = (resource: Resource): string => physicalName(topology, stage, resource);
  const monitoring = new Monitoring({
    clock: options.clock ?? systemClock,
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
  const endpoint = await startAwsEndpoint({
    port: awsPort,
    host,
    journal,
    faults,
    tables: () => tables.current,
    messages: () => messages,
    findFunction: (name) => [...functions.values()].find((pool) => pool.options.name === name),
    pipes,
    monitoring,
    moves: () => moves,
    identity: identityOf(userPools),
    description: () => ({
      names: [`${topology.name}-${stage}`, ...(options.aliases ?? [])],
      startedAt,
      outputs: stackOutputs({
        resources,
        apiUrl: Object.values(apiUrls())[0],
        awsUrl: endpoint.origin,
        physicalName: nameOf,
        systemName: topology.name,
      }),
    }),
    onTableWrite: () => pipes.wake(),
  });
  stops.add(() => endpoint.stop());
  folder.announce(endpoint.port);
  onProgress(`AWS endpoint on ${endpoint.origin}`);

  const client = { endpoint: endpoint.origin, region: REGION, credentials: CREDENTIALS };
  const clients = { tables: new DynamoDBClient(client), queues: new SQSClient(client), topics: new SNSClient(client) };
  const moves = new MessageMoves(clients.queues, endpoint.origin);
  stops.add(() => Object.values(clients).forEach((each) => each.destroy()));

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
  const system: LocalSystem = {
    name: topology.name,
    stage,
    host,
    apiPort: port,
    root: resolve(options.root ?? '.'),
    bundles: resolve(options.bundles ?? folder.file('bundles')),
    checkpoints: folder.file('checkpoints'),
    deadLetters: folder.file('dead-letters'),
    identity: folder.file('identity'),
    endpoint: endpoint.origin,
    clients,
    settings,
    monitoring,
    metricNamespace: metricNamespace(topology, stage),
    journal,
    maxInstances,
    integrationTimeoutMs,
    backoffCapMs,
    functions,
    pipes,
    consumers,
    apis,
    userPools,
    physicalName: nameOf,
    adopt,
  };
  const made = await makeAll(resources, system, ({ resource, origin }) => {
    const watches = resource.kind === 'alarm' || resource.kind === 'metric-filter';
    if (!watches) onProgress(`${resource.kind} ${resource.name} ${origin}`);
  });

  monitoring.start();
  if (monitoring.alarms.size > 0) onProgress(`${monitoring.alarms.size} alarms watch`);
  await pipes.restore((file, reason) =>
    journal.record({ type: 'stack', what: `pipe ${file} cannot come back: ${reason}` }),
  );

  return {
    apiUrls: apiUrls(),
    apiUrl: Object.values(apiUrls())[0],
    awsUrl: endpoint.origin,
    journal,
    faults,
    resources: made,
    dataDir: folder.path,
    backend: tables.name,
    broken: tables.broken,
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
