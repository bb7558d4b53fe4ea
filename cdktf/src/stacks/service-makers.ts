/** The AWS reader's case for each kind of resource; a kind without one does not compile. */
import { environmentOf } from '../../../libs/topology/src/environment.js';
import { metricIdentity } from '../../../libs/topology/src/metric-identity.js';
import { type Kind, type PerKind, type Resource, type ResourceOf } from '../../../libs/topology/src/model.js';
import { AlarmConstruct } from '../constructs/alarm.js';
import { FunctionConstruct } from '../constructs/function.js';
import { MetricFilterConstruct } from '../constructs/metric-filter.js';
import { PipeConstruct } from '../constructs/pipe.js';
import { QueueConsumerConstruct } from '../constructs/queue-consumer.js';
import { QueueConstruct } from '../constructs/queue.js';
import { RestApiConstruct } from '../constructs/rest-api.js';
import { SubscriptionConstruct } from '../constructs/subscription.js';
import { TableConstruct } from '../constructs/table.js';
import { TopicConstruct } from '../constructs/topic.js';
import { UserPoolConstruct } from '../constructs/user-pool.js';
import { type Construct } from '../lib/cdk.js';
import { grantStatements } from './grant-statements.js';
import { type ConstructOf } from './made-resources.js';
import { referenceValue } from './reference-value.js';
import { type ServiceSystem } from './service-system.js';
import { constructId } from './stateful-names.js';

type Maker<K extends Kind> = (
  scope: Construct,
  id: string,
  resource: ResourceOf<K>,
  system: ServiceSystem,
) => ConstructOf[K];

const makers: PerKind<{ [K in Kind]: Maker<K> }> = {
  table: (scope, id, table, { physicalName, dataKey, protects, movedFrom }) =>
    new TableConstruct(scope, id, {
      table,
      name: physicalName(table),
      keyArn: dataKey?.arn,
      protected: protects,
      movedFrom: movedFrom(table),
    }),

  topic: (scope, id, topic, { physicalName, config, dataKey, alarmKey, takesAlarms }) =>
    new TopicConstruct(scope, id, {
      topic,
      name: physicalName(topic),
      account: config.account,
      region: config.region,
      keyArn: (takesAlarms(topic) ? alarmKey : dataKey)?.arn,
      takesAlarms: takesAlarms(topic),
      email: takesAlarms(topic) ? config.alarmEmail : undefined,
    }),

  queue: (scope, id, queue, { physicalName, dataKey, made }) =>
    new QueueConstruct(scope, id, {
      queue,
      name: physicalName(queue),
      keyArn: dataKey?.arn,
      deadLettersArn: queue.deadLetters && made.of(queue.deadLetters.queue).arn,
    }),

  subscription: (scope, id, subscription, { made }) =>
    new SubscriptionConstruct(scope, id, {
      subscription,
      topic: made.of(subscription.topic),
      queue: made.of(subscription.queue),
    }),

  'user-pool': (scope, id, pool, { physicalName, config, protects, movedFrom }) =>
    new UserPoolConstruct(scope, id, {
      pool,
      name: physicalName(pool),
      region: config.region,
      protected: protects,
      movedFrom: movedFrom(pool),
    }),

  function: (scope, id, lambda, system) => {
    const { config, place } = system;
    return new FunctionConstruct(scope, id, {
      lambda,
      name: system.physicalName(lambda),
      region: config.region,
      code: system.codeOf(lambda),
      environment: environmentOf(lambda, { ...config, metricNamespace: place.metricNamespace }, (reference) =>
        referenceValue(reference, system.made),
      ),
      statements: grantStatements(lambda, system),
      logRetention: config.logRetention ?? daysOf(lambda.logRetention),
      logLevel: config.logLevel,
      boundaryArn: system.boundaryArn,
      keyArn: system.dataKey?.arn,
      reservedConcurrency: config.reservedConcurrency,
    });
  },

  pipe: (scope, id, pipe, { physicalName, config, dataKey, boundaryArn, made }) =>
    new PipeConstruct(scope, id, {
      pipe,
      name: physicalName(pipe),
      account: config.account,
      region: config.region,
      source: made.of(pipe.source),
      target: made.of(pipe.target),
      deadLetters: pipe.deadLetters && { kind: pipe.deadLetters.kind, arn: made.of(pipe.deadLetters).arn },
      logRetention: config.logRetention ?? daysOf(pipe.target.logRetention),
      boundaryArn,
      keyArn: dataKey?.arn,
    }),

  'queue-consumer': (scope, id, consumer, { made }) =>
    new QueueConsumerConstruct(scope, id, {
      consumer,
      queue: made.of(consumer.queue),
      target: made.of(consumer.target),
    }),

  'rest-api': (scope, id, api, { physicalName, config, dataKey, made }) =>
    new RestApiConstruct(scope, id, {
      ...config,
      domain: config.domain,
      api,
      name: physicalName(api),
      tracing: api.tracing,
      keyArn: dataKey?.arn,
      authorizer: api.authorizer && config.authMode === 'jwt' ? made.of(api.authorizer) : undefined,
      functionOf: (lambda) => made.of(lambda),
      logRetention: config.logRetention ?? daysOf(api.accessLogRetention),
    }),

  'metric-filter': (scope, id, filter, { physicalName, place, made }) =>
    new MetricFilterConstruct(scope, id, {
      filter,
      name: physicalName(filter),
      metric: metricIdentity({ of: filter }, place),
      source: made.of(filter.function),
    }),

  alarm: (scope, id, alarm, { physicalName, place, made }) =>
    new AlarmConstruct(scope, id, {
      alarm,
      name: physicalName(alarm),
      metric: metricIdentity(alarm.metric, place),
      topicArn: (topic) => made.of(topic).arn,
    }),
};

/** The kinds that can be made. */
export const KINDS: readonly string[] = Object.keys(makers);

/** Makes one resource real, after those it needs. */
export const make = (scope: Construct, resource: Resource, system: ServiceSystem): void =>
  dispatch(scope, resource, system);

function dispatch<K extends Kind>(scope: Construct, resource: ResourceOf<K>, system: ServiceSystem): void {
  const maker = makers[resource.kind] as unknown as Maker<K>;
  system.made.add(resource, maker(scope, constructId(resource), resource, system));
}

const daysOf = (seconds: number): number => Math.ceil(seconds / 86_400);
