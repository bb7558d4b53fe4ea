/** Answers of the gateway itself as RFC 9457 problem documents, worded in the declaration. */
import { isAnyOrigin } from '../../../libs/shared/src/cors-origins.js';
import { type GatewayResponseType, type RestApi } from '../../../libs/topology/src/model.js';
import { type HttpAnswer } from './proxy-response.js';

/** @param requestId as the caller will report it */
export function gatewayProblem(
  { problems }: RestApi,
  type: GatewayResponseType,
  requestId: string,
  corsOrigins: string,
): HttpAnswer {
  const { status, code, title, detail, headers = {} } = problems[type];
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(isAnyOrigin(corsOrigins)
        ? { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-request-id' }
        : {}),
      ...headers,
    },
    body: JSON.stringify({ type: 'about:blank', title, status, detail, code, requestId }),
  };
}

/** The caller's own request id if it is well-formed, else ours. */
export const requestIdOf = (sent: string | string[] | undefined, own: string): string =>
  typeof sent === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(sent) ? sent : own;
