/** A Lambda target behind the real SDK client, at an endpoint that the test answers for. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaTarget } from '../src/lambda-target.js';
import { type PipeTarget } from '../src/target.js';
import { FUNCTION_ARN } from './pipe-fixture.js';

export interface SdkTarget {
  readonly target: PipeTarget;
  destroy(): void;
}

export function lambdaAt(endpoint: string): SdkTarget {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const target = lambdaTarget({
    arn: FUNCTION_ARN,
    invoke: async (payload, abortSignal, InvocationType) => {
      const command = new InvokeCommand({ FunctionName: FUNCTION_ARN, Payload: payload, InvocationType });
      const { StatusCode = 0, FunctionError, Payload = [] } = await client.send(command, { abortSignal });
      return { statusCode: StatusCode, functionError: FunctionError, payload: Buffer.from(Payload).toString() };
    },
  });
  return { target, destroy: () => client.destroy() };
}
