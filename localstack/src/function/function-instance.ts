/**
 * One process of a function. A process and not a worker thread: a thread that allocates one array too many aborts the
 * whole program, and buffers escape its limits (docs/decisions.md).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { end } from '../child-process.js';
import { LineChannel } from './line-channel.js';
import { lines } from './lines.js';
import { CHANNEL_FD, type FunctionError, type Invoke, LINE_BREAK, LINE_MARK, type Reply } from './wire.js';

const RUNTIME = fileURLToPath(new URL('runtime.js', import.meta.url));
const PAGE = 4096;
const MEMORY_CHECK_MS = 50;
/** Lambda gives the handler's module ten seconds to load. */
const INIT_TIMEOUT_MS = 10_000;

export interface InstanceOptions {
  /** The bundle. */
  file: string;
  environment: Readonly<Record<string, string>>;
  memoryMb: number;
  onLine: (requestId: string, line: string) => void;
  /** Called once the process has ended, whatever ended it. */
  onEnd: () => void;
}

export type Outcome = { value: unknown; error?: undefined } | { value?: undefined; error: FunctionError };

export class FunctionInstance {
  /** Settles when the handler is loaded, or with what kept it from loading. */
  readonly ready: Promise<FunctionError | undefined>;
  /** On the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Set once the process is of no more use. */
  dead = false;
  private readonly child: ChildProcess;
  private readonly channel: LineChannel<Invoke, Reply>;
  private settle: ((outcome: Outcome) => void) | undefined;
  private requestId = '';
  private memoryWatch: NodeJS.Timeout | undefined;
  private saidOutOfMemory = false;

  constructor(private readonly options: InstanceOptions) {
    const flags = [`--max-old-space-size=${options.memoryMb}`, '--enable-source-maps'];
    this.child = spawn(process.execPath, [...flags, RUNTIME, options.file], {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // Ctrl-C in a terminal reaches the stack alone, which then ends things in order.
      detached: true,
    });
    this.channel = new LineChannel<Invoke, Reply>(
      this.child.stdio[CHANNEL_FD] as Socket,
      (reply) => this.take(reply),
      () => this.kill(),
    );
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream) this.readLines(stream);
    this.ready = new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve({
          errorType: 'Sandbox.Timedout',
          errorMessage: `Init timed out after ${INIT_TIMEOUT_MS / 1000} seconds`,
        });
        this.kill();
      }, INIT_TIMEOUT_MS);
      this.settle = ({ error }) => {
        clearTimeout(timer);
        resolve(error);
      };
    });
    this.child.once('error', (error) =>
      this.finish({ error: { errorType: 'Runtime.ExitError', errorMessage: error.message } }),
    );
    // `close` comes after the last line was read, so that the reason for an exit is known.
    this.child.once('close', (code, signal) => {
      this.dead = true;
      this.finish({ error: this.exitError(code, signal) });
      this.options.onEnd();
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Runs the handler; the outcome is its answer, its error, or how its process ended. Never rejects. */
  run(invoke: Invoke, timeoutSeconds: number): Promise<Outcome> {
    this.requestId = invoke.requestId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const errorMessage = `RequestId: ${invoke.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        this.finish({ error: { errorType: 'Sandbox.Timedout', errorMessage } });
        this.kill();
      }, invoke.deadline - Date.now());
      this.memoryWatch = setInterval(() => this.checkMemory(), MEMORY_CHECK_MS);
      this.settle = (outcome) => {
        clearTimeout(timer);
        clearInterval(this.memoryWatch);
        resolve(outcome);
      };
      this.channel.send(invoke);
    });
  }

  /** Ends the process without waiting. */
  kill(): void {
    this.dead = true;
    this.child.kill('SIGKILL');
  }

  /** Lets the process go; resolves when it is gone. */
  async stop(): Promise<void> {
    this.dead = true;
    this.channel.close();
    await end(this.child, 500);
    // A process that ends while it starts may never be reported closed.
    this.finish({ error: this.exitError(null, 'SIGTERM') });
  }

  private take(reply: Reply): void {
    if (reply.type !== 'error') this.finish({ value: reply.type === 'result' ? reply.value : undefined });
    else {
      if (reply.fatal === true) this.dead = true;
      this.finish({ error: reply.error });
    }
  }

  private finish(outcome: Outcome): void {
    const settle = this.settle;
    this.settle = undefined;
    settle?.(outcome);
  }

  /** The whole process counts, heap and buffers alike, as in Lambda's sandbox. Only Linux tells it cheaply. */
  private checkMemory(): void {
    const resident = residentBytes(this.child.pid);
    if (resident === undefined || resident <= this.options.memoryMb * 1024 * 1024) return;
    this.finish({ error: this.outOfMemory() });
    this.kill();
  }

  private outOfMemory(): FunctionError {
    const errorMessage = `RequestId: ${this.requestId} Error: Runtime exited with error: signal: killed`;
    return { errorType: 'Runtime.OutOfMemory', errorMessage };
  }

  private exitError(code: number | null, signal: NodeJS.Signals | null): FunctionError {
    if (this.saidOutOfMemory) return this.outOfMemory();
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    const errorMessage = `RequestId: ${this.requestId} Error: Runtime exited with error: ${how}`;
    return { errorType: 'Runtime.ExitError', errorMessage };
  }

  private readLines(stream: Readable): void {
    const read = lines((line) => {
      if (line.includes('JavaScript heap out of memory')) this.saidOutOfMemory = true;
      if (!line.startsWith(LINE_MARK)) return;
      const tab = line.indexOf('\t');
      this.options.onLine(line.slice(LINE_MARK.length, tab), line.slice(tab + 1).replaceAll(LINE_BREAK, '\n'));
    });
    stream.setEncoding('utf8').on('data', read);
  }
}

/** Resident memory, from /proc/<pid>/statm; see proc(5). */
function residentBytes(pid: number | undefined): number | undefined {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * PAGE;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
