/** The local API as a caller meets it: which function answers a route, who is asked for a token, what the gateway says. */
import { type GatewayResponseType, type RestApi } from '../../../libs/topology/src/model.js';
import { type LocalStack } from '../../../localstack/src/local-stack.js';
import { gatewayProblem } from '../../../localstack/src/gateway/gateway-problem.js';
import { type Logical } from './wording.js';

/** A route as either side shows it. */
export interface RouteFact {
  readonly method: string;
  readonly path: string;
  readonly target: string | undefined;
  /** Whether a request without a token is turned away. */
  readonly token: boolean;
  /** The same for a browser's preflight. */
  readonly preflightToken: boolean;
}

export const byPath = (a: RouteFact, b: RouteFact): number =>
  `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1;

const REQUEST_ID = 'request-id-0';

/**
 * Tries the routes.
 * @param token of the pool whose tokens the API takes
 */
export async function routesOf(
  stack: LocalStack,
  { routes }: RestApi,
  token: string,
  logical: Logical,
): Promise<RouteFact[]> {
  const found = routes.map(async ({ method, path }) => {
    const sent = method === 'ANY' ? 'GET' : method;
    return {
      method,
      path,
      target: (await answered(stack, sent, path, logical, token)).by,
      token: isTurnedAway(await answered(stack, sent, path, logical)),
      preflightToken: isTurnedAway(await answered(stack, 'OPTIONS', path, logical)),
    };
  });
  return (await Promise.all(found)).sort(byPath);
}

interface Answered {
  readonly status: number;
  /** The function; undefined where the gateway itself did. */
  readonly by: string | undefined;
}

/** By the gateway: a function may ask for more than a token of the pool. */
const isTurnedAway = ({ status, by }: Answered): boolean => status === 401 && by === undefined;

let requests = 0;

async function answered(
  stack: LocalStack,
  method: string,
  path: string,
  logical: Logical,
  token?: string,
): Promise<Answered> {
  const requestId = `parity-${String(++requests).padStart(4, '0')}`;
  const { status } = await fetch(`${stack.apiUrl}${path.replaceAll(/\{[^}]+\}/g, 'nothing')}`, {
    method,
    headers: { 'x-request-id': requestId, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  const entry = await stack.journal.waitFor((each) => each.type === 'request' && each.requestId === requestId, 5000);
  const by = entry.type === 'request' ? entry.function : undefined;
  return { status, by: by === undefined ? undefined : logical(by) };
}

/** A problem document as either side shows it. */
export interface ProblemFact {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Each by the gateway's own words for it; those that a caller can bring about at will, as a caller got them. */
export async function problemsOf({ apiUrl }: LocalStack, api: RestApi): Promise<Record<string, ProblemFact>> {
  const problems = Object.fromEntries(
    Object.keys(api.problems).map((type) => {
      const { status, headers, body } = gatewayProblem(api, type as GatewayResponseType, REQUEST_ID, '');
      return [type, problemFact(status, headers as Record<string, string>, String(body), REQUEST_ID)];
    }),
  );
  const asking = api.routes.find(({ public: open }) => !open);
  const provoked = { MISSING_AUTHENTICATION_TOKEN: '/no/such/route', UNAUTHORIZED: asking?.path ?? '/' };
  for (const [type, path] of Object.entries(provoked)) {
    const answer = await fetch(`${apiUrl}${path}`, { headers: { 'x-request-id': REQUEST_ID } });
    // The others are HTTP's own: date, length, connection.
    const told = [...answer.headers].filter(([name]) => name in (problems[type]?.headers ?? {}));
    problems[type] = problemFact(answer.status, Object.fromEntries(told), await answer.text(), REQUEST_ID);
  }
  return problems;
}

/** @param requestId as it stands in headers and body */
export function problemFact(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  requestId: string,
): ProblemFact {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.replace(requestId, '<id>')]);
  return {
    status,
    headers: Object.fromEntries(named) as Record<string, string>,
    body: JSON.parse(body.replace(requestId, '<id>')),
  };
}
