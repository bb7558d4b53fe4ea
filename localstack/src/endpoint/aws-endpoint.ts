/** An AWS endpoint: whoever owns a service answers its calls, anything else is refused by name; the journal hears of all. */
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type Journal } from '../journal.js';
import { actionOf, serviceOf, type AwsRequest } from './aws-request.js';
import { awsError, notImplemented, type AwsResponse } from './aws-response.js';
import { type Faults, faultResponse } from './fault.js';
import { BodyTooLargeError, collect } from './forward.js';
import { strangeHeader, type KnowsHost } from './from-here.js';
import { callEvent, isPoll, isTableWrite, messageEvents } from './observe.js';

/** Above every limit of the services behind it (DynamoDB 16 MB, Lambda 6 MB, SQS 1 MiB). */
const LARGEST_BODY = 20 * 1024 * 1024;

/** Answers the calls of one service. */
export type ServiceAnswer = (request: AwsRequest) => AwsResponse | Promise<AwsResponse>;

/** Who answers for which service, by signing name; `*` answers for all that are not named. */
export type Services = Readonly<Record<string, ServiceAnswer>>;

export interface AwsEndpointOptions {
  /** Beside loopback. */
  knows: KnowsHost;
  /** What whoever is refused may do about it, a sentence after a space. */
  wayIn?: string;
  journal: Journal;
  faults: Faults;
  services: Services;
  /** Called after each call that may have written to a table. */
  onTableWrite: () => void;
  /** Told of each call as it came. */
  onCall?: ((request: AwsRequest) => void) | undefined;
}

/** What answers the endpoint's requests. */
export const awsEndpoint =
  (options: AwsEndpointOptions): RequestListener =>
  (incoming, outgoing) => {
    answer(incoming, outgoing, options).then(
      (response) => write(outgoing, response),
      (error: unknown) => write(outgoing, unexpected(incoming, error)),
    );
  };

async function answer(
  incoming: IncomingMessage,
  caller: ServerResponse,
  options: AwsEndpointOptions,
): Promise<AwsResponse> {
  const request = await read(incoming, caller);
  const strange = strangeHeader(incoming.headers, options.knows);
  if (strange !== undefined) {
    const { wayIn = '' } = options;
    const message = `Pages and hosts from elsewhere may not call the local AWS endpoint (${strange}).${wayIn}`;
    return awsError(request, 403, 'AccessDeniedException', message);
  }
  options.onCall?.(request);
  const started = performance.now();
  const fault = options.faults.take(request);
  const response =
    fault === undefined || fault === 'LostReply' ? await route(request, options) : faultResponse(fault, request);
  if (response.untold !== true && (!isPoll(request) || response.status >= 400))
    options.journal.record(callEvent(request, response, performance.now() - started, fault));
  for (const message of messageEvents(request, response)) options.journal.record(message);
  const mayHaveWritten = response.status < 300 || response.status >= 500;
  if (isTableWrite(request) && mayHaveWritten) options.onTableWrite();
  return fault === 'LostReply' ? { ...response, lost: true } : response;
}

const route = (request: AwsRequest, { services }: AwsEndpointOptions): AwsResponse | Promise<AwsResponse> => {
  const own = Object.hasOwn(services, request.service) ? services[request.service] : undefined;
  return (own ?? services['*'] ?? notImplemented)(request);
};

async function read(incoming: IncomingMessage, caller: ServerResponse): Promise<AwsRequest> {
  const { method = 'GET', url = '/', headers } = incoming;
  const head = serviceOf(method, url, headers);
  const body = await collect(incoming, LARGEST_BODY);
  const operation = head.protocol === 'query' ? actionOf(body) : head.operation;
  return { ...head, operation, method, url, headers, body, caller };
}

function unexpected(incoming: IncomingMessage, error: unknown): AwsResponse {
  const request = serviceOf(incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers);
  if (error instanceof BodyTooLargeError) return awsError(request, 413, 'RequestEntityTooLarge', error.message);
  return awsError(
    request,
    500,
    'InternalFailure',
    `The local stack failed on this request: ${(error as Error).message}`,
  );
}

function write(outgoing: ServerResponse, { status, headers, body, lost }: AwsResponse): void {
  if (lost === true) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
