/** The outputs of a system, under the keys by which deployment scripts ask for them, the same in every runtime. */
import { type Reference } from './environment.js';
import { type Resource } from './model.js';

/** A topic of this name is where alarms go. */
const MONITORING = 'monitoring';

/**
 * `ApiUrl` and `APIEndpoint` (two spellings in use, both without a slash at the end), `AlarmsTopic`, and each table, topic
 * and queue by its own name: `DataTable`, `OrderEventsTopicArn`, `OrderEventsDeadQueueUrl`; `UserPool` and
 * `UserPoolClient`.
 * @param apiUrl the first API's URL with its stage
 * @param resolve gives a reference's value in the runtime, for AWS a token
 */
export function outputsOf(
  resources: readonly Resource[],
  apiUrl: string | undefined,
  resolve: (reference: Reference) => string,
): Record<string, string> {
  const outputs: Record<string, string> = {};
  if (apiUrl !== undefined) Object.assign(outputs, { ApiUrl: apiUrl, APIEndpoint: apiUrl });
  for (const of of resources) {
    const key = pascalCase(of.name);
    if (of.kind === 'table') outputs[`${key}Table`] = resolve({ attribute: 'name', of });
    if (of.kind === 'queue') outputs[`${key}QueueUrl`] = resolve({ attribute: 'url', of });
    if (of.kind === 'user-pool') {
      outputs.UserPool = resolve({ attribute: 'id', of });
      outputs.UserPoolClient = resolve({ attribute: 'client', of });
    }
    if (of.kind !== 'topic') continue;
    outputs[`${key}TopicArn`] = resolve({ attribute: 'arn', of });
    if (of.name === MONITORING) outputs.AlarmsTopic = resolve({ attribute: 'arn', of });
  }
  return outputs;
}

/** CloudFormation takes letters and digits in a key. */
const pascalCase = (name: string): string =>
  name
    .split(/[^a-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
