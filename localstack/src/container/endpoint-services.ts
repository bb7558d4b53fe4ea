/** Who answers for which service in containers: LocalStack for what it has, the containers beside it for the rest. */
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { type ServiceAnswer, type Services } from '../endpoint/aws-endpoint.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, unavailable, type AwsResponse } from '../endpoint/aws-response.js';
import { committed } from '../endpoint/commit.js';
import { type EmbeddedServicesOptions, watchingServices } from '../endpoint/embedded-services.js';
import { type Forwarder } from '../endpoint/forward.js';
import { functionNameIn } from '../endpoint/lambda-api.js';
import { fromMessageBackend } from '../endpoint/rewrite.js';

export interface EndpointServicesOptions extends Pick<EmbeddedServicesOptions, 'monitoring' | 'description'> {
  readonly forwarder: Forwarder;
  /** With the patience that functions need. */
  readonly toFunctions: Forwarder;
  /** LocalStack's address. */
  readonly upstream: string;
  readonly peer: (name: string) => string;
  /** By physical name. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** What is missing; undefined when calls can be answered. */
  readonly waitsFor: () => string | undefined;
  /** Called for each call that gets 503 because something is missing. */
  readonly onRefused: () => void;
}

export function endpointServices(options: EndpointServicesOptions): Services {
  const { forwarder, peer, waitsFor, onRefused } = options;
  const to =
    (name: string): ServiceAnswer =>
    (request) =>
      forwarder.send(peer(name), request);
  const services: Services = {
    lambda: toFunction(options),
    'cognito-idp': to('identity'),
    pipes: to('pipes'),
    tabletop: to('pipes'),
    ...watchingServices(options),
    '*': toLocalStack(options),
  };
  return Object.fromEntries(
    Object.entries(services).map(([name, answer]): [string, ServiceAnswer] => [
      name,
      (request) => {
        const missing = waitsFor();
        if (missing === undefined) return answer(request);
        onRefused();
        return notReady(request, missing);
      },
    ]),
  );
}

/** SDKs try again after a 503. */
function notReady(request: Parameters<ServiceAnswer>[0], missing: string): AwsResponse {
  return { ...unavailable(request, `The system is not ready: it waits for ${missing}.`), untold: true };
}

/** Each function that takes events has a container of its name. */
const toFunction =
  ({ toFunctions, peer, functions }: EndpointServicesOptions): ServiceAnswer =>
  (request) => {
    const name = functionNameIn(request.url);
    if (name === undefined || request.method !== 'POST') return notImplemented(request);
    const lambda = functions.get(name);
    if (lambda === undefined)
      return awsError(request, 404, 'ResourceNotFoundException', `Function not found: ${name}`, {
        Type: 'User',
      });
    if (lambda.protocol === 'event') return toFunctions.send(peer(lambda.name), request);
    const message = `${lambda.name} is an HTTP server in this runtime and takes no Invoke; call it through the API.`;
    return awsError(request, 501, 'NotImplemented', message);
  };

/** Their answers hold queue URLs; those of others hold messages, which are the caller's own. */
const NAMES_QUEUES = new Set(['CreateQueue', 'GetQueueUrl', 'ListQueues', 'ListDeadLetterSourceQueues']);

/** As it is, but for queue URLs (the caller knows LocalStack under our address), and transactions once they are written. */
export const toLocalStack =
  ({ forwarder, upstream }: Pick<EndpointServicesOptions, 'forwarder' | 'upstream'>): ServiceAnswer =>
  async (request) => {
    const send = (onward: AwsRequest): Promise<AwsResponse> => forwarder.send(upstream, onward);
    const response = await committed(request, await send(request), send);
    const { host } = request.headers;
    if (request.service !== 'sqs' || !NAMES_QUEUES.has(request.operation) || host === undefined) return response;
    return fromMessageBackend(response, upstream, `http://${host}`);
  };
