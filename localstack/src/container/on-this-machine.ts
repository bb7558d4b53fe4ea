/**
 * The system as in containers, each a process of this machine, in front of a LocalStack that runs already: what
 * `docker compose up` starts, without Docker.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../../libs/bundler/src/bundle.js';
import { resourcesIn, type Topology } from '../../../libs/topology/src/system.js';
import { end, freePort } from '../child-process.js';
import { StartError } from '../start-error.js';
import { isReady } from './wait-for-endpoint.js';

export interface OnThisMachineOptions {
  readonly topology: Topology;
  /** LocalStack's address. */
  readonly localStackUrl: string;
  /** Where bundles and servers were built to. */
  readonly root: string;
  readonly dataDir: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly awsPort: number;
  /** Of the runtime, such as AUTH_MODE. */
  readonly variables?: Readonly<Record<string, string>>;
  /** How many runners of pipes; one works, the others stand by. */
  readonly pipes?: number;
  /** Told each line that one of them writes. */
  readonly onLine?: (line: string) => void;
  /** How long everything may take to be ready. */
  readonly patienceMs?: number;
}

/** One process, as a container would be. */
export interface Part {
  readonly name: string;
  readonly url: string;
  /** Answers 200 when it is ready. */
  readonly health: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined before it is started. */
  child: ChildProcess | undefined;
}

export interface OnThisMachine {
  readonly apiUrl: string;
  readonly awsUrl: string;
  readonly parts: readonly Part[];
  stop(): Promise<void>;
}

const RESTART_MS = 500;
const LOOK_MS = 100;
/** Of roles that have another than `/health`. */
const HEALTH: Readonly<Record<string, string>> = { service: '/health/ready', gateway: '/dev/health' };
const CLI = fileURLToPath(new URL('cli.js', import.meta.url));

/** Resolves when everything is ready. @throws StartError naming the part that is not */
export async function startOnThisMachine(options: OnThisMachineOptions): Promise<OnThisMachine> {
  const { port, awsPort, onLine = () => undefined, patienceMs = 60_000 } = options;
  const parts: Part[] = [];
  let stopping = false;
  const begin = (part: Part): void => {
    const child = spawn(process.execPath, ['--enable-source-maps', CLI, ...part.arguments], {
      env: { ...part.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own, with what it starts itself.
      detached: true,
    });
    part.child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    // As a restart policy would.
    child.once('exit', () => {
      setTimeout(() => {
        if (!stopping && part.child === child) begin(part);
      }, RESTART_MS).unref();
    });
  };
  // Whatever way this program ends, the parts end with it.
  const abandon = (): void => {
    for (const { child } of parts) if (child !== undefined) killGroup(child);
  };
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(parts.flatMap(({ child }) => (child === undefined ? [] : [end(child, 10_000)])));
    abandon();
    process.off('exit', abandon);
  };
  try {
    parts.push(...(await partsOf(options, port || (await freePort()), awsPort || (await freePort()))));
    for (const part of parts) begin(part);
    for (const part of parts) await ready(part, patienceMs);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    apiUrl: `${urlOf(parts, 'gateway')}/dev`,
    awsUrl: urlOf(parts, 'aws'),
    parts,
    stop,
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // All of it has ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const urlOf = (parts: readonly Part[], name: string): string => parts.find((part) => part.name === name)?.url ?? '';

async function ready({ name, health }: Part, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isReady(health))) {
    if (Date.now() > deadline) throw new StartError(`${name} is not ready after ${patienceMs} ms; see its lines.`);
    await delay(LOOK_MS);
  }
}

async function partsOf(options: OnThisMachineOptions, port: number, awsPort: number): Promise<Part[]> {
  const { topology, localStackUrl, root, dataDir, variables = {}, pipes = 1 } = options;
  const functions = resourcesIn(topology, 'dev').filter((resource) => resource.kind === 'function');
  const named: [name: string, port: number, ...role: string[]][] = [
    ['aws', awsPort, 'aws'],
    ['identity', await freePort(), 'identity'],
  ];
  for (const { name, protocol, entry } of functions) {
    if (protocol === 'event')
      await bundle({ entry: join(root, entry), outFile: join(root, 'functions', name, 'index.cjs') });
    named.push([name, await freePort(), protocol === 'http' ? 'service' : 'function', name]);
  }
  for (let n = 1; n <= pipes; n++) named.push([n === 1 ? 'pipes' : `pipes-${n}`, await freePort(), 'pipes']);
  named.push(['gateway', port, 'gateway']);
  const url = (each: number): string => `http://127.0.0.1:${each}`;
  const PEERS = named.map(([name, each]) => `${name}=${url(each)}`).join(',');
  return named.map(([name, each, ...role]) => ({
    name,
    url: url(each),
    health: `${url(each)}${HEALTH[role[0] ?? ''] ?? '/health'}`,
    arguments: role,
    environment: {
      PATH: process.env.PATH ?? '',
      PORT: String(each),
      PEERS,
      ROOT: root,
      DATA_DIR: join(dataDir, name.replace(/^pipes-.*/, 'pipes')),
      AWS_ENDPOINT_URL: url(awsPort),
      LOCALSTACK_URL: localStackUrl,
      PUBLIC_API_URL: url(port),
      PUBLIC_AWS_URL: url(awsPort),
      ...variables,
    },
    child: undefined,
  }));
}
