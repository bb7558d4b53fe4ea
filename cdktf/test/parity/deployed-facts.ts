/** What an applied state says of the same resources. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { valueAt, valuesAt } from '../../src/check/rule.js';
import { type StateResource } from '../terraform/terraform.js';
import { subjectOf, type Facts } from './facts.js';
import { byPath, type RouteFact } from './local-api.js';
import { problemFact, type ProblemFact } from './problem-fact.js';
import { absent, alarmFacts, environmentFacts, namesIn, pipeFacts, redriveFacts } from './wording.js';

type Values = StateResource['values'];

/** @param folder that Terraform ran in, from which the zips are found */
export function deployedFacts(state: readonly StateResource[], folder: string, system: string, stage: string): Facts {
  const facts = new Map<string, Record<string, unknown>>();
  const logical = namesIn(`${system}-${stage}-`);
  const all = (type: string): Values[] =>
    state.filter((resource) => resource.type === type && resource.mode === 'managed').map(({ values }) => values);
  const one = (type: string, key: string, value: unknown): Values | undefined =>
    all(type).find((values) => values[key] === value);
  const nameOf = (values: Values, attribute = 'name'): string => logical(String(values[attribute]));
  const pool = {
    id: String(all('aws_cognito_user_pool')[0]?.id),
    client: String(all('aws_cognito_user_pool_client')[0]?.id),
  };

  for (const table of all('aws_dynamodb_table'))
    facts.set(subjectOf('table', nameOf(table)), {
      partitionKey: table.hash_key,
      sortKey: table.range_key,
      indexes: valuesAt(table, 'global_secondary_index').map((index) => ({
        name: valueAt(index, 'name'),
        partitionKey: valueAt(index, 'hash_key'),
        sortKey: valueAt(index, 'range_key'),
      })),
      streamView: table.stream_enabled === true ? table.stream_view_type : undefined,
      expiry: valueAt(table, 'ttl.enabled') === true ? valueAt(table, 'ttl.attribute_name') : undefined,
    });

  for (const queue of all('aws_sqs_queue'))
    facts.set(subjectOf('queue', nameOf(queue)), {
      fifo: queue.fifo_queue === true,
      visibilityTimeout: queue.visibility_timeout_seconds,
      retention: queue.message_retention_seconds,
      deadLetters: redriveFacts(queue.redrive_policy, logical),
    });

  for (const topic of all('aws_sns_topic')) facts.set(subjectOf('topic', nameOf(topic)), {});

  for (const subscription of all('aws_sns_topic_subscription').filter(({ protocol }) => protocol === 'sqs')) {
    const [topic, queue] = [nameOf(subscription, 'topic_arn'), nameOf(subscription, 'endpoint')];
    const raw = subscription.raw_message_delivery === true;
    facts.set(subjectOf('subscription', `${topic}-to-${queue}`), { topic, queue, raw });
  }

  for (const values of all('aws_cognito_user_pool')) {
    const client = one('aws_cognito_user_pool_client', 'user_pool_id', values.id);
    const policy = (attribute: string): unknown => valueAt(values, `password_policy.${attribute}`);
    facts.set(subjectOf('user-pool', nameOf(values)), {
      groups: all('aws_cognito_user_group').map(({ name }) => name),
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
    });
  }

  const called = new Set(all('aws_api_gateway_integration').map((integration) => nameOf(integration, 'uri')));
  for (const lambda of all('aws_lambda_function')) {
    const variables = valueAt(lambda, 'environment.variables') as Record<string, string>;
    facts.set(subjectOf('function', nameOf(lambda, 'function_name')), {
      protocol: called.has(nameOf(lambda, 'function_name')) ? 'http' : 'event',
      entry: codeHash(lambda),
      memory: lambda.memory_size,
      timeout: lambda.timeout,
      environment: environmentFacts(variables, pool),
      grants: grantedTo(lambda),
    });
  }

  for (const pipe of all('aws_pipes_pipe')) {
    const stream = (attribute: string): unknown =>
      valueAt(pipe, `source_parameters.dynamodb_stream_parameters.${attribute}`);
    facts.set(
      subjectOf('pipe', nameOf(pipe)),
      pipeFacts(logical, {
        source: pipe.source,
        startingPosition: stream('starting_position'),
        patterns: valuesAt(pipe, 'source_parameters.filter_criteria.filter.pattern'),
        batchSize: stream('batch_size'),
        window: stream('maximum_batching_window_in_seconds'),
        retries: stream('maximum_retry_attempts'),
        maxAge: stream('maximum_record_age_in_seconds'),
        onPartialFailure: stream('on_partial_batch_item_failure'),
        parallelizationFactor: stream('parallelization_factor'),
        deadLetters: stream('dead_letter_config.arn'),
        target: pipe.target,
        logLevel: valueAt(pipe, 'log_configuration.level'),
      }),
    );
  }

  for (const mapping of all('aws_lambda_event_source_mapping')) {
    const [queue, target] = [nameOf(mapping, 'event_source_arn'), nameOf(mapping, 'function_name')];
    const most = valueAt(mapping, 'scaling_config.maximum_concurrency');
    facts.set(subjectOf('queue-consumer', `${queue.replace(/\.fifo$/, '')}-to-${target}`), {
      queue,
      target,
      batchSize: mapping.batch_size,
      // A FIFO queue has none.
      window: mapping.maximum_batching_window_in_seconds ?? 0,
      maxConcurrency: absent(most) ? undefined : Number(most),
    });
  }

  for (const filter of all('aws_cloudwatch_log_metric_filter')) {
    const counted = valueAt(filter, 'metric_transformation.default_value');
    facts.set(subjectOf('metric-filter', nameOf(filter)), {
      function: nameOf(filter, 'log_group_name'),
      pattern: filter.pattern,
      value: valueAt(filter, 'metric_transformation.value'),
      defaultValue: absent(counted) ? undefined : Number(counted),
    });
  }

  for (const alarm of all('aws_cloudwatch_metric_alarm'))
    facts.set(
      subjectOf('alarm', nameOf(alarm, 'alarm_name')),
      alarmFacts(logical, {
        description: alarm.alarm_description,
        namespace: alarm.namespace,
        metric: alarm.metric_name,
        dimensions: alarm.dimensions,
        statistic: alarm.statistic,
        period: alarm.period,
        evaluationPeriods: alarm.evaluation_periods,
        datapointsToAlarm: alarm.datapoints_to_alarm,
        comparison: alarm.comparison_operator,
        threshold: alarm.threshold,
        missingData: alarm.treat_missing_data,
        actions: [alarm.alarm_actions, alarm.ok_actions, alarm.insufficient_data_actions],
      }),
    );

  for (const api of all('aws_api_gateway_rest_api')) {
    const authorizer = one('aws_api_gateway_authorizer', 'rest_api_id', api.id);
    const asked = authorizer && one('aws_cognito_user_pool', 'arn', valueAt(authorizer, 'provider_arns'));
    facts.set(subjectOf('rest-api', nameOf(api)), {
      routes: routesOf(api),
      authorizer: asked && nameOf(asked),
      problems: Object.fromEntries(
        all('aws_api_gateway_gateway_response').map((answer) => [answer.response_type, problemOf(answer)]),
      ),
    });
  }
  return facts;

  /** The bundle in the zip. */
  function codeHash({ filename }: Values): string {
    const code = unzipSync(readFileSync(join(folder, String(filename))))['index.js'];
    return createHash('sha256')
      .update(code ?? '')
      .digest('hex');
  }

  /** Resources of our own that the function's role names, besides its log and the key. */
  function grantedTo(lambda: Values): string[] {
    const role = one('aws_iam_role', 'arn', lambda.role);
    const policy = one('aws_iam_role_policy', 'role', role?.name);
    const named = valuesAt(JSON.parse(String(policy?.policy)), 'Statement.Resource').map(String);
    const granted = named
      .filter((arn) => /^arn:aws:(dynamodb|sqs|sns|cognito-idp):/.test(arn))
      .map((arn) => (arn.includes(':cognito-idp:') ? 'the user pool' : logical(arn)));
    return [...new Set(granted)].sort();
  }

  function routesOf(api: Values): RouteFact[] {
    const paths = new Map<unknown, string>([[api.root_resource_id, '']]);
    const resources = all('aws_api_gateway_resource');
    const pathOf = (id: unknown): string => {
      const known = paths.get(id);
      if (known !== undefined) return known;
      const resource = resources.find((each) => each.id === id);
      const path = `${pathOf(resource?.parent_id)}/${String(resource?.path_part)}`;
      paths.set(id, path);
      return path;
    };
    const methods = all('aws_api_gateway_method');
    const asks = (method: Values | undefined): boolean => method !== undefined && method.authorization !== 'NONE';
    return methods
      .filter(({ http_method: method }) => method !== 'OPTIONS')
      .map((method) => {
        const same = (other: Values): boolean => other.resource_id === method.resource_id;
        const preflight = methods.find((other) => same(other) && other.http_method === 'OPTIONS') ?? method;
        const integration = all('aws_api_gateway_integration').find(
          (each) => same(each) && each.http_method === method.http_method,
        );
        return {
          method: String(method.http_method),
          path: pathOf(method.resource_id),
          target: integration && nameOf(integration, 'uri'),
          token: asks(method),
          preflightToken: asks(preflight),
        };
      })
      .sort(byPath);
  }

  function problemOf({ status_code: status, response_parameters, response_templates }: Values): ProblemFact {
    const prefix = 'gatewayresponse.header.';
    const headers = Object.entries(response_parameters as Record<string, string>)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [
        name.slice(prefix.length),
        // Text stands in quotes, what the request has does not.
        value.replace(/^'(.*)'$/, '$1').replace('context.requestId', '$context.requestId'),
      ]);
    const body = (response_templates as Record<string, string>)['application/json'] ?? '{}';
    const named = Object.fromEntries(headers) as Record<string, string>;
    return problemFact(Number(status), named, body, '$context.requestId');
  }
}
