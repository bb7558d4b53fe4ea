/** Lambda proxy integrations: a request becomes an event, the function's result an answer. */
import { randomUUID } from 'node:crypto';
import { type GatewayResponseType, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { newTraceRoot, type FunctionPool } from '../function/function-pool.js';
import { type Integration, type IntegrationRequest } from './integration.js';
import { proxyEvent } from './proxy-event.js';
import { httpAnswer, type HttpAnswer } from './proxy-response.js';

export class LambdaIntegration implements Integration {
  /** @param timeoutMs API Gateway's own is 29 s */
  constructor(
    private readonly poolOf: (lambda: LambdaFunction) => FunctionPool,
    private readonly timeoutMs: number,
  ) {}

  async answer(request: IntegrationRequest): Promise<HttpAnswer | GatewayResponseType> {
    const traceRoot = newTraceRoot();
    const event = proxyEvent({ ...request, traceRoot });
    const pool = this.poolOf(request.match.target);
    const invocation = await within(this.timeoutMs, pool.invoke(event, { requestId: randomUUID(), traceRoot }));
    if (invocation === undefined) return 'INTEGRATION_TIMEOUT';
    if (invocation.throttled === true) return 'THROTTLED';
    return (invocation.error ? undefined : httpAnswer(invocation.value)) ?? 'INTEGRATION_FAILURE';
  }

  isAlive(target: LambdaFunction): boolean {
    return this.poolOf(target).alive;
  }
}

/** The promise's value, or undefined when it takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
