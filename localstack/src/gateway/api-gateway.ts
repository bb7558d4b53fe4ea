/** The API: a REST API with Lambda proxy integrations, one stage, at `/<stage>/...`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type GatewayResponseType, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { BodyTooLargeError, collect } from '../endpoint/forward.js';
import { newTraceRoot, type FunctionPool } from '../function/function-pool.js';
import { type Journal } from '../journal.js';
import { listen, type Listening } from '../listen.js';
import { ApiPages, type ApiPagesOptions } from './api-pages.js';
import { gatewayProblem, requestIdOf } from './gateway-problem.js';
import { proxyEvent } from './proxy-event.js';
import { httpAnswer, type HttpAnswer } from './proxy-response.js';
import { RouteTable } from './route-table.js';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LARGEST_BODY = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT_MS = 29_000;
const NO_BODY: Buffer = Buffer.alloc(0);

export interface ApiGatewayOptions extends Omit<ApiPagesOptions, 'health'> {
  port: number;
  host: string;
  journal: Journal;
  corsOrigins: string;
  poolOf: (lambda: LambdaFunction) => FunctionPool;
  health: ApiPagesOptions['health'];
}

export interface ApiGateway extends Listening {
  /** Requests not yet answered. */
  readonly busy: number;
}

/** Starts the API. @throws StartError when the port is taken */
export async function startApiGateway(options: ApiGatewayOptions): Promise<ApiGateway> {
  const gateway = new Gateway(options);
  const server = createServer((incoming, outgoing) => void gateway.handle(incoming, outgoing));
  const listening = await listen(server, options, { purpose: 'the API', variable: 'PORT' });
  return {
    ...listening,
    get busy() {
      return gateway.busy;
    },
  };
}

/** A request while it is on its way. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly method: string;
  /** Without the stage and the query. */
  readonly path: string;
  readonly query: string;
  readonly requestId: string;
  readonly receivedAt: Date;
}

interface Answered {
  readonly answer: HttpAnswer;
  readonly function?: string;
}

class Gateway {
  busy = 0;
  private readonly routes: RouteTable;
  private readonly pages: ApiPages;

  constructor(private readonly options: ApiGatewayOptions) {
    this.routes = new RouteTable(options.api);
    this.pages = new ApiPages(options);
  }

  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const started = performance.now();
    const [path = '/', query = ''] = splitOnce(url, '?');
    const requestId = randomUUID();
    this.busy += 1;
    const { answer, function: name } = await this.answer({
      incoming,
      method,
      path,
      query,
      requestId,
      receivedAt: new Date(),
    });
    this.busy -= 1;
    outgoing.writeHead(answer.status, { 'x-amzn-requestid': requestId, ...answer.headers });
    outgoing.end(method === 'HEAD' ? undefined : answer.body);
    this.options.journal.record({
      type: 'request',
      requestId: String(answer.headers['x-request-id'] ?? requestId),
      method,
      path,
      status: answer.status,
      durationMs: performance.now() - started,
      ...(name === undefined ? {} : { function: name }),
    });
  }

  private async answer(exchange: Exchange): Promise<Answered> {
    const { incoming, method } = exchange;
    const path = this.belowStage(exchange.path);
    if (path === undefined) return this.problem(exchange, 'MISSING_AUTHENTICATION_TOKEN');
    const isRead = method === 'GET' || method === 'HEAD';
    const page = isRead ? this.pages.answer(path, `http://${incoming.headers.host ?? 'localhost'}`) : undefined;
    if (page) return { answer: page };
    const match = this.routes.find(method, path);
    if (match === undefined) return this.problem(exchange, 'MISSING_AUTHENTICATION_TOKEN');
    let body = NO_BODY;
    try {
      if (hasBody(incoming)) body = await collect(incoming, LARGEST_BODY);
    } catch (error) {
      // Whoever hung up in the middle of a body reads no answer.
      return this.problem(exchange, error instanceof BodyTooLargeError ? 'REQUEST_TOO_LARGE' : 'DEFAULT_5XX');
    }
    const traceRoot = newTraceRoot();
    const { stage, api } = this.options;
    const event = proxyEvent({ ...exchange, path, body, match, stage, apiId: api.name, traceRoot });
    return this.integrate(exchange, event, match.target, traceRoot);
  }

  private async integrate(
    exchange: Exchange,
    event: unknown,
    target: LambdaFunction,
    traceRoot: string,
  ): Promise<Answered> {
    const pool = this.options.poolOf(target);
    const invocation = await within(INTEGRATION_TIMEOUT_MS, pool.invoke(event, { requestId: randomUUID(), traceRoot }));
    if (invocation === undefined) return this.problem(exchange, 'INTEGRATION_TIMEOUT', target);
    if (invocation.throttled === true) return this.problem(exchange, 'THROTTLED', target);
    const answer = invocation.error ? undefined : httpAnswer(invocation.value);
    return answer ? { answer, function: target.name } : this.problem(exchange, 'INTEGRATION_FAILURE', target);
  }

  /** The path below `/<stage>`, or undefined when it is not in this stage. */
  private belowStage(path: string): string | undefined {
    const prefix = `/${this.options.stage}`;
    if (path === prefix) return '/';
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  }

  private problem({ incoming, requestId }: Exchange, type: GatewayResponseType, target?: LambdaFunction): Answered {
    // An unread body would keep the connection from its next request.
    incoming.resume();
    const id = requestIdOf(incoming.headers['x-request-id'], requestId);
    const answer = gatewayProblem(this.options.api, type, id, this.options.corsOrigins);
    return { answer, ...(target ? { function: target.name } : {}) };
  }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6 */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The promise's value, or undefined when it takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}
