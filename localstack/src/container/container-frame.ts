/** What every container knows of the system before anything of it runs. */
import { join } from 'node:path';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { metricNamespace, physicalName, resourcesIn, type Topology } from '../../../libs/topology/src/system.js';
import { type KnowsHost } from '../endpoint/from-here.js';
import { Journal } from '../journal.js';
import { type LocalFrame } from '../resource/local-system.js';
import { StartError } from '../start-error.js';
import { type ContainerSettings } from './container-settings.js';

export interface ContainerFrame extends LocalFrame {
  readonly container: ContainerSettings;
  readonly topology: Topology;
  /** Whether a host name is that of a container of the system. */
  readonly knows: KnowsHost;
  /** Other names under which CloudFormation tells of the system. */
  readonly aliases: readonly string[];
}

/** How many events of one function are handled at a time. */
const MOST_INSTANCES = 4;

export function containerFrame(
  topology: Topology,
  container: ContainerSettings,
  aliases: readonly string[],
): ContainerFrame {
  const { stage, host, port, root, awsUrl, settings, backoffCapMs } = container;
  const resources = resourcesIn(topology, stage);
  const names = new Set([
    ...['aws', 'identity', 'pipes', 'gateway', 'tables', new URL(container.ownUrl).hostname, ...container.names],
    ...resources.filter(({ kind }) => kind === 'function').map(({ name }) => name),
  ]);
  return {
    container,
    knows: (name) => names.has(name),
    topology,
    aliases,
    resources,
    name: topology.name,
    ...{ stage, host, root, settings, backoffCapMs },
    apiPort: port,
    bundles: join(root, 'functions'),
    endpoint: awsUrl,
    metricNamespace: metricNamespace(topology, stage),
    journal: new Journal(),
    maxInstances: MOST_INSTANCES,
    integrationTimeoutMs: 29_000,
    physicalName: (resource) => physicalName(topology, stage, resource),
    // Whatever a container starts ends with the container.
    adopt: () => undefined,
    wayToEmpty: '`docker compose down -v` throws it away',
  };
}

/** @throws StartError when the system has no function of this name */
export function functionNamed(name: string, { resources }: ContainerFrame): LambdaFunction {
  const functions = resources.filter((resource) => resource.kind === 'function');
  const found = functions.find((lambda) => lambda.name === name);
  if (found) return found;
  throw new StartError(
    `There is no function "${name}"; choose one of ${functions.map((each) => each.name).join(', ')}.`,
  );
}
