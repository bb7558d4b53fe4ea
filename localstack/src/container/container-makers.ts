/** Who makes which kind of resource in containers: the endpoint what is kept in LocalStack and what watches the system. */
import { days } from '../../../libs/topology/src/duration.js';
import { type Kind, type LambdaFunction, type Resource } from '../../../libs/topology/src/model.js';
import { functionLogGroup } from '../function/function-pool.js';
import { makeAlarm, makeMetricFilter } from '../resource/alarm-makers.js';
import { type LocalFrame, type LocalSystem, type Origin } from '../resource/local-system.js';
import { type Makers } from '../resource/makers.js';
import { makeQueue, makeSubscription, makeTopic } from '../resource/message-makers.js';
import { makeTable } from '../resource/table-maker.js';
import { naming } from './reconciler.js';

/** What the endpoint has to make resources with. */
export type EndpointSystem = LocalFrame & Pick<LocalSystem, 'clients' | 'monitoring'>;

/** Where a kind is at home. */
export type Home =
  /** Made anew whenever LocalStack has lost it. */
  | 'localstack'
  /** Made once, in the endpoint's own process. */
  | 'endpoint'
  /** In a container of its own. */
  | 'elsewhere';

const homes: { readonly [K in Kind]: Home } = {
  table: 'localstack',
  topic: 'localstack',
  queue: 'localstack',
  subscription: 'localstack',
  function: 'endpoint',
  'metric-filter': 'endpoint',
  alarm: 'endpoint',
  'user-pool': 'elsewhere',
  pipe: 'elsewhere',
  'queue-consumer': 'elsewhere',
  'rest-api': 'elsewhere',
};

export const atHome = (resources: readonly Resource[], home: Home): Resource[] =>
  resources.filter(({ kind }) => homes[kind] === home);

const elsewhere = (): Promise<Origin> => Promise.resolve('started');

export const containerMakers: Makers<EndpointSystem> = {
  table: (table, system) => naming(table, makeTable(table, system)),
  topic: (topic, system) => naming(topic, makeTopic(topic, system)),
  queue: (queue, system) => naming(queue, makeQueue(queue, system)),
  subscription: (subscription, system) => naming(subscription, makeSubscription(subscription, system)),
  function: logGroup,
  'metric-filter': makeMetricFilter,
  alarm: makeAlarm,
  'user-pool': elsewhere,
  pipe: elsewhere,
  'queue-consumer': elsewhere,
  'rest-api': elsewhere,
};

/** The function itself runs in its own container. */
function logGroup(lambda: LambdaFunction, { monitoring, physicalName }: EndpointSystem): Promise<Origin> {
  monitoring.logs.group(functionLogGroup(physicalName(lambda))).retentionDays = lambda.logRetention / days(1);
  return Promise.resolve('started');
}
