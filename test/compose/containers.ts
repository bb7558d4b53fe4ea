/** Looks at containers of a project, and ends them as a machine would. */
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ComposeStack } from '../fixtures/compose.js';

const run = promisify(execFile);

export interface Container {
  readonly id: string;
  readonly name: string;
  /** Of its first process, seen from the machine; 0 when it does not run. */
  readonly pid: number;
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
  const { stdout } = await run('docker', ['inspect', id]);
  const [found] = JSON.parse(stdout) as {
    Id: string;
    Name: string;
    RestartCount: number;
    State: { Pid: number; StartedAt: string; ExitCode: number; Health?: { Status: string } };
  }[];
  if (found === undefined) throw new Error(`no container ${id}`);
  const { Pid: pid, StartedAt: startedAt, ExitCode: exitCode, Health } = found.State;
  return {
    id,
    name: found.Name.slice(1),
    pid,
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
  const { stdout } = await run('docker', ['top', id, '-eo', 'pid,args']);
  const pid = Number.parseInt(stdout.split('\n').find((line) => line.includes(command)) ?? '', 10);
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
 * Stops all processes of a container where they stand. `docker pause` does the same, but it waits forever, and `docker
 * unpause` with it, where a health check begins at that moment.
 */
export async function freeze(container: Container): Promise<void> {
  const stopped = new Set<number>();
  for (;;) {
    // Also what was begun meanwhile by one that was not stopped yet.
    const running = (await processesOf(container)).filter((pid) => !stopped.has(pid));
    if (running.length === 0) return;
    for (const pid of running) {
      signal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
}

/** Lets them go on. */
export async function thaw(container: Container): Promise<void> {
  for (const pid of await processesOf(container)) signal(pid, 'SIGCONT');
}

/** Ids of its processes, as seen from the machine. */
async function processesOf({ id }: Container): Promise<number[]> {
  const { stdout } = await run('docker', ['top', id, '-eo', 'pid']);
  return stdout.trim().split('\n').slice(1).map(Number);
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
