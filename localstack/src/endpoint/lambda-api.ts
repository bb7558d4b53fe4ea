/** Lambda's Invoke, answered by the stack's own functions. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
import { randomUUID } from 'node:crypto';
import { type FunctionPool } from '../function/function-pool.js';
import { type AwsRequest } from './aws-request.js';
import { awsError, notImplemented, type AwsResponse } from './aws-response.js';
import { rootOf } from './observe.js';

/** Synchronous and asynchronous payload limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_PAYLOAD = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;

type InvocationType = keyof typeof LARGEST_PAYLOAD;

/** Gives the function of a physical name. */
export type FindFunction = (name: string) => FunctionPool | undefined;

export async function answerLambda(request: AwsRequest, find: FindFunction): Promise<AwsResponse> {
  const name = functionNameIn(request.url);
  if (name === undefined || request.method !== 'POST') return notImplemented(request);
  const pool = find(name);
  if (pool === undefined)
    return awsError(request, 404, 'ResourceNotFoundException', `Function not found: ${name}`, { Type: 'User' });
  const type = (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') as InvocationType;
  if (!Object.hasOwn(LARGEST_PAYLOAD, type))
    return awsError(request, 400, 'InvalidParameterValueException', `Unknown invocation type: ${type}`);
  if (request.body.length > LARGEST_PAYLOAD[type])
    return awsError(
      request,
      413,
      'RequestTooLargeException',
      `${request.body.length} byte payload is too large for ${type}`,
    );
  const payload = parse(request.body);
  if (payload === undefined)
    return awsError(request, 400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  const requestId = randomUUID();
  const headers = { 'x-amzn-requestid': requestId, 'content-type': 'application/json' };
  if (type === 'DryRun') return { status: 204, headers, body: '' };
  const traceRoot = rootOf(request.headers['x-amzn-trace-id']);
  const invocation = pool.invoke(payload.event, { requestId, ...(traceRoot === undefined ? {} : { traceRoot }) });
  if (type === 'Event') {
    // The caller is answered before the function ran; invocations never reject, and the journal has what becomes of it.
    void invocation;
    return { status: 202, headers, body: '' };
  }
  const result = await invocation;
  if (result.throttled)
    return awsError(request, 429, 'TooManyRequestsException', 'Rate Exceeded.', {
      Reason: 'ConcurrentInvocationLimitExceeded',
    });
  return {
    status: 200,
    headers: {
      ...headers,
      'x-amz-executed-version': '$LATEST',
      ...(result.error ? { 'x-amz-function-error': 'Unhandled' } : {}),
    },
    body: JSON.stringify(result.error ?? result.value ?? null),
  };
}

/** The function that an Invoke call names; undefined when it is none. */
export function functionNameIn(url: string): string | undefined {
  const [, reference] = INVOKE.exec(url) ?? [];
  return reference === undefined ? undefined : nameOf(decoded(reference));
}

/** Text that is no valid escape names no function, as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A function is named by name, ARN or partial ARN, each with or without a qualifier. */
function nameOf(reference: string): string {
  const parts = reference.split(':');
  const at = parts.indexOf('function');
  return (at === -1 ? parts[0] : parts[at + 1]) ?? reference;
}

function parse(body: Buffer): { event: unknown } | undefined {
  if (body.length === 0) return { event: {} };
  try {
    return { event: JSON.parse(body.toString()) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
