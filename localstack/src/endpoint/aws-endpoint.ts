/** The one AWS endpoint: backends' services pass through, ours are answered here, anything else is refused by name. */
import { type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { REGION } from '../account.js';
import { type FunctionPool } from '../function/function-pool.js';
import { type Journal } from '../journal.js';
import { actionOf, inOurRegion, serviceOf, type AwsRequest } from './aws-request.js';
import { awsError, notImplemented, type AwsResponse } from './aws-response.js';
import { type Faults, faultResponse } from './fault.js';
import { answerCloudFormation, type StackDescription } from './cloudformation-api.js';
import { type Monitoring } from '../monitoring.js';
import { BodyTooLargeError, collect, Forwarder } from './forward.js';
import { answerLambda } from './lambda-api.js';
import { callEvent, isPoll, isTableWrite, messageEvents } from './observe.js';
import { fromMessageBackend, fromTableBackend, toMessageBackend, toTableBackend } from './rewrite.js';
import { answerDeadLetters } from '../pipes/dead-letters-api.js';
import { type CognitoApi } from '../identity/cognito-api.js';
import { type PipeRegistry } from '../pipes/pipe-registry.js';
import { answerMessageMove, isMessageMove } from '../queue/message-move-api.js';
import { type MessageMoves } from '../queue/message-moves.js';
import { answerPipes } from '../pipes/pipes-api.js';

/** Above every limit of the services behind it (DynamoDB 16 MB, Lambda 6 MB, SQS 1 MiB). */
const LARGEST_BODY = 20 * 1024 * 1024;

export interface AwsEndpointOptions {
  port: number;
  host: string;
  journal: Journal;
  faults: Faults;
  /** Asked for each request: a backend that was started again listens elsewhere. */
  tables: () => { origin: string; region: string };
  messages: () => { origin: string };
  findFunction: (name: string) => FunctionPool | undefined;
  pipes: PipeRegistry;
  monitoring: Monitoring;
  /** They move messages through this endpoint, so they are there once it is. */
  moves: () => MessageMoves;
  identity: () => Promise<CognitoApi>;
  /** What CloudFormation would tell of this system. */
  description: () => StackDescription;
  /** Called after each call that may have written to a table. */
  onTableWrite: () => void;
}

/** What answers the endpoint's requests, until it is closed. */
export function awsEndpoint(options: AwsEndpointOptions): { answer: RequestListener; close: () => void } {
  const forwarder = new Forwarder();
  return {
    answer: (incoming, outgoing) => {
      answer(incoming, options, forwarder).then(
        (response) => write(outgoing, response),
        (error: unknown) => write(outgoing, unexpected(incoming, error)),
      );
    },
    close: () => forwarder.close(),
  };
}

async function answer(
  incoming: IncomingMessage,
  options: AwsEndpointOptions,
  forwarder: Forwarder,
): Promise<AwsResponse> {
  const request = await read(incoming);
  if (!isFromHere(incoming.headers, options.host))
    return awsError(
      request,
      403,
      'AccessDeniedException',
      'Pages and hosts from elsewhere may not call the local AWS endpoint.',
    );
  const started = performance.now();
  const fault = options.faults.take(request);
  const response =
    fault === undefined || fault === 'LostReply'
      ? await route(request, options, forwarder)
      : faultResponse(fault, request);
  if (!isPoll(request) || response.status >= 400)
    options.journal.record(callEvent(request, response, performance.now() - started, fault));
  for (const message of messageEvents(request, response)) options.journal.record(message);
  if (isTableWrite(request) && response.status < 300) options.onTableWrite();
  return fault === 'LostReply' ? { ...response, lost: true } : response;
}

async function read(incoming: IncomingMessage): Promise<AwsRequest> {
  const { method = 'GET', url = '/', headers } = incoming;
  const head = serviceOf(method, url, headers);
  const body = await collect(incoming, LARGEST_BODY);
  const operation = head.protocol === 'query' ? actionOf(body) : head.operation;
  return { ...head, operation, method, url, headers, body };
}

/** Who owns which service; the same in every local runtime. */
async function route(request: AwsRequest, options: AwsEndpointOptions, forwarder: Forwarder): Promise<AwsResponse> {
  switch (request.service) {
    case 'dynamodb':
    case 'dynamodbstreams': {
      const { origin, region } = options.tables();
      const body = toTableBackend(request.operation, request.body, region);
      return fromTableBackend(request.operation, await forwarder.send(origin, request, body), region);
    }
    case 'sqs':
      // Clients from before 2023 speak SQS in the query protocol, which the backend does not.
      if (request.protocol === 'query') return notImplemented(request);
      if (isMessageMove(request.operation)) return answerMessageMove(request, options.moves());
      return toMessages(request, options, forwarder);
    case 'sns':
    case 's3':
    case 'sts':
      return toMessages(request, options, forwarder);
    case 'lambda':
      return answerLambda(request, options.findFunction);
    case 'cloudformation':
      return answerCloudFormation(request, options.description);
    case 'cognito-idp':
      return (await options.identity()).answer(request);
    case 'pipes':
      return answerPipes(request, options.pipes);
    // Loaded with the first request: most stacks are never asked.
    case 'logs':
      return (await import('../logs/logs-api.js')).answerLogs(request, options.monitoring);
    case 'monitoring':
      return (await import('../metrics/cloudwatch-api.js')).answerCloudWatch(request, options.monitoring);
    case 'tabletop':
      return answerDeadLetters(request, options.pipes);
    default:
      return notImplemented(request);
  }
}

async function toMessages(
  request: AwsRequest,
  options: AwsEndpointOptions,
  forwarder: Forwarder,
): Promise<AwsResponse> {
  const { origin } = options.messages();
  const authorization = inOurRegion(request.headers.authorization, REGION);
  const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
  // SDKs post to the queue's own URL; the backend takes JSON calls of SQS and query calls of SNS at the root.
  const url = request.protocol === 'rest' ? request.url : '/';
  const body = toMessageBackend(request.operation, request.body);
  const response = await forwarder.send(origin, { ...request, headers, url }, body);
  return fromMessageBackend(response, origin, `http://${request.headers.host ?? `${options.host}:${options.port}`}`);
}

/**
 * A page that a developer happens to visit can post to any loopback port without a preflight; and a name of its own that
 * resolves to 127.0.0.1 makes it same-origin. Neither gets in.
 */
function isFromHere({ origin, host = '' }: IncomingHttpHeaders, ownHost: string): boolean {
  const isLocal = (name: string): boolean =>
    name === ownHost || /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/i.test(name);
  const hostName = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : '');
  return isLocal(hostName(`http://${host}`)) && (origin === undefined || isLocal(hostName(origin)));
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
