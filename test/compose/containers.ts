/** Looks at containers of a project, and ends them as a machine would. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ComposeStack } from '../fixtures/compose.js';
import { docker } from '../fixtures/docker.js';

export interface Container {
  readonly id: string;
  readonly name: string;
  /** Of its first process, seen from the machine; 0 when it does not run. */
  readonly pid: number;
  /** By which this machine reaches it, of its first network; empty when it has none, or does not run. */
  readonly address: string;
  readonly startedAt: string;
  /** `healthy`, `starting`, `unhealthy`. */
  readonly health: string;
  readonly exitCode: number;
  /** How often it has ended by itself and was started again. */
  readonly restarts: number;
}

export async function containersOf({ compose }: ComposeStack, service: string): Promise<Container[]> {
  const ids = (await compose('ps', '--all', '--quiet', service)).trim().split('\n').filter(Boolean);
  return Promise.all(ids.map(inspect));
}

export async function inspect(id: string): Promise<Container> {
  const [found] = JSON.parse(await docker(['inspect', id])) as {
    Id: string;
    Name: string;
    RestartCount: number;
    State: { Pid: number; StartedAt: string; ExitCode: number; Health?: { Status: string } };
    NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
  }[];
  if (found === undefined) throw new Error(`no container ${id}`);
  const { Pid: pid, StartedAt: startedAt, ExitCode: exitCode, Health } = found.State;
  return {
    id,
    name: found.Name.slice(1),
    pid,
    address: Object.values(found.NetworkSettings.Networks)[0]?.IPAddress ?? '',
    startedAt,
    exitCode,
    restarts: found.RestartCount,
    health: Health?.Status ?? 'none',
  };
}

/**
 * Ends a container as a machine that runs out of memory does: no signal handler runs, and the restart policy acts. A `docker
 * kill` would count as a person's stop.
 */
export function killHard({ pid }: Pick<Container, 'pid'>): void {
  process.kill(pid, 'SIGKILL');
}

/** A process of a container by what its command line holds, as seen from the machine. @throws Error when there is none */
export async function processIn({ id, name }: Container, command: string): Promise<Pick<Container, 'pid'>> {
  const processes = await docker(['top', id, '-eo', 'pid,args']);
  const pid = Number.parseInt(processes.split('\n').find((line) => line.includes(command)) ?? '', 10);
  if (Number.isNaN(pid)) throw new Error(`${name} runs no ${command}`);
  return { pid };
}

/** Resolves when the container runs anew and is healthy. @throws Error after `timeoutMs` */
export async function untilBack({ id, name, startedAt }: Container, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const now = await inspect(id);
    if (now.startedAt !== startedAt && now.health !== 'starting' && now.health !== 'unhealthy' && now.pid > 0) return;
    if (Date.now() > deadline) throw new Error(`${name} is not back after ${timeoutMs} ms: ${now.health}`);
    await delay(100);
  }
}

/**
 * Stops what a container works with where it stands. Not what else runs in it: `docker pause` stops also a health check that
 * Docker has begun, and Docker then waits for it, forever.
 * @throws Error when nothing of it runs any more
 */
export async function freeze(container: Container): Promise<void> {
  const stopped = new Set<number>();
  for (;;) {
    // Also what was begun meanwhile by one that was not stopped yet.
    const running = (await workOf(container)).filter((pid) => !stopped.has(pid));
    if (running.length === 0 && stopped.size === 0) throw new Error(`${container.name} has nothing to stop`);
    if (running.length === 0) return;
    for (const pid of running) {
      signal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
}

/** Lets it go on. */
export async function thaw(container: Container): Promise<void> {
  for (const pid of await workOf(container)) signal(pid, 'SIGCONT');
}

/** The processes that its first one, which only looks after them, has started, and theirs: their ids, as seen from the machine. */
async function workOf({ id, pid }: Container): Promise<number[]> {
  const lines = (await docker(['top', id, '-eo', 'pid,ppid'])).trim().split('\n').slice(1);
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const startedBy = (parent: number): number[] =>
    processes.flatMap(([child = 0, its]) => (its === parent ? [child, ...startedBy(child)] : []));
  return startedBy(pid);
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
