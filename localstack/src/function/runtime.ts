/**
 * The process that a function runs in: loads the bundle, then handles one event at a time as Lambda's Node.js runtime
 * does. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
import { writeSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { Socket } from 'node:net';
import { afterReading, LineChannel } from './line-channel.js';
import { CHANNEL_FD, LINE_BREAK, LINE_MARK, machineNow, STALL_MS } from './wire.js';
import { type FunctionError, type Invoke, type Recall, type Reply } from './wire.js';

type Handler = (event: unknown, context: object) => unknown;

/** For so long after an event was sent no recall can have followed it, whatever the clocks' grain. */
const SURE_MS = STALL_MS / 2;

let currentRequest = '';

/** Each line carries its request's id; written at once, so that nothing is lost when the process is killed. */
function tagLines(fd: 1 | 2): typeof process.stdout.write {
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()).replace(/\n$/, '');
    writeAll(fd, `${LINE_MARK}${currentRequest}\t${text.replaceAll('\n', LINE_BREAK)}\n`);
    const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  return write;
}

/** A full pipe answers EAGAIN until the stack has read; a line is small, so the wait is short. */
function writeAll(fd: number, line: string): void {
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

function toFunctionError(error: unknown, type?: string): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  const trace = (error.stack ?? '').split('\n').map((line) => line.trim());
  return { errorType: type ?? error.name, errorMessage: error.message, trace };
}

/** What outlives a handler ends the process, as on Lambda; the stack starts a fresh one. */
function dieOf(error: unknown, type: string): void {
  dying = true;
  const reply: Reply = { type: 'error', requestId: currentRequest, error: toFunctionError(error, type), fatal: true };
  channel.send(JSON.stringify(reply), () => process.exit(129));
}

function contextOf({ requestId, arn, timeoutMs }: Invoke): object {
  const { AWS_LAMBDA_FUNCTION_NAME: functionName = '', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory = '' } = process.env;
  const deadline = Date.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: memory,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** The reply as JSON text. */
async function handle(run: Handler, invoke: Invoke): Promise<string> {
  const { requestId } = invoke;
  currentRequest = requestId;
  process.env._X_AMZN_TRACE_ID = invoke.trace;
  const failed = (error: unknown, type?: string): string =>
    JSON.stringify({ type: 'error', requestId, error: toFunctionError(error, type) } satisfies Reply);
  try {
    const value = await run(invoke.event, contextOf(invoke));
    try {
      return JSON.stringify({ type: 'result', requestId, value } satisfies Reply);
    } catch (error) {
      return failed(error, 'Runtime.MarshalError');
    }
  } catch (error) {
    return failed(error);
  }
}

/**
 * Runs the events in hand, one after the other. The next begins only once the reply is with the system and the channel
 * was read since: the stack can tell from its side that an event has not begun (function-instance.ts). After an event that
 * came a moment ago nothing can have been recalled, and the reading is spared.
 */
async function work(run: Handler): Promise<void> {
  const invoke = inHand.shift();
  busy = invoke !== undefined && !dying;
  if (!busy || invoke === undefined) return;
  const reply = await handle(run, invoke);
  const next = (): void => void work(run);
  channel.send(reply, () => (machineNow() < invoke.sentAt + SURE_MS ? next() : afterReading(next)));
}

function take(message: Invoke | Recall): void {
  if (message.type === 'recall') {
    const requestIds = inHand.splice(0).map(({ requestId }) => requestId);
    channel.send(JSON.stringify({ type: 'recalled', requestIds } satisfies Reply));
    return;
  }
  inHand.push(message);
  if (handler && !busy) void work(handler);
}

async function load(file: string): Promise<Handler> {
  const loaded = file.endsWith('.cjs')
    ? (createRequire(import.meta.url)(file) as { handler?: unknown })
    : ((await import(file)) as { handler?: unknown });
  if (typeof loaded.handler !== 'function')
    throw Object.assign(new Error('the entry exports no function named "handler"'), {
      name: 'Runtime.HandlerNotFound',
    });
  return loaded.handler as Handler;
}

process.stdout.write = tagLines(1);
process.stderr.write = tagLines(2);
process.on('uncaughtException', (error) => dieOf(error, 'Runtime.UncaughtException'));
process.on('unhandledRejection', (error) => dieOf(error, 'Runtime.UnhandledPromiseRejection'));

let handler: Handler | undefined;
let busy = false;
let dying = false;
/** Events that have not begun. */
const inHand: Invoke[] = [];
const channel = new LineChannel<Invoke | Recall>(
  new Socket({ fd: CHANNEL_FD, readable: true, writable: true }),
  take,
  () => process.exit(0),
);

const [, , file = ''] = process.argv;
// Beside the bundle: a fifth of the time that a large one takes to load is its compilation.
enableCompileCache(join(dirname(file), '.compiled'));
load(file).then(
  (loaded) => {
    handler = loaded;
    channel.send(JSON.stringify({ type: 'ready' } satisfies Reply));
  },
  (error: unknown) =>
    dieOf(
      error,
      error instanceof Error && error.name.startsWith('Runtime.') ? error.name : 'Runtime.ImportModuleError',
    ),
);
