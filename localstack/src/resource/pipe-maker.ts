/** A declared pipe as a runner of libs/pipes on the local endpoint's stream. */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { fileCheckpoints } from '../../../libs/pipes/src/checkpoint.js';
import { type DeadLetterTarget } from '../../../libs/pipes/src/target.js';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { type LambdaReply } from '../../../libs/pipes/src/lambda-call.js';
import { lambdaTarget } from '../../../libs/pipes/src/lambda-target.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { startPipe, type Pipe as RunningPipe } from '../../../libs/pipes/src/pipe.js';
import { nameOf, type Pipe, type Queue, type Topic } from '../../../libs/topology/src/model.js';
import { ACCOUNT, CREDENTIALS, functionArn, queueArn, queueUrl, REGION, topicArn } from '../account.js';
import { NotEmulatedError } from '../not-emulated.js';
import { StartError } from '../start-error.js';
import { type LocalSystem, type Maker } from './local-system.js';
import { journalPipeEvent } from './pipe-journal.js';
import { describeTable } from './table-maker.js';

/** How slowly an idle stream is polled: writes through the endpoint wake the reader at once. */
const IDLE_POLL_MS = 1_000;

export const makePipe: Maker<Pipe> = async (pipe, system) => {
  const table = await describeTable(system.clients.tables, system.physicalName(pipe.source));
  if (table?.LatestStreamArn === undefined) throw new StartError(`${nameOf(pipe)}: its table has no stream.`);
  const name = system.physicalName(pipe);
  const running = await started(pipe, {
    name,
    region: REGION,
    account: ACCOUNT,
    source: {
      streamArn: table.LatestStreamArn,
      client: new DynamoDBStreamsClient({ endpoint: system.endpoint, region: REGION, credentials: CREDENTIALS }),
      startingPosition: pipe.startingPosition,
      batchSize: pipe.batchSize,
      maximumBatchingWindowInSeconds: pipe.window,
      maximumRetryAttempts: pipe.retries,
      maximumRecordAgeInSeconds: pipe.maxAge,
      parallelizationFactor: pipe.parallelizationFactor,
      ...(pipe.onPartialFailure && { onPartialBatchItemFailure: pipe.onPartialFailure }),
      ...(pipe.deadLetters && { deadLetter: deadLetterOf(pipe.deadLetters, system) }),
    },
    filters: pipe.filters.map((filter) => JSON.stringify(filter)),
    target: lambdaTarget({
      arn: functionArn(system.physicalName(pipe.target)),
      invoke: (payload) => invoke(pipe, payload, system),
    }),
    checkpoints: fileCheckpoints(system.checkpoints),
    backoff: { baseMs: 20, capMs: system.backoffCapMs },
    poll: { idleMs: IDLE_POLL_MS },
    onEvent: (event) => journalPipeEvent(name, event, system.journal),
  });
  system.pipes.set(pipe.name, running);
  return 'started';
};

/** What the runner refuses is not emulated; its own words say which parameter. */
async function started(pipe: Pipe, options: PipeOptions): Promise<RunningPipe> {
  try {
    return await startPipe(options);
  } catch (error) {
    throw error instanceof PipeValidationError ? new NotEmulatedError(nameOf(pipe), error.message) : error;
  }
}

/** Sends through the endpoint, as the pipe's role would. */
function deadLetterOf(target: Queue | Topic, system: LocalSystem): DeadLetterTarget {
  const name = system.physicalName(target);
  const { queues, topics } = system.clients;
  return {
    arn: target.kind === 'queue' ? queueArn(name) : topicArn(name),
    send: async (body) => {
      if (target.kind === 'queue')
        await queues.send(new SendMessageCommand({ QueueUrl: queueUrl(system.endpoint, name), MessageBody: body }));
      else await topics.send(new PublishCommand({ TopicArn: topicArn(name), Message: body }));
    },
  };
}

/** Lambda's Invoke without the detour over HTTP; answers as the endpoint would. */
async function invoke(pipe: Pipe, payload: string, { functions }: LocalSystem): Promise<LambdaReply> {
  const pool = functions.get(pipe.target.name);
  if (pool === undefined) throw new Error(`${nameOf(pipe.target)} is not running`);
  const { value, error, throttled } = await pool.invoke(JSON.parse(payload));
  if (throttled === true) return { statusCode: 429, payload: '' };
  return {
    statusCode: 200,
    payload: JSON.stringify(error ?? value ?? null),
    ...(error && { functionError: 'Unhandled' }),
  };
}
