/** The entry of every container: `tabletop <role> [name]`. */
import { setTimeout as delay } from 'node:timers/promises';
import { aliases, topology } from '../../../libs/topology/src/topology.js';
import { DeclarationError } from '../../../libs/topology/src/declaration-error.js';
import { NotEmulatedError } from '../not-emulated.js';
import { StartError } from '../start-error.js';
import { containerFrame } from './container-frame.js';
import { readContainerSettings } from './container-settings.js';
import { say } from './log-lines.js';
import { type Role } from './role.js';

/** How long something broken may take to say its last. */
const PARTING_MS = 3_000;

/** Loaded when asked for: a container runs as one of them. */
const ROLES: Readonly<Record<string, () => Promise<Role>>> = {
  aws: async () => (await import('./endpoint-role.js')).startEndpoint,
  pipes: async () => (await import('./pipes-role.js')).startPipes,
  gateway: async () => (await import('./gateway-role.js')).startGateway,
  identity: async () => (await import('./identity-role.js')).startIdentity,
  service: async () => (await import('./service-role.js')).startService,
  beside: async () => (await import('./beside-role.js')).startBeside,
  function: async () => (await import('./function-role.js')).startFunction,
};

async function main([role = '', name = role]: readonly string[]): Promise<void> {
  const load = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (load === undefined)
    throw new StartError(`Usage: tabletop <role> [name], where role is one of ${Object.keys(ROLES).join(', ')}.`);
  const settings = readContainerSettings(process.env);
  const start = await load();
  const running = await start(containerFrame(topology, settings, aliases), name);
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    running.stop().then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  const reason = await (running.broken ?? new Promise<string>(() => undefined));
  if (stopping) return;
  stopping = true;
  // Its last lines, which may say why, go to the journal; of its own ones the reason is the last.
  await Promise.race([running.stop(), delay(PARTING_MS)]).catch((error: unknown) =>
    say(name, `did not stop in order: ${String(error)}`, 'ERROR'),
  );
  say(name, reason, 'ERROR');
  process.exit(1);
}

/** What a person can mend is told in words, the rest with its stack. */
function fail(error: unknown): never {
  const { message, stack = String(error) } = error as Error;
  const expected = [StartError, NotEmulatedError, DeclarationError].some((kind) => error instanceof kind);
  say('tabletop', expected ? message : stack, 'ERROR');
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
