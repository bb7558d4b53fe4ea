/** A pipe to a Lambda target that the test answers for. */
import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type LambdaReply } from '../src/lambda-call.js';
import { lambdaTarget } from '../src/lambda-target.js';
import { memoryCheckpoints } from '../src/checkpoint.js';
import { type PipeOptions, type PipeSource } from '../src/pipe-options.js';
import { type Pipe, startPipe } from '../src/pipe.js';
import { type StreamEvent } from '../src/stream-event.js';
import { type DeadLetterTarget, type PipeTarget } from '../src/target.js';
import { type Dynoxide, type StreamedTable } from './dynoxide.js';
import { EventLog } from './event-log.js';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:dead';

/** Answers one call: a value becomes the payload of a success; a throw the invoker's rejection. */
export type Answer = (batch: StreamEvent[], call: number) => unknown;

export class Failure {
  constructor(readonly message = 'broken') {}
}

export interface TestPipe {
  readonly pipe: Pipe;
  readonly log: EventLog;
  /** Every batch that the target was called with. */
  readonly calls: StreamEvent[][];
  /** Payload texts of the same calls. */
  readonly payloads: string[];
}

export interface TestPipeOptions extends Partial<Omit<PipeOptions, 'source'>> {
  readonly source?: Partial<PipeSource>;
  readonly answer?: Answer;
}

/** A pipe from `table`; polls so slowly that only wake() makes it read, retries without pause unless told otherwise. */
export const pipeFrom = (table: StreamedTable, dynoxide: Dynoxide, options?: TestPipeOptions): Promise<TestPipe> =>
  pipeOn({ name: table.name, streamArn: table.streamArn, client: dynoxide.streams }, options);

export interface TestStream {
  /** Also the pipe's name. */
  readonly name: string;
  readonly streamArn: string;
  readonly client: DynamoDBStreamsClient;
}

export async function pipeOn(stream: TestStream, options: TestPipeOptions = {}): Promise<TestPipe> {
  const { name, streamArn, client } = stream;
  const { source, answer = () => undefined, target, ...rest } = options;
  const log = new EventLog();
  const called = targetOf(answer);
  const pipe = await startPipe({
    name,
    checkpoints: memoryCheckpoints(),
    backoff: { baseMs: 0, capMs: 0 },
    poll: { idleMs: 3_600_000 },
    onEvent: log.record,
    ...rest,
    source: { streamArn, client, startingPosition: 'TRIM_HORIZON', ...source },
    target: target ?? called.target,
  });
  return { pipe, log, calls: called.calls, payloads: called.payloads };
}

/** A function as target that the test answers for. */
export function targetOf(answer: Answer): Pick<TestPipe, 'calls' | 'payloads'> & { readonly target: PipeTarget } {
  const calls: StreamEvent[][] = [];
  const payloads: string[] = [];
  const target = lambdaTarget({
    arn: FUNCTION_ARN,
    invoke: async (payload) => {
      const batch = JSON.parse(payload) as StreamEvent[];
      calls.push(batch);
      payloads.push(payload);
      return replyOf(await answer(batch, calls.length));
    },
  });
  return { target, calls, payloads };
}

/** Lambda's answer for what a test's function returned. */
export function replyOf(answer: unknown): LambdaReply {
  if (answer instanceof Failure) {
    const payload = JSON.stringify({ errorType: 'Error', errorMessage: answer.message });
    return { statusCode: 200, functionError: 'Unhandled', payload };
  }
  return { statusCode: 200, payload: answer === undefined ? 'null' : JSON.stringify(answer) };
}

/** A queue that keeps what it is sent. */
export function deadLetters(): DeadLetterTarget & { readonly bodies: string[] } {
  const bodies: string[] = [];
  return { arn: QUEUE_ARN, bodies, send: (body) => Promise.resolve(void bodies.push(body)) };
}

/** The partition keys of events, in order. */
export const keysOf = (events: readonly StreamEvent[]): string[] =>
  events.map(({ dynamodb }) => (dynamodb.Keys['PK'] as { S: string }).S);
