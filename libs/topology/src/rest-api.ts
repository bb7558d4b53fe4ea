/** The constructor of an API: routes, and the problem documents that the gateway itself answers with. */
import { must } from './declaration-error.js';
import { days } from './duration.js';
import { mustBeLogical } from './construct.js';
import {
  type GatewayProblem,
  type GatewayResponseType,
  type HttpMethod,
  type LambdaFunction,
  type RestApi,
  type Route,
  type UserPool,
} from './model.js';

/** Integration timeout of a REST API: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LONGEST_INTEGRATION = 29;
const METHODS: readonly HttpMethod[] = ['ANY', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const SEGMENT = /^(?:[A-Za-z0-9._~:-]+|\{[A-Za-z0-9_]+\+?\})$/;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const PROBLEMS: Readonly<Record<GatewayResponseType, GatewayProblem>> = {
  MISSING_AUTHENTICATION_TOKEN: {
    status: 404,
    code: 'ROUTE_NOT_FOUND',
    title: 'Not Found',
    detail: 'No route of this API has this path and method; check both, and that the path begins with the stage.',
  },
  UNAUTHORIZED: {
    status: 401,
    code: 'UNAUTHORIZED',
    title: 'Unauthorized',
    detail: 'The request carries no valid token; sign in and send the ID token as Authorization: Bearer.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  },
  ACCESS_DENIED: {
    status: 403,
    code: 'FORBIDDEN',
    title: 'Forbidden',
    detail: 'The token does not give the right to this; sign in as somebody who has it.',
  },
  AUTHORIZER_FAILURE: {
    status: 503,
    code: 'SIGN_IN_UNAVAILABLE',
    title: 'Service Unavailable',
    detail:
      'The keys that tokens are checked with are out of reach; send the request again after the seconds in Retry-After.',
    headers: { 'Retry-After': '1' },
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    code: 'BODY_TOO_LARGE',
    title: 'Content Too Large',
    detail: 'The request body is larger than the API takes; send less.',
  },
  THROTTLED: {
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    title: 'Too Many Requests',
    detail: 'The API is busy; wait as long as Retry-After says and send the request again.',
    headers: { 'Retry-After': '1' },
  },
  INTEGRATION_FAILURE: {
    status: 502,
    code: 'BAD_FUNCTION_RESPONSE',
    title: 'Bad Gateway',
    detail: 'The function behind this route failed or gave no valid answer; its log, found by requestId, says why.',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    code: 'FUNCTION_TIMEOUT',
    title: 'Gateway Timeout',
    detail: 'The function behind this route did not answer in time; the request may or may not have taken effect.',
  },
  // A firewall stands before the API on AWS alone.
  WAF_FILTERED: {
    status: 403,
    code: 'REQUEST_BLOCKED',
    title: 'Forbidden',
    detail: 'The firewall let the request not pass; send fewer, or give requestId when you report it.',
  },
  // Whatever else API Gateway refuses by itself, all with this status.
  DEFAULT_4XX: {
    status: 400,
    code: 'BAD_REQUEST',
    title: 'Bad Request',
    detail: 'The API could not take the request as it was sent; check its path, headers and body.',
  },
  DEFAULT_5XX: {
    status: 500,
    code: 'GATEWAY_ERROR',
    title: 'Internal Server Error',
    detail: 'The API could not handle the request; try again, and give requestId when you report it.',
  },
};

export interface RestApiOptions {
  /** `'ANY /orders/{proxy+}': orders`. A path answers with and without a trailing slash. */
  routes: Record<string, LambdaFunction>;
  /** Whose ID tokens the routes ask for. */
  authorizer?: UserPool;
  /** Those of the routes that ask for none. */
  public?: readonly string[];
}

/** A regional REST API with Lambda proxy integrations; the gateway's own errors are problem documents (RFC 9457). */
export function restApi(name: string, { routes, authorizer, public: open = [] }: RestApiOptions): RestApi {
  const subject = `rest-api "${name}"`;
  mustBeLogical(name, subject);
  for (const route of open)
    must(
      Object.hasOwn(routes, route),
      subject,
      `public route "${route}" is none of its routes; name it as it stands there`,
    );
  const parsed = Object.entries(routes).map(([route, target]) => ({
    ...parseRoute(subject, route, target),
    public: open.includes(route),
  }));
  must(parsed.length > 0, subject, 'it has no routes; give at least one, such as { "ANY /orders": orders }');
  const taken = new Map<string, string>();
  for (const { method, path } of parsed) {
    const shape = `${method} ${path.replaceAll(/\{[^}]+?(\+?)\}/g, '{$1}')}`;
    const other = taken.get(shape);
    must(other === undefined, subject, `routes "${other}" and "${method} ${path}" answer the same requests; keep one`);
    taken.set(shape, `${method} ${path}`);
  }
  mustNameParametersAlike(subject, parsed);
  return {
    kind: 'rest-api',
    name,
    routes: parsed,
    authorizer,
    problems: PROBLEMS,
    tracing: true,
    accessLogRetention: days(30),
  };
}

/** API Gateway takes one variable name at a place: /a/{id} and /a/{name}/b cannot be siblings. */
function mustNameParametersAlike(subject: string, routes: readonly Route[]): void {
  const names = new Map<string, string>();
  for (const { path } of routes) {
    const segments = path.split('/').slice(1);
    for (const [index, segment] of segments.entries()) {
      if (!segment.startsWith('{') || segment.endsWith('+}')) continue;
      const place = segments
        .slice(0, index)
        .join('/')
        .replaceAll(/\{[^}]+\}/g, '{}');
      const other = names.get(place) ?? segment;
      must(
        other === segment,
        subject,
        `parameters ${other} and ${segment} stand at the same place of a path; give them one name`,
      );
      names.set(place, segment);
    }
  }
}

function parseRoute(subject: string, route: string, target: LambdaFunction): Omit<Route, 'public'> {
  const [method = '', path = '', ...rest] = route.split(' ');
  must(
    METHODS.includes(method as HttpMethod) && rest.length === 0,
    subject,
    `route "${route}" must read "METHOD /path" with a method of ${METHODS.join(', ')}`,
  );
  const segments = path.split('/').slice(1);
  must(
    path.startsWith('/') && segments.length > 0 && segments.every((segment) => SEGMENT.test(segment)),
    subject,
    `route "${route}": the path must be segments such as /orders/{orderId}, without a slash at the end`,
  );
  must(
    segments.slice(0, -1).every((segment) => !segment.endsWith('+}')),
    subject,
    `route "${route}": a greedy parameter such as {proxy+} can only be the last segment`,
  );
  must(
    target.protocol === 'http',
    subject,
    `route "${route}" leads to ${target.name}, which is no HTTP function; declare it with httpFunction`,
  );
  must(
    target.timeout <= LONGEST_INTEGRATION,
    subject,
    `route "${route}": ${target.name} may run ${target.timeout} s, but API Gateway waits ${LONGEST_INTEGRATION} s at most; lower its timeout`,
  );
  return { method: method as HttpMethod, path, target };
}
