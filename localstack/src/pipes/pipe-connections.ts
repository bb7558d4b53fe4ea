/** What a pipe's ARNs stand for on the local stack: its stream, functions, topics, queues and log groups. */
import { GetTopicAttributesCommand, PublishBatchCommand, PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { fileDeadLetters } from '../../../libs/pipes/src/dead-letter-store.js';
import { type PipeEnrichment } from '../../../libs/pipes/src/enrichment.js';
import { type LambdaInvoke } from '../../../libs/pipes/src/lambda-call.js';
import { lambdaEnrichment } from '../../../libs/pipes/src/lambda-enrichment.js';
import { lambdaTarget } from '../../../libs/pipes/src/lambda-target.js';
import { batchSizeOf, type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { must, PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { enrichmentKindOf, targetKindOf } from '../../../libs/pipes/src/service-arn.js';
import { type DeadLetterTarget, type PipeTarget, type TargetKind } from '../../../libs/pipes/src/target.js';
import { cloudWatchLogsTarget } from '../../../libs/pipes/src/target/cloudwatch-logs-target.js';
import { snsTarget } from '../../../libs/pipes/src/target/sns-target.js';
import { sqsTarget } from '../../../libs/pipes/src/target/sqs-target.js';
import { ACCOUNT, queueUrl, REGION } from '../account.js';
import { type PipeDefinition } from './pipe-definition.js';
import { type PipeSurroundings } from './pipe-surroundings.js';
import { journalPipeEvent } from './pipe-journal.js';

/** Writes through the endpoint wake the reader at once; only what expires in the backend comes without a ring. */
const POLL = { idleMs: 250, restMs: 5_000 };

/**
 * The runner's options for a definition.
 * @throws PipeValidationError for what is not there or not emulated
 */
export function pipeOptionsOf(definition: PipeDefinition, system: PipeSurroundings): PipeOptions {
  const { Name, SourceParameters, DesiredState, EnrichmentParameters, TargetParameters, LogConfiguration } = definition;
  const stream = SourceParameters.DynamoDBStreamParameters;
  const deadLetterArn = stream.DeadLetterConfig?.Arn;
  const logGroup = LogConfiguration?.CloudwatchLogsLogDestination?.LogGroupArn;
  const { journal } = system;
  return {
    name: Name,
    region: REGION,
    account: ACCOUNT,
    ...(DesiredState && { desiredState: DesiredState }),
    source: {
      streamArn: definition.Source,
      client: system.streams,
      startingPosition: stream.StartingPosition,
      ...definedOnly({
        batchSize: stream.BatchSize,
        maximumBatchingWindowInSeconds: stream.MaximumBatchingWindowInSeconds,
        maximumRetryAttempts: stream.MaximumRetryAttempts,
        maximumRecordAgeInSeconds: stream.MaximumRecordAgeInSeconds,
        onPartialBatchItemFailure: stream.OnPartialBatchItemFailure,
        parallelizationFactor: stream.ParallelizationFactor,
        deadLetter: deadLetterArn === undefined ? undefined : deadLetterOf(deadLetterArn, system),
      }),
    },
    filters: (SourceParameters.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern),
    ...definedOnly({
      enrichment: definition.Enrichment ? enrichmentOf(definition.Enrichment, system) : undefined,
      enrichmentParameters: templateOf(EnrichmentParameters),
      targetParameters: templateOf(TargetParameters),
      logLevel: LogConfiguration?.Level,
    }),
    target: guarded(targetOf(definition, system), system),
    includeExecutionData: LogConfiguration?.IncludeExecutionData?.includes('ALL') ?? false,
    checkpoints: system.checkpoints,
    deadLetters: fileDeadLetters(system.deadLetters),
    backoff: { baseMs: 20, capMs: system.backoffCapMs },
    poll: { ...POLL, ...(system.restMs !== undefined && { restMs: system.restMs }) },
    // Only the time of day is the stack's: what is waited for is waited for.
    clock: { now: system.now, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    onEvent: (event) => journalPipeEvent(Name, event, journal, system.requestIdOf),
    ...(logGroup !== undefined && {
      onLog: (record) =>
        journal.record({
          type: 'log',
          function: lastOf(logGroup),
          requestId: record.executionId,
          line: JSON.stringify(record),
          logGroup: lastOf(logGroup),
          logStream: Name,
        }),
    }),
  };
}

/** What SQS, SNS and Lambda call what is not there, and what it would have been. */
const ABSENT = new Set(['QueueDoesNotExist', 'NotFoundException', 'ResourceNotFoundException']);
const NOUNS: Readonly<Record<string, string>> = { sqs: 'queue', sns: 'topic', lambda: 'function' };

/**
 * A dead letter that has nowhere to go would hold its shard for ever, so AWS tries at creation; here queues, topics and
 * functions are looked up.
 * @throws PipeValidationError naming the one that is not there
 */
export async function assertReachable(
  definition: PipeDefinition,
  { clients, endpoint, assertFunction }: Pick<PipeSurroundings, 'clients' | 'endpoint' | 'assertFunction'>,
): Promise<void> {
  const deadLetters = definition.SourceParameters.DynamoDBStreamParameters.DeadLetterConfig?.Arn;
  const named: readonly (readonly [field: string, arn: string | undefined])[] = [
    ['Target', definition.Target],
    ['Enrichment', definition.Enrichment],
    ['SourceParameters.DynamoDBStreamParameters.DeadLetterConfig.Arn', deadLetters],
  ];
  for (const [field, arn] of named) {
    const service = arn?.split(':')[2];
    try {
      if (arn !== undefined && service === 'sqs')
        await clients.queues.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl(endpoint, lastOf(arn)) }));
      if (arn !== undefined && service === 'lambda') await assertFunction?.(arn);
      if (service === 'sns') await clients.topics.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    } catch (error) {
      if (!ABSENT.has((error as Error).name)) throw error;
      throw new PipeValidationError(field, arn, `there is no such ${NOUNS[service ?? ''] ?? 'resource'}`);
    }
  }
}

/** What DescribePipe shows of the source: every default filled in, or tools that compare find a difference. */
export function withDefaults(definition: PipeDefinition, options: PipeOptions): PipeDefinition['SourceParameters'] {
  const { DynamoDBStreamParameters, ...rest } = definition.SourceParameters;
  const defaults = {
    BatchSize: batchSizeOf(options),
    MaximumBatchingWindowInSeconds: 0,
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    ParallelizationFactor: 1,
  };
  return { ...rest, DynamoDBStreamParameters: { ...defaults, ...DynamoDBStreamParameters } };
}

function targetOf({ Target: arn, TargetParameters = {} }: PipeDefinition, system: PipeSurroundings): PipeTarget {
  const { queues, topics } = system.clients;
  const kind = targetKindOf(arn);
  for (const [name, value] of Object.entries(TargetParameters)) {
    const fits = name === 'InputTemplate' || name === PARAMETERS[kind] || value === undefined;
    must(fits, `TargetParameters.${name}`, value, 'it does not belong to a target of this kind');
  }
  switch (kind) {
    case 'lambda': {
      const { InvocationType } = TargetParameters.LambdaFunctionParameters ?? {};
      const invoke = invokerOf('Target', arn, system);
      return lambdaTarget({ arn, invoke, ...(InvocationType && { invocationType: InvocationType }) });
    }
    case 'sns':
      return snsTarget({
        arn,
        publishBatch: (input, abortSignal) => topics.send(new PublishBatchCommand(input), { abortSignal }),
      });
    case 'sqs': {
      const { MessageGroupId, MessageDeduplicationId } = TargetParameters.SqsQueueParameters ?? {};
      return sqsTarget({
        arn,
        queueUrl: queueUrl(system.endpoint, lastOf(arn)),
        sendMessageBatch: (input, abortSignal) => queues.send(new SendMessageBatchCommand(input), { abortSignal }),
        parameters: definedOnly({ messageGroupId: MessageGroupId, messageDeduplicationId: MessageDeduplicationId }),
      });
    }
    case 'cloudwatch-logs': {
      must(system.keepsLogs !== false, 'Target', arn, 'log groups are not emulated here');
      const { LogStreamName, Timestamp } = TargetParameters.CloudWatchLogsParameters ?? {};
      return cloudWatchLogsTarget({
        arn,
        parameters: { logStreamName: LogStreamName ?? '', ...definedOnly({ timestamp: Timestamp }) },
        putLogEvents: ({ logGroupName, logStreamName, logEvents }) => {
          for (const { message } of logEvents)
            system.journal.record({
              type: 'log',
              function: logGroupName,
              requestId: logStreamName,
              line: message,
              logGroup: logGroupName,
              logStream: logStreamName,
            });
          return Promise.resolve({});
        },
      });
    }
    case 'event-bus':
      throw new PipeValidationError('Target', arn, 'event buses are not emulated on the local stack');
  }
}

/** Which of the target's parameters each kind reads. */
const PARAMETERS: Readonly<Record<TargetKind, string | undefined>> = {
  lambda: 'LambdaFunctionParameters',
  sns: undefined,
  sqs: 'SqsQueueParameters',
  'cloudwatch-logs': 'CloudWatchLogsParameters',
  'event-bus': undefined,
};

function enrichmentOf(arn: string, system: PipeSurroundings): PipeEnrichment {
  if (enrichmentKindOf(arn) === 'lambda')
    return lambdaEnrichment({ arn, invoke: invokerOf('Enrichment', arn, system) });
  throw new PipeValidationError('Enrichment', arn, 'on the local stack only a Lambda function can enrich');
}

/** A runner that may deliver no more fails before it does; its pipes are on their way to an end. */
const guarded = (target: PipeTarget, { assertMayDeliver }: PipeSurroundings): PipeTarget =>
  assertMayDeliver === undefined
    ? target
    : {
        ...target,
        invoke: async (batch, context) => {
          await assertMayDeliver();
          return target.invoke(batch, context);
        },
      };

function invokerOf(field: string, arn: string, system: PipeSurroundings): LambdaInvoke {
  const invoke = system.invokerOf(arn);
  if (invoke === undefined) throw new PipeValidationError(field, arn, 'there is no such function');
  return async (...call) => {
    await system.assertMayDeliver?.();
    return invoke(...call);
  };
}

/** Sends through the endpoint, as the pipe's role would. */
function deadLetterOf(arn: string, system: PipeSurroundings): DeadLetterTarget {
  const { queues, topics } = system.clients;
  const url = queueUrl(system.endpoint, lastOf(arn));
  return {
    arn,
    send: async (body) => {
      await system.assertMayDeliver?.();
      return arn.split(':')[2] === 'sns'
        ? topics.send(new PublishCommand({ TopicArn: arn, Message: body }))
        : queues.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    },
  };
}

const templateOf = (
  parameters: { InputTemplate?: string | undefined } | undefined,
): PipeOptions['targetParameters'] | undefined =>
  parameters?.InputTemplate ? { inputTemplate: parameters.InputTemplate } : undefined;

/** The name at the end of an ARN; a log group's may end in `:*`. */
const lastOf = (arn: string): string =>
  arn
    .replace(/:\*$/, '')
    .split(':')
    .slice(arn.includes(':log-group:') ? 6 : -1)
    .join(':');

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined: to the runner those are given. */
const definedOnly = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
