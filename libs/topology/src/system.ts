/** A whole system from its parts: everything reachable is found, named, checked against its neighbours and ordered. */
import { mustBeLogical } from './construct.js';
import { DeclarationError, must } from './declaration-error.js';
import {
  nameOf,
  type Alarm,
  type Kind,
  type LambdaFunction,
  type Pipe,
  type QueueConsumer,
  type Resource,
  type RestApi,
  type Subscription,
} from './model.js';

/** A checked declaration; `resources` are in the order in which they can be created. */
export interface Topology {
  readonly name: string;
  readonly resources: readonly Resource[];
}

export interface SystemParts {
  api?: RestApi;
  pipes?: readonly Pipe[];
  subscriptions?: readonly Subscription[];
  consumers?: readonly QueueConsumer[];
  alarms?: readonly Alarm[];
  /** Functions that nothing else leads to, and resources that nothing else names. */
  also?: readonly Resource[];
}

/** Stages are short names; the ones that development-only resources exist in are listed here. */
const DEVELOPMENT_STAGES: readonly string[] = ['dev', 'test'];
const LONGEST_STAGE = 'staging'.length;

/** The longest physical name of each kind, where AWS has one shorter than any name we could make. */
const LONGEST_NAME: Partial<Record<Kind, number>> = {
  function: 64,
  pipe: 64,
  queue: 80,
  table: 255,
  topic: 256,
  'user-pool': 128,
  'metric-filter': 512,
  alarm: 255,
};

const ORDER: readonly Kind[] = [
  'table',
  'queue',
  'topic',
  'subscription',
  'user-pool',
  'function',
  'pipe',
  'queue-consumer',
  'rest-api',
  'metric-filter',
  'alarm',
];

/**
 * Joins the parts of a system.
 * @throws DeclarationError when two resources share a name, a name grows too long, or parts do not fit together
 */
export function system(name: string, parts: SystemParts): Topology {
  mustBeLogical(name, `system "${name}"`);
  const found = new Set<Resource>();
  const { pipes = [], subscriptions = [], consumers = [], alarms = [], also = [] } = parts;
  const roots = [parts.api, ...pipes, ...subscriptions, ...consumers, ...alarms, ...also];
  for (const root of roots) if (root) visit(root, found);
  must(found.size > 0, `system "${name}"`, 'it is empty; give it an api, a pipe, a subscription or a function');
  const resources = [...found].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  mustHaveOwnNames(name, resources);
  mustHaveOnePool(name, resources);
  for (const resource of resources) if (resource.kind === 'function') mustFitItsGrants(resource);
  return { name, resources: deadLettersFirst(resources) };
}

/** The resources that exist in a stage, in the order in which they can be created. */
export function resourcesIn(topology: Topology, stage: string): Resource[] {
  must(
    /^[a-z][a-z0-9]*$/.test(stage) && stage.length <= LONGEST_STAGE,
    `stage "${stage}"`,
    `a stage is up to ${LONGEST_STAGE} lower case letters and digits, such as dev`,
  );
  const development = DEVELOPMENT_STAGES.includes(stage);
  return topology.resources.filter(
    (resource) => development || !('developmentOnly' in resource && resource.developmentOnly),
  );
}

/** `tabletop-dev-order-events`, with `.fifo` kept at the end. */
export const physicalName = (topology: Topology, stage: string, resource: Resource): string =>
  `${topology.name}-${stage}-${resource.name}`;

/** The namespace of the metrics that a system's own functions and metric filters count. */
export const metricNamespace = (topology: Topology, stage: string): string => `${topology.name}-${stage}`;

function visit(resource: Resource, found: Set<Resource>): void {
  if (found.has(resource)) return;
  for (const other of neighbours(resource)) visit(other, found);
  found.add(resource);
}

function neighbours(resource: Resource): Resource[] {
  switch (resource.kind) {
    case 'table':
    case 'topic':
    case 'user-pool':
      return [];
    case 'queue':
      return resource.deadLetters ? [resource.deadLetters.queue] : [];
    case 'subscription':
      return [resource.topic, resource.queue];
    case 'function':
      return resource.grants.map((grant) => grant.on);
    case 'pipe':
      return [resource.source, resource.target, ...(resource.deadLetters ? [resource.deadLetters] : [])];
    case 'queue-consumer':
      return [resource.queue, resource.target];
    case 'metric-filter':
      return [resource.function];
    case 'alarm':
      return [...(resource.metric.of ? [resource.metric.of] : []), ...Object.values(resource.actions).flat()];
    case 'rest-api':
      return [...(resource.authorizer ? [resource.authorizer] : []), ...resource.routes.map((route) => route.target)];
  }
}

function mustHaveOwnNames(system: string, resources: readonly Resource[]): void {
  const taken = new Set<string>();
  for (const resource of resources) {
    const subject = nameOf(resource);
    must(!taken.has(subject), subject, 'another one has the same name; declare it once and use that, or rename one');
    taken.add(subject);
    const length = system.length + LONGEST_STAGE + resource.name.length + 2;
    const longest = LONGEST_NAME[resource.kind] ?? Number.POSITIVE_INFINITY;
    must(
      length <= longest,
      subject,
      `with system and stage its name grows to ${length} characters, AWS allows ${longest}; shorten it by ${length - longest}`,
    );
  }
}

/** A function is told of one issuer of tokens, and the pool's id is made of the system's name. */
function mustHaveOnePool(system: string, resources: readonly Resource[]): void {
  const pools = resources.filter(({ kind }) => kind === 'user-pool').map(({ name }) => name);
  must(pools.length <= 1, `system "${system}"`, `it has several user pools (${pools.join(', ')}); declare one`);
}

function mustFitItsGrants(lambda: LambdaFunction): void {
  const subject = nameOf(lambda);
  for (const { on, access } of lambda.grants) {
    if (on.kind !== 'queue') continue;
    must(
      !on.developmentOnly,
      subject,
      `it is granted ${access} on queue "${on.name}", which exists in development stages only; declare the queue for every stage`,
    );
    if (access === 'consume' && on.visibilityTimeout < lambda.timeout)
      throw new DeclarationError(
        nameOf(on),
        `its visibility timeout of ${on.visibilityTimeout} s is below the ${lambda.timeout} s that ${subject} may run; a message would be handled twice, raise it`,
      );
  }
  const tables = new Set(lambda.grants.flatMap(({ on }) => (on.kind === 'table' ? [on.name] : [])));
  must(
    tables.size <= 1,
    subject,
    `it is granted ${tables.size} tables (${[...tables].join(', ')}) and TABLE_NAME can name one; split the function or join the tables`,
  );
}

/** A queue is created after the queue that takes its dead letters. */
function deadLettersFirst(resources: readonly Resource[]): Resource[] {
  const queues = resources.filter((resource) => resource.kind === 'queue');
  const isDeadLetters = (name: string): boolean => queues.some((queue) => queue.deadLetters?.queue.name === name);
  const [first, then] = [
    queues.filter(({ name }) => isDeadLetters(name)),
    queues.filter(({ name }) => !isDeadLetters(name)),
  ];
  const before = resources.filter(({ kind }) => ORDER.indexOf(kind) < ORDER.indexOf('queue'));
  const after = resources.filter(({ kind }) => ORDER.indexOf(kind) > ORDER.indexOf('queue'));
  return [...before, ...first, ...then, ...after];
}
