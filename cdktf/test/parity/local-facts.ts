/** What a running local stack has become, asked of it through AWS's own APIs and, where those tell nothing, of its parts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ListGroupsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribePipeCommand, ListPipesCommand, PipesClient } from '@aws-sdk/client-pipes';
import {
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type RestApi } from '../../../libs/topology/src/model.js';
import { CREDENTIALS, REGION } from '../../../localstack/src/account.js';
import { userPoolClientId, userPoolId } from '../../../localstack/src/identity/pool-settings.js';
import { type LocalStack } from '../../../localstack/src/local-stack.js';
import { subjectOf, type Facts } from './facts.js';
import { alarmFacts, environmentFacts, isLambdasOwn, namesIn, pipeFacts, redriveFacts } from './wording.js';
import { problemsOf, routesOf } from './local-api.js';

export interface LocalSubject {
  readonly stack: LocalStack;
  /** The system's name, and the stage it runs as. */
  readonly system: string;
  readonly stage: string;
  /** Whose routes are tried, with a token of the pool. */
  readonly api: RestApi;
  readonly token: string;
}

/** Reads everything. */
export async function localFacts({ stack, system, stage, api, token }: LocalSubject): Promise<Facts> {
  const client = { endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS };
  const facts = new Map<string, Record<string, unknown>>();
  const logical = namesIn(`${system}-${stage}-`);
  const pool = { id: userPoolId(system), client: userPoolClientId(system) };
  await tables(new DynamoDBClient(client));
  await queues(new SQSClient(client));
  await topics(new SNSClient(client));
  const poolName = await userPool(new CognitoIdentityProviderClient(client));
  await pipes(new PipesClient(client));
  await alarms(new CloudWatchClient(client));
  const routes = await routesOf(stack, api, token, logical);
  // A route that asks for a token and took this one takes those of the pool.
  const authorizer = routes.some((route) => route.token && route.target !== undefined) ? poolName : undefined;
  facts.set(subjectOf('rest-api', api.name), { routes, authorizer, problems: await problemsOf(stack, api) });
  functions(new Set(routes.map(({ target }) => target)));
  consumers();
  metricFilters();
  return facts;

  async function tables(db: DynamoDBClient): Promise<void> {
    const { TableNames = [] } = await db.send(new ListTablesCommand({}));
    for (const TableName of TableNames) {
      const { Table } = await db.send(new DescribeTableCommand({ TableName }));
      const { TimeToLiveDescription: expiry } = await db.send(new DescribeTimeToLiveCommand({ TableName }));
      const keys = (schema: readonly { AttributeName?: string | undefined }[] = []): object => ({
        partitionKey: schema[0]?.AttributeName,
        sortKey: schema[1]?.AttributeName,
      });
      facts.set(subjectOf('table', logical(TableName)), {
        ...keys(Table?.KeySchema),
        indexes: (Table?.GlobalSecondaryIndexes ?? []).map((index) => ({
          name: index.IndexName,
          ...keys(index.KeySchema),
        })),
        streamView: Table?.StreamSpecification?.StreamViewType,
        expiry: expiry?.TimeToLiveStatus === 'ENABLED' ? expiry.AttributeName : undefined,
      });
    }
  }

  async function queues(sqs: SQSClient): Promise<void> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    for (const QueueUrl of QueueUrls) {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes = {} } = await sqs.send(asked);
      facts.set(subjectOf('queue', logical(QueueUrl)), {
        fifo: Attributes.FifoQueue === 'true',
        visibilityTimeout: Number(Attributes.VisibilityTimeout),
        retention: Number(Attributes.MessageRetentionPeriod),
        deadLetters: redriveFacts(Attributes.RedrivePolicy, logical),
      });
    }
  }

  async function topics(sns: SNSClient): Promise<void> {
    const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
    for (const { TopicArn = '' } of Topics) {
      facts.set(subjectOf('topic', logical(TopicArn)), {});
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      for (const { SubscriptionArn, Endpoint = '' } of Subscriptions) {
        const { Attributes = {} } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
        const [topic, queue] = [logical(TopicArn), logical(Endpoint)];
        const raw = Attributes.RawMessageDelivery === 'true';
        facts.set(subjectOf('subscription', `${topic}-to-${queue}`), { topic, queue, raw });
      }
    }
  }

  async function userPool(cognito: CognitoIdentityProviderClient): Promise<string> {
    const UserPoolId = pool.id;
    const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }));
    const asked = new DescribeUserPoolClientCommand({ UserPoolId, ClientId: pool.client });
    const { UserPoolClient } = await cognito.send(asked);
    const { Groups = [] } = await cognito.send(new ListGroupsCommand({ UserPoolId }));
    const policy = UserPool?.Policies?.PasswordPolicy;
    const name = logical(UserPool?.Name ?? '');
    facts.set(subjectOf('user-pool', name), {
      groups: Groups.map(({ GroupName }) => GroupName),
      attributes: (UserPool?.SchemaAttributes ?? []).flatMap(({ Name = '' }) =>
        Name.startsWith('custom:') ? [Name.slice('custom:'.length)] : [],
      ),
      passwordPolicy: {
        minimumLength: policy?.MinimumLength,
        lowercase: policy?.RequireLowercase,
        uppercase: policy?.RequireUppercase,
        numbers: policy?.RequireNumbers,
        symbols: policy?.RequireSymbols,
      },
      tokenValidity: UserPoolClient?.IdTokenValidity,
      refreshValidity: UserPoolClient?.RefreshTokenValidity,
    });
    return name;
  }

  async function pipes(client: PipesClient): Promise<void> {
    const { Pipes = [] } = await client.send(new ListPipesCommand({}));
    for (const { Name } of Pipes) {
      const described = await client.send(new DescribePipeCommand({ Name }));
      const { FilterCriteria, DynamoDBStreamParameters: stream } = described.SourceParameters ?? {};
      facts.set(
        subjectOf('pipe', logical(Name ?? '')),
        pipeFacts(logical, {
          source: described.Source,
          startingPosition: stream?.StartingPosition,
          patterns: (FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern),
          batchSize: stream?.BatchSize,
          window: stream?.MaximumBatchingWindowInSeconds,
          retries: stream?.MaximumRetryAttempts,
          maxAge: stream?.MaximumRecordAgeInSeconds,
          onPartialFailure: stream?.OnPartialBatchItemFailure,
          parallelizationFactor: stream?.ParallelizationFactor,
          deadLetters: stream?.DeadLetterConfig?.Arn,
          target: described.Target,
          logLevel: described.LogConfiguration?.Level,
        }),
      );
    }
  }

  async function alarms(client: CloudWatchClient): Promise<void> {
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, {}))
      for (const alarm of MetricAlarms)
        facts.set(
          subjectOf('alarm', logical(alarm.AlarmName ?? '')),
          alarmFacts(logical, {
            description: alarm.AlarmDescription,
            namespace: alarm.Namespace,
            metric: alarm.MetricName,
            dimensions: Object.fromEntries((alarm.Dimensions ?? []).map(({ Name = '', Value }) => [Name, Value])),
            statistic: alarm.Statistic,
            period: alarm.Period,
            evaluationPeriods: alarm.EvaluationPeriods,
            datapointsToAlarm: alarm.DatapointsToAlarm,
            comparison: alarm.ComparisonOperator,
            threshold: alarm.Threshold,
            missingData: alarm.TreatMissingData,
            actions: [alarm.AlarmActions, alarm.OKActions, alarm.InsufficientDataActions],
          }),
        );
  }

  function functions(called: ReadonlySet<string | undefined>): void {
    for (const [name, { options }] of stack.inside.functions) {
      const variables = Object.entries(options.environment).filter(([variable]) => !isLambdasOwn(variable));
      const environment = environmentFacts(Object.fromEntries(variables), pool);
      facts.set(subjectOf('function', name), {
        protocol: called.has(name) ? 'http' : 'event',
        entry: createHash('sha256').update(readFileSync(options.file)).digest('hex'),
        memory: options.memoryMb,
        timeout: options.timeoutSeconds,
        environment,
        grants: reachableBy(environment),
      });
    }
  }

  /** What a function is told of is what it may use; whose keys it reads needs no right. */
  function reachableBy(environment: Readonly<Record<string, string>>): string[] {
    const told = Object.entries(environment).filter(([name]) => /^(TABLE_NAME|USER_POOL_ID|.*_(ARN|URL))$/.test(name));
    return told.map(([name, value]) => (name === 'USER_POOL_ID' ? 'the user pool' : logical(value))).sort();
  }

  function consumers(): void {
    for (const [name, { options }] of stack.inside.consumers)
      facts.set(subjectOf('queue-consumer', name), {
        queue: logical(options.queueArn),
        target: logical(options.pool.options.name),
        batchSize: options.batchSize,
        window: options.windowMs / 1000,
        // What is handled at once here has a limit of its own (docs/limits.md).
        maxConcurrency: options.maxConcurrency,
      });
  }

  function metricFilters(): void {
    for (const { options } of stack.inside.monitoring.logMetrics)
      facts.set(subjectOf('metric-filter', options.id.name), {
        function: logical(options.group),
        pattern: options.text,
        value: String(options.value),
        defaultValue: options.defaultValue,
      });
  }
}
