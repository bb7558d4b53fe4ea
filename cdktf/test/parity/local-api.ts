/** The local API as a caller meets it: which function answers a route, who is asked for a token, what the gateway says. */
import { type GatewayResponseType, type RestApi } from '../../../libs/topology/src/model.js';
import { type LocalStack } from '../../../localstack/src/local-stack.js';
import { gatewayProblem } from '../../../localstack/src/gateway/gateway-problem.js';
import { misbehaved } from './misbehaving-api.js';
import { askedFor, problemFact, REQUEST_ID, type ProblemFact } from './problem-fact.js';
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

/** Answers that no request can bring about here, and why: they are worked out from the declaration, as the gateway would. */
export const COMPUTED: Readonly<Record<string, string>> = {
  ACCESS_DENIED: 'no authorizer of ours tells who may from who may not',
  AUTHORIZER_FAILURE: 'the pool’s keys are never out of reach here',
  // A busy function has the same answer here. On AWS that is a failed integration, so asking for it would compare two things.
  THROTTLED: 'API Gateway answers so at its own limit, which the gateway here does not count',
  DEFAULT_5XX: 'only a mistake in the gateway answers so',
  DEFAULT_4XX: 'the gateway here refuses only what has a name of its own',
  WAF_FILTERED: 'a firewall stands before the API on AWS alone',
};

/** What the running stack answers by itself, then what a gateway of the same words does before functions that misbehave. */
export async function problemsOf({ apiUrl }: LocalStack, api: RestApi): Promise<Record<string, ProblemFact>> {
  const asking = api.routes.find(({ public: open }) => !open);
  const told: Record<string, ProblemFact> = {
    MISSING_AUTHENTICATION_TOKEN: await askedFor(`${apiUrl ?? ''}/no/such/route`),
    UNAUTHORIZED: await askedFor(`${apiUrl ?? ''}${asking?.path ?? '/'}`),
    ...(await misbehaved(api)),
  };
  const problems = Object.keys(api.problems).map((type) => {
    if (told[type] !== undefined) return [type, told[type]];
    if (COMPUTED[type] === undefined) throw new Error(`${type}: bring it about by a request, or say why none can`);
    const { status, headers, body } = gatewayProblem(api, type as GatewayResponseType, REQUEST_ID, '');
    return [type, problemFact(status, headers as Record<string, string>, String(body), REQUEST_ID)];
  });
  return Object.fromEntries(problems) as Record<string, ProblemFact>;
}
