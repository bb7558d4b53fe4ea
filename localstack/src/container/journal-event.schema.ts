/** What other containers may report to the journal: each event in the shape of its type. */
import * as z from 'zod';
import { type JournalEvent } from '../journal-event.js';

const text = z.string();
const texts = z.array(text);
const count = z.number();
const alarmState = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);

const request = z.object({
  ...{ type: z.literal('request'), requestId: text, method: text, path: text, status: count },
  ...{ api: text, stage: text, function: text.optional(), page: z.literal(true).optional(), durationMs: count },
});

const awsCall = z.object({
  ...{ type: z.literal('aws-call'), service: text, operation: text, status: count, durationMs: count },
  ...{ resource: text.optional(), traceId: text.optional(), fault: text.optional() },
});

const streamRecord = z.object({
  ...{ type: z.literal('stream-record'), pipe: text, eventId: text, eventName: text },
  requestId: text.optional(),
  keys: z.record(text, z.record(text, z.unknown())),
});

const filter = z.object({
  ...{ type: z.literal('filter'), pipe: text, eventId: text, passed: z.boolean(), reason: text },
  requestId: text.optional(),
});

const pipeStep = z.object({
  ...{ type: z.literal('pipe-step'), pipe: text, executionId: text, step: text, eventIds: texts },
  requestIds: texts,
  error: text.optional(),
});

const deadLetter = z.object({
  ...{ type: z.enum(['dead-letter', 'discarded']), pipe: text, condition: text, eventIds: texts, requestIds: texts },
  ...{ envelope: z.unknown(), records: z.array(z.unknown()) },
});

const queueBatch = z.object({
  ...{ type: z.literal('queue-batch'), consumer: text, requestId: text, messageIds: texts, failed: texts },
  givenUp: z.object({ messageIds: texts, to: text }).optional(),
});

const invocation = z.object({
  ...{ type: z.literal('invocation'), function: text, requestId: text, traceId: text, durationMs: count },
  logStream: text.optional(),
  error: z.object({ errorType: text, errorMessage: text }).optional(),
});

const throttle = z.object({ type: z.literal('throttle'), function: text, requestId: text });

const alarm = z.object({ type: z.literal('alarm'), alarm: text, from: alarmState, to: alarmState, reason: text });

const log = z.object({
  ...{ type: z.literal('log'), function: text, requestId: text, line: text, stderr: z.boolean().optional() },
  ...{ logGroup: text, logStream: text },
});

const message = z.object({
  ...{ type: z.literal('message'), service: z.enum(['sns', 'sqs']), to: text, messageId: text, body: text },
  ...{ subject: text.optional(), attributes: z.record(text, text) },
});

const stack = z.object({ type: z.literal('stack'), what: text });

const event: z.ZodType<JournalEvent> = z.discriminatedUnion('type', [
  request,
  awsCall,
  streamRecord,
  filter,
  pipeStep,
  deadLetter,
  queueBatch,
  invocation,
  throttle,
  alarm,
  log,
  message,
  stack,
]);

const time = z.object({ at: z.int().nonnegative().optional() });

/** An event, and when it happened in epoch milliseconds, where that is told. */
export interface Reported {
  readonly event: JournalEvent;
  readonly at: number | undefined;
}

/** @throws Error naming the line and what is wrong with it */
export function reportedIn(line: string): Reported {
  try {
    const found: unknown = JSON.parse(line);
    return { event: event.parse(found), at: time.parse(found).at };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`no event: ${line.slice(0, 100)}\n${reason}`, { cause: error });
  }
}
