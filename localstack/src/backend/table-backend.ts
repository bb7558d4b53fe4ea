/** A DynamoDB emulator that runs beside the stack, whichever it is. */
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { end, until } from '../child-process.js';
import { StartError } from '../start-error.js';

export interface TableBackend {
  readonly name: string;
  readonly origin: string;
  /** The region that its ARNs name instead of ours. */
  readonly region: string;
  /** It acknowledges a transaction that it has not written yet. */
  readonly answersBeforeCommit: boolean;
  /** Settles when the program ends without being asked to. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

export interface TableBackendOptions {
  /** Where the data is kept. */
  folder: string;
  /** Told of each child process. */
  adopt: (pid: number) => void;
}

interface Program extends Pick<TableBackend, 'name' | 'region' | 'answersBeforeCommit'> {
  port: number;
  command: string;
  args: string[];
  /** How long it may take until it answers. */
  patienceMs: number;
}

/**
 * Runs an emulator until it answers HTTP.
 * @throws StartError when it ends or stays silent
 */
export async function run(program: Program, { adopt, folder }: TableBackendOptions): Promise<TableBackend> {
  const { name, region, answersBeforeCommit, port, command, args, patienceMs } = program;
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '' },
    // A process group of its own: Ctrl-C in a terminal reaches the stack alone, which then ends things in order.
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`${name} ended with ${signal ?? `code ${code}`}`));
  });
  if (child.pid !== undefined) adopt(child.pid);
  const answers = until(`${name} does not answer`, () => isAnswering(port), patienceMs);
  const failure = await Promise.race([answers.then(() => undefined, String), ended]);
  if (failure !== undefined) {
    await end(child);
    throw new StartError(
      `${failure}. ${said.trim()}\nIts data is in ${folder}; if that is damaged, npm start -- --fresh empties it.`,
    );
  }
  let stopping = false;
  return {
    name,
    region,
    answersBeforeCommit,
    origin: `http://127.0.0.1:${port}`,
    died: ended.then((reason) => (stopping ? new Promise<string>(() => undefined) : reason)),
    stop: () => {
      stopping = true;
      return end(child);
    },
  };
}

function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ port, host: '127.0.0.1', method: 'GET', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    probe.setTimeout(1_000, () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
