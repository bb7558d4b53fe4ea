/** What an applied state says of the same resources. */
import { valueAt, valuesAt } from '../../src/check/rule.js';
import { type StateResource } from '../terraform/terraform.js';
import { deployedApi } from './deployed-api.js';
import { DeployedState, type Values } from './deployed-state.js';
import { subjectOf, type Facts } from './facts.js';
import { absent, alarmFacts, environmentFacts, pipeFacts, redriveFacts } from './wording.js';

/** A subject and what is true of it. */
type Fact = readonly [subject: string, facts: Record<string, unknown>];

type Reader = (state: DeployedState, values: Values) => Fact;

/** By Terraform's type. */
const READERS: Readonly<Record<string, Reader>> = {
  aws_dynamodb_table: tableFact,
  aws_sqs_queue: queueFact,
  aws_sns_topic: (state, topic) => [subjectOf('topic', state.nameOf(topic)), {}],
  aws_sns_topic_subscription: subscriptionFact,
  aws_cognito_user_pool: userPoolFact,
  aws_lambda_function: functionFact,
  aws_pipes_pipe: pipeFact,
  aws_lambda_event_source_mapping: queueConsumerFact,
  aws_cloudwatch_log_metric_filter: metricFilterFact,
  aws_cloudwatch_metric_alarm: alarmFact,
  aws_api_gateway_rest_api: (state, api) => [subjectOf('rest-api', state.nameOf(api)), deployedApi(state, api)],
};

/** Which of a type's resources the model knows, where it does not know all. */
const IN_MODEL: Readonly<Record<string, (values: Values) => boolean>> = {
  aws_sns_topic_subscription: ({ protocol }) => protocol === 'sqs',
};

/** @param folder that Terraform ran in, from which the zips are found */
export function deployedFacts(
  resources: readonly StateResource[],
  folder: string,
  system: string,
  stage: string,
): Facts {
  const state = new DeployedState(resources, folder, system, stage);
  return new Map(
    Object.entries(READERS).flatMap(([type, read]) =>
      state
        .all(type)
        .filter((values) => IN_MODEL[type]?.(values) ?? true)
        .map((values) => read(state, values)),
    ),
  );
}

function tableFact(state: DeployedState, values: Values): Fact {
  return [
    subjectOf('table', state.nameOf(values)),
    {
      partitionKey: values.hash_key,
      sortKey: values.range_key,
      indexes: valuesAt(values, 'global_secondary_index').map((index) => ({
        name: valueAt(index, 'name'),
        partitionKey: valueAt(index, 'hash_key'),
        sortKey: valueAt(index, 'range_key'),
      })),
      streamView: values.stream_enabled === true ? values.stream_view_type : undefined,
      expiry: valueAt(values, 'ttl.enabled') === true ? valueAt(values, 'ttl.attribute_name') : undefined,
    },
  ];
}

function queueFact(state: DeployedState, values: Values): Fact {
  return [
    subjectOf('queue', state.nameOf(values)),
    {
      fifo: values.fifo_queue === true,
      visibilityTimeout: values.visibility_timeout_seconds,
      retention: values.message_retention_seconds,
      deadLetters: redriveFacts(values.redrive_policy, state.logical),
    },
  ];
}

function subscriptionFact(state: DeployedState, values: Values): Fact {
  const [topic, queue] = [state.nameOf(values, 'topic_arn'), state.nameOf(values, 'endpoint')];
  const raw = values.raw_message_delivery === true;
  return [subjectOf('subscription', `${topic}-to-${queue}`), { topic, queue, raw }];
}

function userPoolFact(state: DeployedState, values: Values): Fact {
  const client = state.one('aws_cognito_user_pool_client', 'user_pool_id', values.id);
  const policy = (attribute: string): unknown => valueAt(values, `password_policy.${attribute}`);
  return [
    subjectOf('user-pool', state.nameOf(values)),
    {
      groups: state.all('aws_cognito_user_group').map(({ name }) => name),
      attributes: valuesAt(values, 'schema.name'),
      passwordPolicy: {
        minimumLength: policy('minimum_length'),
        lowercase: policy('require_lowercase'),
        uppercase: policy('require_uppercase'),
        numbers: policy('require_numbers'),
        symbols: policy('require_symbols'),
      },
      tokenValidity: client?.id_token_validity,
      refreshValidity: client?.refresh_token_validity,
    },
  ];
}

