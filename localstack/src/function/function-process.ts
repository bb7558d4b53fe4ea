/**
 * The process of a function's instance. A process and not a worker thread: a thread that allocates one array too many
 * aborts the whole program, and buffers escape its limits (docs/decisions.md).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { end } from '../child-process.js';
import { LineChannel } from './line-channel.js';
import { lines } from './lines.js';
import { CHANNEL_FD, LINE_BREAK, LINE_MARK, type Reply } from './wire.js';

const RUNTIME = fileURLToPath(new URL('runtime.js', import.meta.url));
const PAGE = 4096;
/** A process that is to end gets this long before it is killed. */
const GRACE_MS = 500;

export interface ProcessOptions {
  /** The bundle. */
  file: string;
  environment: Readonly<Record<string, string>>;
  memoryMb: number;
  /** A line of the function's output, the request it belongs to, and whether it came by standard error. */
  onLine: (requestId: string, line: string, stderr: boolean) => void;
}

export interface ProcessEvents {
  onReply: (reply: Reply) => void;
  /** The process has ended and everything that it wrote was read. */
  onEnd: (exit: Exit) => void;
}

export interface Exit {
  readonly outOfMemory: boolean;
  /** `exit status 3`, `signal: SIGKILL`, or why it never started. */
  readonly how: string;
}

export class FunctionProcess {
  private readonly child: ChildProcess;
  private readonly channel: LineChannel<Reply>;
  private saidOutOfMemory = false;

  constructor(
    private readonly options: ProcessOptions,
    { onReply, onEnd }: ProcessEvents,
  ) {
    const flags = [`--max-old-space-size=${options.memoryMb}`, '--enable-source-maps'];
    this.child = spawn(process.execPath, [...flags, RUNTIME, options.file], {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // Ctrl-C in a terminal reaches the stack alone, which then ends things in order.
      detached: true,
    });
    this.channel = new LineChannel<Reply>(this.child.stdio[CHANNEL_FD] as Socket, onReply, () => this.kill());
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream) this.readLines(stream);
    let ended = false;
    const ending = (how: string): void => {
      if (ended) return;
      ended = true;
      onEnd({ outOfMemory: this.saidOutOfMemory, how });
    };
    this.child.once('error', (error) => ending(error.message));
    // `close` comes after the last line was read, so that the reason for an exit is known.
    this.child.once('close', (code, signal) => ending(signal === null ? `exit status ${code}` : `signal: ${signal}`));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** How much the process has replied, in bytes. */
  get bytesReplied(): number {
    return this.channel.bytesRead;
  }

  /** @param then called once the process can read the message */
  send(message: string, then?: () => void): void {
    this.channel.sendTogether(message, then);
  }

  /** The whole process counts, heap and buffers alike, as in Lambda's sandbox. Only Linux tells it cheaply. */
  get exceedsMemory(): boolean {
    const resident = residentBytes(this.child.pid);
    return resident !== undefined && resident > this.options.memoryMb * 1024 * 1024;
  }

  /** Ends the process without waiting. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Lets the process go; resolves when it is gone. */
  async stop(): Promise<void> {
    this.channel.close();
    await end(this.child, GRACE_MS);
  }

  private readLines(stream: Readable): void {
    const read = lines((line) => {
      if (line.includes('JavaScript heap out of memory')) this.saidOutOfMemory = true;
      if (!line.startsWith(LINE_MARK)) return;
      const tab = line.indexOf('\t');
      const text = line.slice(tab + 1).replaceAll(LINE_BREAK, '\n');
      this.options.onLine(line.slice(LINE_MARK.length, tab), text, stream === this.child.stderr);
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
