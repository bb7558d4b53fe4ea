/** The constructs of a stack by the declared resource that each makes real. */
import { nameOf, type Kind, type PerKind, type Resource, type ResourceOf } from '../../../libs/topology/src/model.js';
import { type AlarmConstruct } from '../constructs/alarm.js';
import { type FunctionConstruct } from '../constructs/function.js';
import { type MetricFilterConstruct } from '../constructs/metric-filter.js';
import { type PipeConstruct } from '../constructs/pipe.js';
import { type QueueConsumerConstruct } from '../constructs/queue-consumer.js';
import { type QueueConstruct } from '../constructs/queue.js';
import { type RestApiConstruct } from '../constructs/rest-api.js';
import { type SubscriptionConstruct } from '../constructs/subscription.js';
import { type TableConstruct } from '../constructs/table.js';
import { type TopicConstruct } from '../constructs/topic.js';
import { type UserPoolConstruct } from '../constructs/user-pool.js';

/** What each kind becomes on AWS; a kind without an entry does not compile. */
export type ConstructOf = PerKind<{
  table: TableConstruct;
  topic: TopicConstruct;
  queue: QueueConstruct;
  subscription: SubscriptionConstruct;
  'user-pool': UserPoolConstruct;
  function: FunctionConstruct;
  'rest-api': RestApiConstruct;
  pipe: PipeConstruct;
  'queue-consumer': QueueConsumerConstruct;
  'metric-filter': MetricFilterConstruct;
  alarm: AlarmConstruct;
}>;

export class MadeResources {
  private readonly found = new Map<string, unknown>();

  add<K extends Kind>(resource: ResourceOf<K>, construct: ConstructOf[K]): void {
    this.found.set(nameOf(resource), construct);
  }

  /** @throws Error when the topology orders a resource before one that it needs */
  of<R extends Resource>(resource: R): ConstructOf[R['kind']] {
    const construct = this.found.get(nameOf(resource));
    if (construct === undefined) throw new Error(`${nameOf(resource)} is needed before it is made`);
    return construct as ConstructOf[R['kind']];
  }
}
