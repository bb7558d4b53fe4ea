/** fauxqs: SNS and SQS (and S3, STS) in this process, every change kept in SQLite at once. */
import { mkdirSync } from 'node:fs';
import { Server } from 'node:net';
import { startFauxqs, type FauxqsServer } from 'fauxqs';
import { REGION } from '../account.js';
import { Turns } from '../turns.js';

/** How much a queue holds at a moment. */
export interface QueueState {
  readonly visible: number;
  readonly notVisible: number;
  readonly delayed: number;
  /** Epoch milliseconds; undefined when the queue is empty, or nobody knows. */
  readonly oldestSentAt: number | undefined;
}

export interface MessageBackend {
  readonly origin: string;
  /** Looks into a queue without receiving; undefined when there is none of this name. */
  queueState(name: string): QueueState | undefined;
  stop(): Promise<void>;
}

/** Starts fauxqs on a free loopback port with its data in `folder`. */
export async function startMessages(folder: string): Promise<MessageBackend> {
  mkdirSync(folder, { recursive: true });
  await takeAllCharacters();
  const server = await onLoopback(() =>
    startFauxqs({ port: 0, host: '127.0.0.1', logger: false, defaultRegion: REGION, dataDir: folder }),
  );
  return {
    origin: `http://127.0.0.1:${server.port}`,
    queueState: (name) => stateOf(server.inspectQueue(name)?.messages),
    stop: () => server.stop(),
  };
}

function stateOf(
  messages: NonNullable<ReturnType<FauxqsServer['inspectQueue']>>['messages'] | undefined,
): QueueState | undefined {
  if (messages === undefined) return undefined;
  const { ready, delayed, inflight } = messages;
  // A message whose visibility timeout is over is counted as in flight until somebody receives.
  const hidden = inflight.filter(({ visibilityDeadline }) => visibilityDeadline > Date.now()).length;
  const sent = [...ready, ...inflight.map(({ message }) => message)].map(({ sentTimestamp }) => sentTimestamp);
  return {
    visible: ready.length + inflight.length - hidden,
    notVisible: hidden,
    delayed: delayed.length,
    oldestSentAt: sent.length === 0 ? undefined : sent.reduce((a, b) => Math.min(a, b)),
  };
}

/** What a body may not hold. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const NOT_ALLOWED = /[^\x09\x0A\x0D\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * fauxqs 2.4.1 refuses characters beyond U+FFFF (emoji), which SQS takes: its pattern looks at halves of them. Its module
 * hands out that pattern, so this one may answer in its place.
 */
async function takeAllCharacters(): Promise<void> {
  const types = new URL('sqs/sqsTypes.js', import.meta.resolve('fauxqs')).href;
  const { INVALID_MESSAGE_BODY_CHAR } = (await import(types)) as { INVALID_MESSAGE_BODY_CHAR: RegExp };
  Object.assign(INVALID_MESSAGE_BODY_CHAR, { test: (body: string) => NOT_ALLOWED.test(body) });
}

/**
 * fauxqs 2.4.1 listens on every interface whatever it is told (its `host` is for queue URLs). Until it lets its caller
 * choose, "every interface" means loopback while it starts: no queue of ours is for the neighbours.
 */
const onLoopback = (start: () => Promise<FauxqsServer>): Promise<FauxqsServer> =>
  turns.take(() => listenOnLoopback(start));

/** One after another: each puts back what it found. */
const turns = new Turns(1);

async function listenOnLoopback(start: () => Promise<FauxqsServer>): Promise<FauxqsServer> {
  const listen = Reflect.get(Server.prototype, 'listen') as (this: Server, ...options: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...options: unknown[]): Server {
    const [first] = options;
    if (isEveryInterface(first)) first.host = '127.0.0.1';
    return listen.apply(this, options);
  } as Server['listen'];
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen as Server['listen'];
  }
}

const isEveryInterface = (options: unknown): options is { host: string } =>
  typeof options === 'object' && options !== null && 'host' in options && options.host === '0.0.0.0';