function functionFact(state: DeployedState, lambda: Values): Fact {
  const called = state.all('aws_api_gateway_integration').map((integration) => state.nameOf(integration, 'uri'));
  const pool = {
    id: String(state.all('aws_cognito_user_pool')[0]?.id),
    client: String(state.all('aws_cognito_user_pool_client')[0]?.id),
  };
  const variables = valueAt(lambda, 'environment.variables') as Record<string, string>;
  return [
    subjectOf('function', state.nameOf(lambda, 'function_name')),
    {
      protocol: called.includes(state.nameOf(lambda, 'function_name')) ? 'http' : 'event',
      entry: state.codeHash(lambda),
      memory: lambda.memory_size,
      timeout: lambda.timeout,
      environment: environmentFacts(variables, pool),
      grants: grantedTo(state, lambda),
    },
  ];
}

function pipeFact(state: DeployedState, values: Values): Fact {
  const stream = (attribute: string): unknown =>
    valueAt(values, `source_parameters.dynamodb_stream_parameters.${attribute}`);
  return [
    subjectOf('pipe', state.nameOf(values)),
    pipeFacts(state.logical, {
      source: values.source,
      startingPosition: stream('starting_position'),
      patterns: valuesAt(values, 'source_parameters.filter_criteria.filter.pattern'),
      batchSize: stream('batch_size'),
      window: stream('maximum_batching_window_in_seconds'),
      retries: stream('maximum_retry_attempts'),
      maxAge: stream('maximum_record_age_in_seconds'),
      onPartialFailure: stream('on_partial_batch_item_failure'),
      parallelizationFactor: stream('parallelization_factor'),
      deadLetters: stream('dead_letter_config.arn'),
      target: values.target,
      logLevel: valueAt(values, 'log_configuration.level'),
    }),
  ];
}

function queueConsumerFact(state: DeployedState, mapping: Values): Fact {
  const [queue, target] = [state.nameOf(mapping, 'event_source_arn'), state.nameOf(mapping, 'function_name')];
  const most = valueAt(mapping, 'scaling_config.maximum_concurrency');
  return [
    subjectOf('queue-consumer', `${queue.replace(/\.fifo$/, '')}-to-${target}`),
    {
      queue,
      target,
      batchSize: mapping.batch_size,
      // A FIFO queue has none.
      window: mapping.maximum_batching_window_in_seconds ?? 0,
      maxConcurrency: absent(most) ? undefined : Number(most),
    },
  ];
}

function metricFilterFact(state: DeployedState, filter: Values): Fact {
  const counted = valueAt(filter, 'metric_transformation.default_value');
  return [
    subjectOf('metric-filter', state.nameOf(filter)),
    {
      function: state.nameOf(filter, 'log_group_name'),
      pattern: filter.pattern,
      value: valueAt(filter, 'metric_transformation.value'),
      defaultValue: absent(counted) ? undefined : Number(counted),
    },
  ];
}

function alarmFact(state: DeployedState, values: Values): Fact {
  return [
    subjectOf('alarm', state.nameOf(values, 'alarm_name')),
    alarmFacts(state.logical, {
      description: values.alarm_description,
      namespace: values.namespace,
      metric: values.metric_name,
      dimensions: values.dimensions,
      statistic: values.statistic,
      period: values.period,
      evaluationPeriods: values.evaluation_periods,
      datapointsToAlarm: values.datapoints_to_alarm,
      comparison: values.comparison_operator,
      threshold: values.threshold,
      missingData: values.treat_missing_data,
      actions: [values.alarm_actions, values.ok_actions, values.insufficient_data_actions],
    }),
  ];
}

/** Resources of our own that the function's role names, besides its log and the key. */
function grantedTo(state: DeployedState, lambda: Values): string[] {
  const role = state.one('aws_iam_role', 'arn', lambda.role);
  const policy = state.one('aws_iam_role_policy', 'role', role?.name);
  const named = valuesAt(JSON.parse(String(policy?.policy)), 'Statement.Resource').map(String);
  const granted = named
    .filter((arn) => /^arn:aws:(dynamodb|sqs|sns|cognito-idp):/.test(arn))
    .map((arn) => (arn.includes(':cognito-idp:') ? 'the user pool' : state.logical(arn)));
  return [...new Set(granted)].sort();
}
