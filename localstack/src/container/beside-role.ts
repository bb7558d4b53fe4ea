/**
 * EventBridge Pipes beside a LocalStack of somebody's own: an endpoint that answers the API of Pipes and runs them, and
 * passes everything else on as it comes.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileCheckpoints } from '../../../libs/pipes/src/checkpoint.js';
import { REGION } from '../account.js';
import { regionOf, type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, type AwsResponse } from '../endpoint/aws-response.js';
import { Forwarder } from '../endpoint/forward.js';
import { PassThrough } from '../endpoint/pass-through.js';
import { answerDeadLetters } from '../pipes/dead-letters-api.js';
import { endpointInvoker } from '../pipes/endpoint-invoker.js';
import { assertReachable, pipeOptionsOf } from '../pipes/pipe-connections.js';
import { type PipeSurroundings } from '../pipes/pipe-surroundings.js';
import { PipeRegistry } from '../pipes/pipe-registry.js';
import { answerPipes } from '../pipes/pipes-api.js';
import { toLocalStack } from './endpoint-services.js';
import { localStackAccess } from './localstack-access.js';
import { say, writeLines } from './log-lines.js';
import { Reconciler } from './reconciler.js';
import { type Role } from './role.js';
import { startRoleServer } from './role-server.js';

/** Not every write passes here, so the streams are looked at twice a second. */
const REST_MS = 500;
/** What is looked into: writes that wake pipes, and queue URLs that have to lead back here. */
const OBSERVED = new Set(['dynamodb', 'dynamodbstreams', 'sqs', 'sns', 'pipes', 'tabletop']);

export const startBeside: Role = async ({ container, journal, backoffCapMs, knows }, name) => {
  const { host, port, dataDir, localStackUrl: endpoint } = container;
  mkdirSync(dataDir, { recursive: true });
  writeLines(journal, name);
  const access = localStackAccess(endpoint);
  // A function may take as long as it likes.
  const lambda = new LambdaClient({ ...access, requestHandler: {}, maxAttempts: 1 });
  const clients = { tables: new DynamoDBClient(access), queues: new SQSClient(access), topics: new SNSClient(access) };
  const surroundings: PipeSurroundings = {
    ...{ journal, endpoint, clients, backoffCapMs },
    streams: new DynamoDBStreamsClient(access),
    checkpoints: fileCheckpoints(join(dataDir, 'checkpoints')),
    deadLetters: join(dataDir, 'dead-letters'),
    now: () => Date.now(),
    invokerOf: (arn) => endpointInvoker(lambda, arn),
    // Tables of somebody else's declare nothing.
    requestIdOf: () => undefined,
    assertFunction: (FunctionName) => lambda.send(new GetFunctionCommand({ FunctionName })),
    keepsLogs: false,
    restMs: REST_MS,
  };
  const pipes = new PipeRegistry({
    folder: join(dataDir, 'pipes'),
    optionsOf: (definition) => pipeOptionsOf(definition, surroundings),
    assertReachable: (definition) => assertReachable(definition, surroundings),
  });
  const passThrough = new PassThrough(endpoint);
  const reconciler = new Reconciler({
    ...{ service: name, url: endpoint, onGone: () => passThrough.drop() },
    make: async () => {
      const isWhole = await pipes.restore((pipe, reason) =>
        say(name, `pipe ${pipe} cannot come back: ${reason}`, 'WARN'),
      );
      if (!isWhole) throw new Error('LocalStack does not tell of every pipe yet; it is asked again');
      return [];
    },
  });
  const forwarder = new Forwarder();
  const server = await startRoleServer({
    ...{ host, port, purpose: name, journal, knows },
    waitsFor: () => reconciler.waitsFor,
    services: {
      pipes: (request) => otherRegion(request) ?? answerPipes(request, pipes),
      tabletop: (request) => answerDeadLetters(request, pipes),
      '*': toLocalStack({ forwarder, upstream: endpoint }),
    },
    passOn: { to: passThrough, unless: OBSERVED },
    onTableWrite: () => pipes.wake(),
  });
  reconciler.start();
  say(name, `runs pipes beside LocalStack at ${endpoint}`);
  return {
    broken: reconciler.broken,
    stop: async () => {
      await reconciler.stop();
      await pipes.close();
      await server.stop();
      forwarder.close();
      passThrough.close();
      for (const client of [lambda, surroundings.streams, ...Object.values(clients)]) client.destroy();
    },
  };
};

/** The refusal of a call for another region than the one that has pipes; what is not signed names none. */
function otherRegion(request: AwsRequest): AwsResponse | undefined {
  const region = regionOf(request);
  if (region === undefined || region === REGION) return undefined;
  const message = `Pipes run in ${REGION} here, and this call is for ${region}: set the region to ${REGION}.`;
  return awsError(request, 400, 'ValidationException', message);
}
