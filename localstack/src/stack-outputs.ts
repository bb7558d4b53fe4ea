/** The outputs of a system, under the keys by which deployment scripts ask for them. */
import { type Resource } from '../../libs/topology/src/model.js';
import { queueUrl, topicArn } from './account.js';
import { userPoolClientId, userPoolId } from './identity/pool-settings.js';

export interface OutputsOptions {
  readonly resources: readonly Resource[];
  /** The first API's URL with its stage. */
  readonly apiUrl: string | undefined;
  readonly awsUrl: string;
  readonly physicalName: (resource: Resource) => string;
  readonly systemName: string;
}

/** A topic of this name is where alarms go. */
const MONITORING = 'monitoring';

/**
 * `ApiUrl` and `APIEndpoint` (two spellings in use, both without a slash at the end), `AlarmsTopic`, and each table, topic
 * and queue by its own name: `DataTable`, `OrderEventsTopicArn`, `OrderEventsDeadQueueUrl`; `UserPool` and
 * `UserPoolClient`.
 */
export function stackOutputs({
  resources,
  apiUrl,
  awsUrl,
  physicalName,
  systemName,
}: OutputsOptions): Record<string, string> {
  const outputs: Record<string, string> = {};
  if (apiUrl !== undefined) Object.assign(outputs, { ApiUrl: apiUrl, APIEndpoint: apiUrl });
  for (const resource of resources) {
    const name = physicalName(resource);
    const key = pascalCase(resource.name);
    if (resource.kind === 'table') outputs[`${key}Table`] = name;
    if (resource.kind === 'queue') outputs[`${key}QueueUrl`] = queueUrl(awsUrl, name);
    if (resource.kind === 'user-pool')
      Object.assign(outputs, { UserPool: userPoolId(systemName), UserPoolClient: userPoolClientId(systemName) });
    if (resource.kind !== 'topic') continue;
    outputs[`${key}TopicArn`] = topicArn(name);
    if (resource.name === MONITORING) outputs.AlarmsTopic = topicArn(name);
  }
  return outputs;
}

/** CloudFormation takes letters and digits in a key. */
const pascalCase = (name: string): string =>
  name
    .split(/[^a-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
