/** The local reader's case for each kind of resource; a kind without one does not compile. */
import { type Kind, type Resource, type ResourceOf } from '../../../libs/topology/src/model.js';
import { makeAlarm, makeMetricFilter } from './alarm-makers.js';
import { makeApi } from './api-maker.js';
import { makeFunction } from './function-maker.js';
import { makeConsumer } from './consumer-maker.js';
import { type LocalSystem, type Origin } from './local-system.js';
import { makeQueue, makeSubscription, makeTopic } from './message-makers.js';
import { makePipe } from './pipe-maker.js';
import { makeTable } from './table-maker.js';
import { makeUserPool } from './user-pool-maker.js';

/** A maker for each kind, all with the same surroundings. */
export type Makers<S = LocalSystem> = {
  readonly [K in Kind]: (resource: ResourceOf<K>, system: S) => Promise<Origin>;
};

export const embeddedMakers: Makers = {
  table: makeTable,
  topic: makeTopic,
  queue: makeQueue,
  subscription: makeSubscription,
  'user-pool': makeUserPool,
  function: makeFunction,
  pipe: makePipe,
  'queue-consumer': makeConsumer,
  'rest-api': makeApi,
  'metric-filter': makeMetricFilter,
  alarm: makeAlarm,
};

/** Resources that cannot be made before what they need: the others only name their neighbours. */
function needs(resource: Resource): readonly Resource[] {
  switch (resource.kind) {
    case 'table':
    case 'topic':
    case 'user-pool':
    case 'function':
    case 'metric-filter':
    case 'alarm':
      return [];
    case 'queue':
      return resource.deadLetters ? [resource.deadLetters.queue] : [];
    case 'subscription':
      return [resource.topic, resource.queue];
    case 'pipe':
      return [resource.source, resource.target, ...(resource.deadLetters ? [resource.deadLetters] : [])];
    case 'queue-consumer':
      return [resource.queue, resource.target];
    case 'rest-api':
      return [...(resource.authorizer ? [resource.authorizer] : []), ...resource.routes.map(({ target }) => target)];
  }
}

export interface Made {
  readonly resource: Resource;
  readonly origin: Origin;
}

/**
 * Makes all resources, each as soon as those it needs are there.
 * @param onMade called for each as it is ready
 * @returns in the order of `resources`
 */
export async function makeAll<S>(
  resources: readonly Resource[],
  makers: Makers<S>,
  system: S,
  onMade: (made: Made) => void,
): Promise<Made[]> {
  const making = new Map<Resource, Promise<Made>>();
  for (const resource of resources) {
    const before = needs(resource).flatMap((needed) => making.get(needed) ?? []);
    const make = async (): Promise<Made> => {
      await Promise.all(before);
      const made = { resource, origin: await dispatch(resource, makers, system) };
      onMade(made);
      return made;
    };
    making.set(resource, make());
  }
  // The first failure is the one to tell; the others have to end before the stack can be taken down.
  const settled = await Promise.allSettled(making.values());
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

const dispatch = <K extends Kind, S>(resource: ResourceOf<K>, makers: Makers<S>, system: S): Promise<Origin> =>
  (makers[resource.kind] as unknown as (resource: ResourceOf<K>, system: S) => Promise<Origin>)(resource, system);
