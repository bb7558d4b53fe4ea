/** What an API hands a request to, once a route has taken it. */
import { type GatewayResponseType, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { type ProxyRequest } from './proxy-event.js';
import { type HttpAnswer } from './proxy-response.js';

/** A request as a route has taken it. */
export type IntegrationRequest = Omit<ProxyRequest, 'traceRoot'>;

export interface Integration {
  /** The target's answer, or the gateway response that stands for one. */
  answer(request: IntegrationRequest): Promise<HttpAnswer | GatewayResponseType>;
  /** Whether the target can take requests. */
  isAlive(target: LambdaFunction): boolean | Promise<boolean>;
}
