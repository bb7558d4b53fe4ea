/** Starts a declared system on this machine and hands it over. The command line, the tests and the workbench all call this. */
import { resolve } from 'node:path';
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { metricNamespace, physicalName, resourcesIn } from '../../libs/topology/src/system.js';
import { DataFolder } from './data-folder.js';
import { openEndpoint } from './endpoint/endpoint-door.js';
import { Faults } from './endpoint/fault.js';
import { startFunctions } from './function/start-functions.js';
import { Journal } from './journal.js';
import { type LocalFrame } from './resource/local-system.js';
import { type LocalStack, type LocalStackOptions } from './stack.js';
import { Stops } from './stops.js';

export { type LocalStack, type LocalStackOptions } from './stack.js';

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
  const { authMode = 'open' } = options.settings ?? {};
  const corsOrigins = authMode === 'open' ? '*' : '';
  const settings: RuntimeSettings = { corsOrigins, logLevel: 'INFO', ...options.settings, authMode };
  const resources = resourcesIn(topology, stage);
  const journal = new Journal();

  const folder = await DataFolder.open(options.dataDir, options.fresh);
  stops.add(() => folder.close());
  const door = await openEndpoint({ port: awsPort, host });
  stops.add(() => door.stop());
  folder.announce(door.port);

  const frame: LocalFrame = {
    ...{ name: topology.name, stage, resources, host, apiPort: port, settings, journal },
    ...{ maxInstances, integrationTimeoutMs, backoffCapMs },
    metricNamespace: metricNamespace(topology, stage),
    root: resolve(options.root ?? '.'),
    bundles: resolve(options.bundles ?? folder.file('bundles')),
    endpoint: door.origin,
    physicalName: (resource) => physicalName(topology, stage, resource),
    adopt: (pid) => folder.adopt(pid),
    wayToEmpty: 'start with --fresh to empty it',
  };
  const lambdas = resources.filter((resource) => resource.kind === 'function');
  const starting = startFunctions(lambdas, frame);
  stops.add(async () => {
    await Promise.all([...starting.byName.values()].map(({ pool }) => pool.stop()));
    // A bundle that is still being made belongs to this start too.
    await Promise.allSettled([...starting.byName.values()].map(({ loaded }) => loaded));
  });

  // What the rest is made of takes as long to load as the functions do, so both go side by side.
  const { assemble } = await import('./assemble.js');
  return assemble({ ...options, stops, resources, folder, door, starting, faults: new Faults(), frame });
}
