/** One Invoke of a Lambda function with a batch: what the target and the enrichment have in common. */
import { failedByRejection, faultOfStatus } from './aws-rejection.js';
import { WithdrawnError, type FailedCall, type OutgoingRecord } from './target.js';

/** RequestResponse waits for the function, Event only for its queue. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export type LambdaInvocationType = 'RequestResponse' | 'Event';

/** What Lambda's Invoke answers. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export interface LambdaReply {
  /** 200, or 202 when the event was only queued. */
  readonly statusCode: number;
  /** Set when the function itself failed: `Unhandled`, `Handled`. */
  readonly functionError?: string | undefined;
  readonly payload: string;
}

/** Calls the function; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
export type LambdaInvoke = (
  payload: string,
  signal: AbortSignal,
  invocationType: LambdaInvocationType,
) => Promise<LambdaReply>;

/** Lambda's limit of a synchronous payload, there and back. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Lambda's limit of an asynchronous payload. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const MAX_EVENT_BYTES = 1024 * 1024;

export interface AnsweredCall {
  readonly outcome: 'answered';
  readonly statusCode: number;
  readonly request: string;
  readonly response: string;
}

/** The batch as a bare JSON array, in one call. */
export async function callLambda(
  invoke: LambdaInvoke,
  batch: readonly OutgoingRecord[],
  signal: AbortSignal,
  invocationType: LambdaInvocationType,
): Promise<AnsweredCall | FailedCall> {
  const request = `[${batch.map(({ text }) => text).join(',')}]`;
  const limit = invocationType === 'Event' ? MAX_EVENT_BYTES : MAX_PAYLOAD_BYTES;
  const bytes = Buffer.byteLength(request);
  if (bytes > limit) {
    const message = `The payload has ${bytes} bytes, Lambda takes at most ${limit}`;
    const error = { httpStatusCode: 413, message, details: 'RequestTooLargeException', awsService: 'lambda' };
    return { outcome: 'failed', fault: 'customer', error, request };
  }
  try {
    return { request, ...classify(await invoke(request, signal, invocationType), invocationType) };
  } catch (error) {
    if (error instanceof WithdrawnError) throw error;
    return { ...failedByRejection(error, 'lambda'), request };
  }
}

type Classified = Omit<AnsweredCall, 'request'> | FailedCall;

function classify({ statusCode, functionError, payload }: LambdaReply, type: LambdaInvocationType): Classified {
  const error = { httpStatusCode: statusCode, awsService: 'lambda', details: payload };
  // Nobody waits for a function that was only queued: its errors are not the pipe's.
  if (type === 'RequestResponse' && functionError !== undefined && functionError !== '') {
    const message = functionMessage(payload) ?? functionError;
    return { outcome: 'failed', fault: 'customer', throttled: false, error: { ...error, message }, response: payload };
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes > MAX_PAYLOAD_BYTES) {
    const message = `The function answered ${bytes} bytes, Lambda passes on at most ${MAX_PAYLOAD_BYTES}`;
    const tooLong = { httpStatusCode: statusCode, awsService: 'lambda', details: 'Function.ResponseSizeTooLarge' };
    return { outcome: 'failed', fault: 'customer', throttled: false, error: { ...tooLong, message } };
  }
  if (statusCode < 400) return { outcome: 'answered', statusCode, response: payload };
  const message = `Lambda answered ${statusCode}`;
  return { outcome: 'failed', ...faultOfStatus(statusCode), error: { ...error, message }, response: payload };
}

function functionMessage(payload: string): string | undefined {
  try {
    const body = JSON.parse(payload) as { errorMessage?: unknown } | null;
    return typeof body?.errorMessage === 'string' ? body.errorMessage : undefined;
  } catch {
    return undefined;
  }
}
