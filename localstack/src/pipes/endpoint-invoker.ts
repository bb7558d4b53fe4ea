/** Lambda's Invoke at an AWS endpoint, for pipes that run beside it. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type LambdaInvoke } from '../../../libs/pipes/src/lambda-call.js';

/** @param client made with `maxAttempts: 1`, as the pipe itself tries again */
export const endpointInvoker =
  (client: LambdaClient, arn: string): LambdaInvoke =>
  async (payload, abortSignal, InvocationType) => {
    const reply = await client.send(new InvokeCommand({ FunctionName: arn, Payload: payload, InvocationType }), {
      abortSignal,
    });
    return {
      statusCode: reply.StatusCode ?? 200,
      functionError: reply.FunctionError,
      payload: reply.Payload === undefined ? '' : Buffer.from(reply.Payload).toString(),
    };
  };
