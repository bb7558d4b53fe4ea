/** The whole environment of a local function: what the declaration gives it, what Lambda sets, nothing of the shell. */
import { environmentOf } from '../../../libs/topology/src/environment.js';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { CREDENTIALS, REGION } from '../account.js';
import { localReference } from '../local-reference.js';
import { type LocalFrame } from '../resource/local-system.js';
import { functionLogGroup } from './function-pool.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
export function functionEnvironment(lambda: LambdaFunction, system: LocalFrame): Record<string, string> {
  const name = system.physicalName(lambda);
  const declared = environmentOf(lambda, { ...system.settings, metricNamespace: system.metricNamespace }, (reference) =>
    localReference(reference, system),
  );
  return {
    ...localAws(system.endpoint),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memory),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: functionLogGroup(name),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    TZ: ':UTC',
    ...declared,
  };
}

/** Settings that keep an AWS SDK on this machine: no profile, no metadata service, worthless credentials. */
export const localAws = (endpoint: string): Record<string, string> => ({
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_ENDPOINT_URL: endpoint,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});
