/** Who answers for which service in the embedded stack: its two backends, and the stack itself for what they lack. */
import { REGION } from '../account.js';
import { type TableBackend } from '../backend/table-backend.js';
import { type CognitoApi } from '../identity/cognito-api.js';
import { type Monitoring } from '../monitoring.js';
import { answerDeadLetters } from '../pipes/dead-letters-api.js';
import { type PipeRegistry } from '../pipes/pipe-registry.js';
import { answerPipes } from '../pipes/pipes-api.js';
import { answerMessageMove, isMessageMove } from '../queue/message-move-api.js';
import { type MessageMoves } from '../queue/message-moves.js';
import { type ServiceAnswer, type Services } from './aws-endpoint.js';
import { inOurRegion } from './aws-request.js';
import { notImplemented } from './aws-response.js';
import { answerCloudFormation, type StackDescription } from './cloudformation-api.js';
import { committed } from './commit.js';
import { type Forwarder } from './forward.js';
import { answerLambda, type FindFunction } from './lambda-api.js';
import { fromMessageBackend, fromTableBackend, toMessageBackend, toTableBackend } from './rewrite.js';

export interface EmbeddedServicesOptions {
  forwarder: Forwarder;
  /** Of the endpoint itself, for callers that name none. */
  ownOrigin: string;
  /** Asked for each request: a backend that was started again listens elsewhere. */
  tables: () => Pick<TableBackend, 'origin' | 'region' | 'answersBeforeCommit'>;
  messages: () => { origin: string };
  findFunction: FindFunction;
  pipes: PipeRegistry;
  monitoring: Monitoring;
  /** They move messages through this endpoint, so they are there once it is. */
  moves: () => MessageMoves;
  identity: () => Promise<CognitoApi>;
  /** What CloudFormation would tell of this system. */
  description: () => StackDescription;
}

export function embeddedServices(options: EmbeddedServicesOptions): Services {
  const { pipes } = options;
  const tables = toTables(options);
  const messages = toMessages(options);
  return {
    dynamodb: tables,
    dynamodbstreams: tables,
    sqs: (request) => {
      // Clients from before 2023 speak SQS in the query protocol, which the backend does not.
      if (request.protocol === 'query') return notImplemented(request);
      return isMessageMove(request.operation) ? answerMessageMove(request, options.moves()) : messages(request);
    },
    sns: messages,
    s3: messages,
    sts: messages,
    lambda: (request) => answerLambda(request, options.findFunction),
    'cognito-idp': async (request) => (await options.identity()).answer(request),
    pipes: (request) => answerPipes(request, pipes),
    tabletop: (request) => answerDeadLetters(request, pipes),
    ...watchingServices(options),
  };
}

/** What tells of the system: of how it is deployed, what it logs and counts. Logs and metrics are loaded when first asked for. */
export const watchingServices = ({
  monitoring,
  description,
}: Pick<EmbeddedServicesOptions, 'monitoring' | 'description'>): Services => ({
  cloudformation: (request) => answerCloudFormation(request, description),
  logs: async (request) => (await import('../logs/logs-api.js')).answerLogs(request, monitoring),
  monitoring: async (request) => (await import('../metrics/cloudwatch-api.js')).answerCloudWatch(request, monitoring),
});

const toTables =
  ({ tables, forwarder }: EmbeddedServicesOptions): ServiceAnswer =>
  async (request) => {
    const { origin, region, answersBeforeCommit } = tables();
    const body = toTableBackend(request.operation, request.body, region);
    const response = await forwarder.send(origin, request, body);
    const kept = answersBeforeCommit
      ? committed(request, response, (onward) => forwarder.send(origin, onward))
      : response;
    return fromTableBackend(request.operation, await kept, region);
  };

const toMessages =
  ({ messages, forwarder, ownOrigin }: EmbeddedServicesOptions): ServiceAnswer =>
  async (request) => {
    const { origin } = messages();
    const authorization = inOurRegion(request.headers.authorization, REGION);
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
    // SDKs post to the queue's own URL; the backend takes JSON calls of SQS and query calls of SNS at the root.
    const url = request.protocol === 'rest' ? request.url : '/';
    const body = toMessageBackend(request.operation, request.body);
    const response = await forwarder.send(origin, { ...request, headers, url }, body);
    const { host } = request.headers;
    return fromMessageBackend(response, origin, host === undefined ? ownOrigin : `http://${host}`);
  };
