/** Lambda's Invoke of a function of this process, without the detour over HTTP; answers as the endpoint would. */
import { type LambdaInvoke } from '../../../libs/pipes/src/lambda-call.js';
import { type FunctionPool } from '../function/function-pool.js';

/** Undefined when no function has this ARN. */
export function poolInvoker(arn: string, functions: ReadonlyMap<string, FunctionPool>): LambdaInvoke | undefined {
  const pool = [...functions.values()].find(({ options }) => options.arn === arn);
  if (pool === undefined) return undefined;
  return async (payload, _signal, invocationType) => {
    const invocation = pool.invoke(JSON.parse(payload));
    if (invocationType === 'Event') return { statusCode: 202, payload: '' };
    const { value, error, throttled } = await invocation;
    if (throttled === true) return { statusCode: 429, payload: '' };
    return {
      statusCode: 200,
      payload: JSON.stringify(error ?? value ?? null),
      ...(error && { functionError: 'Unhandled' }),
    };
  };
}
