/** A declared pipe as a runner of libs/pipes on the local endpoint's stream. */
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { nameOf, type Pipe } from '../../../libs/topology/src/model.js';
import { ACCOUNT, functionArn, queueArn, topicArn } from '../account.js';
import { logGroupArn } from '../logs/log-store.js';
import { NotEmulatedError } from '../not-emulated.js';
import { type PipeDefinition } from '../pipes/pipe-definition.js';
import { type RegisteredPipe } from '../pipes/registered-pipe.js';
import { StartError } from '../start-error.js';
import { type LocalSystem, type Maker } from './local-system.js';
import { describeTable } from './table-maker.js';

export const makePipe: Maker<Pipe, 'clients' | 'physicalName' | 'pipes'> = async (pipe, system) => {
  const table = await describeTable(system.clients.tables, system.physicalName(pipe.source));
  if (table?.LatestStreamArn === undefined) throw new StartError(`${nameOf(pipe)}: its table has no stream.`);
  const { pipe: running } = await registered(pipe, definitionOf(pipe, table.LatestStreamArn, system), system);
  if ((await running.settled()) === 'CREATE_FAILED')
    throw new StartError(`${nameOf(pipe)}: ${running.stateReason ?? 'it could not be created'}`);
  return 'started';
};

/** What the runner refuses is not emulated; its own words say which parameter. */
async function registered(
  pipe: Pipe,
  definition: PipeDefinition,
  { pipes }: Pick<LocalSystem, 'pipes'>,
): Promise<RegisteredPipe> {
  try {
    return await pipes.create(definition, true);
  } catch (error) {
    throw error instanceof PipeValidationError ? new NotEmulatedError(nameOf(pipe), error.message) : error;
  }
}

/** The declaration in AWS's words, as the other reader of the topology writes it for Terraform. */
function definitionOf(
  pipe: Pipe,
  streamArn: string,
  { physicalName }: Pick<LocalSystem, 'physicalName'>,
): PipeDefinition {
  const { deadLetters, filters, onPartialFailure } = pipe;
  const name = physicalName(pipe);
  return {
    Name: name,
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    Source: streamArn,
    SourceParameters: {
      DynamoDBStreamParameters: {
        StartingPosition: pipe.startingPosition,
        BatchSize: pipe.batchSize,
        MaximumBatchingWindowInSeconds: pipe.window,
        MaximumRetryAttempts: pipe.retries,
        MaximumRecordAgeInSeconds: pipe.maxAge,
        ParallelizationFactor: pipe.parallelizationFactor,
        ...(onPartialFailure && { OnPartialBatchItemFailure: onPartialFailure }),
        ...(deadLetters && {
          DeadLetterConfig: {
            Arn: (deadLetters.kind === 'queue' ? queueArn : topicArn)(physicalName(deadLetters)),
          },
        }),
      },
      FilterCriteria: { Filters: filters.map((filter) => ({ Pattern: JSON.stringify(filter) })) },
    },
    Target: functionArn(physicalName(pipe.target)),
    LogConfiguration: {
      Level: pipe.logLevel,
      CloudwatchLogsLogDestination: { LogGroupArn: logGroupArn(`/aws/vendedlogs/pipes/${name}`) },
    },
  };
}
