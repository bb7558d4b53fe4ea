/** What the resource makers share: where things run, and what was made so far. */
import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type SNSClient } from '@aws-sdk/client-sns';
import { type SQSClient } from '@aws-sdk/client-sqs';
import { type RuntimeSettings } from '../../../libs/topology/src/environment.js';
import { type LambdaFunction, type Resource } from '../../../libs/topology/src/model.js';
import { type FunctionPool } from '../function/function-pool.js';
import { type ApiGateway } from '../gateway/api-gateway.js';
import { type PoolSettings } from '../identity/pool-settings.js';
import { type Journal } from '../journal.js';
import { type Monitoring } from '../monitoring.js';
import { type QueueConsumer } from '../queue/queue-consumer.js';
import { type PipeRegistry } from '../pipes/pipe-registry.js';

/** How a resource came to be. */
export type Origin =
  /** Made by this start. */
  | 'created'
  /** There already, every attribute equal. */
  | 'found'
  /** There already, a difference was applied. */
  | 'updated'
  /** Runs as part of the stack. */
  | 'started';

/** What is known of a system before anything of it runs. */
export interface LocalFrame {
  readonly name: string;
  readonly stage: string;
  /** All that is declared for the stage. */
  readonly resources: readonly Resource[];
  readonly host: string;
  readonly apiPort: number;
  /** Where function entries are looked up. */
  readonly root: string;
  /** Where bundles are kept. */
  readonly bundles: string;
  /** The AWS endpoint that everything local talks to. */
  readonly endpoint: string;
  readonly settings: RuntimeSettings;
  /** Of what the functions count themselves. */
  readonly metricNamespace: string;
  readonly journal: Journal;
  /** The most instances of one function. */
  readonly maxInstances: number;
  readonly integrationTimeoutMs: number;
  /** The longest pause between two tries of a pipe. */
  readonly backoffCapMs: number;
  readonly physicalName: (resource: Resource) => string;
  readonly adopt: (pid: number) => void;
  /** What to do about data that the declaration does not fit, such as `start with --fresh to empty it`. */
  readonly wayToEmpty: string;
}

export interface LocalSystem extends LocalFrame {
  /** Where user pools are kept. */
  readonly identity: string;
  readonly clients: { readonly tables: DynamoDBClient; readonly queues: SQSClient; readonly topics: SNSClient };
  readonly monitoring: Monitoring;
  readonly pipes: PipeRegistry;
  /** By logical name; they may be loading still. */
  readonly functions: ReadonlyMap<string, FunctionPool>;
  /** Resolves when a function has loaded its handler. @throws StartError */
  readonly loaded: (lambda: LambdaFunction) => Promise<void>;
  readonly consumers: Map<string, QueueConsumer>;
  readonly apis: Map<string, ApiGateway>;
  /** By id. */
  readonly userPools: Map<string, PoolSettings>;
}

/** Makes one resource real with what it needs of the system; rejects when it cannot be, naming the resource. */
export type Maker<R extends Resource, Needed extends keyof LocalSystem = keyof LocalSystem> = (
  resource: R,
  system: Pick<LocalSystem, Needed>,
) => Promise<Origin>;
