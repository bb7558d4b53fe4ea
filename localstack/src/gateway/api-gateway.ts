/** The API: a REST API with proxy integrations, one stage, at `/<stage>/...`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type TokenVerifier } from '../../../libs/shared/src/auth/token-verifier.js';
import { type GatewayResponseType, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { BodyTooLargeError, collect } from '../endpoint/forward.js';
import { type Journal } from '../journal.js';
import { listen, type Listening } from '../listen.js';
import { authorize, type TextClaims } from './authorizer.js';
import { ApiPages, type ApiHealth, type ApiPagesOptions } from './api-pages.js';
import { gatewayProblem, requestIdOf } from './gateway-problem.js';
import { type Integration } from './integration.js';
import { type HttpAnswer } from './proxy-response.js';
import { RouteTable } from './route-table.js';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LARGEST_BODY = 10 * 1024 * 1024;
const NO_BODY: Buffer = Buffer.alloc(0);
/** Who presses Ctrl-C does not wait long. */
const GRACE_MS = 800;

export interface ApiGatewayOptions extends Omit<ApiPagesOptions, 'health' | 'authorizer'> {
  /** Physical name. */
  name: string;
  port: number;
  host: string;
  journal: Journal;
  /** Undefined where no route asks for a token. */
  authorizer: TokenVerifier | undefined;
  /** What is behind the routes. */
  integration: Integration;
  /** What requests need beside the functions, by name, and whether it answers: its absence is the API's too. */
  needs?: Readonly<Record<string, () => Promise<boolean>>>;
  /** How long a stop waits for the requests under way. */
  graceMs?: number;
}

export interface ApiGateway extends Listening {
  /** Requests not yet answered. */
  readonly busy: number;
}

/** Starts the API. @throws StartError when the port is taken */
export async function startApiGateway(options: ApiGatewayOptions): Promise<ApiGateway> {
  const gateway = new Gateway(options);
  const server = createServer((incoming, outgoing) => void gateway.handle(incoming, outgoing));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket));
  const listening = await listen(server, options, {
    purpose: 'the API',
    variable: 'PORT',
    graceMs: options.graceMs ?? GRACE_MS,
  });
  return {
    ...listening,
    get busy() {
      return gateway.busy;
    },
  };
}

/** What is no HTTP request, or has a head over 16 KiB, never becomes one: the socket gets a problem document. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const [status, title] = tooLarge ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
  const code = tooLarge ? 'HEADERS_TOO_LARGE' : 'MALFORMED_REQUEST';
  const body = JSON.stringify({ type: 'about:blank', title, status, code, requestId: randomUUID() });
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
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
  readonly page?: true;
}

class Gateway {
  busy = 0;
  private readonly routes: RouteTable;
  private readonly pages: ApiPages;

  constructor(private readonly options: ApiGatewayOptions) {
    this.routes = new RouteTable(options.api);
    const { integration, api, needs } = options;
    const targets = [...new Set(api.routes.map(({ target }) => target))];
    const isAlive = async (target: LambdaFunction): Promise<[string, boolean]> => [
      target.name,
      await integration.isAlive(target),
    ];
    const health = async (): Promise<ApiHealth> => {
      const asked = Object.entries(needs ?? {}).map(async ([need, ask]): Promise<[string, boolean]> => [
        need,
        await ask(),
      ]);
      const [functions, others] = await Promise.all([Promise.all(targets.map(isAlive)), Promise.all(asked)]);
      return {
        functions: Object.fromEntries(functions),
        ...(needs !== undefined && { needs: Object.fromEntries(others) }),
      };
    };
    this.pages = new ApiPages({ ...options, health });
  }

  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const started = performance.now();
    const [path = '/', query = ''] = splitOnce(url, '?');
    const requestId = randomUUID();
    this.busy += 1;
    const { answer, ...by } = await this.answerOrFail({
      incoming,
      method,
      path,
      query,
      requestId,
      receivedAt: new Date(),
    });
    this.busy -= 1;
    const hasContent = method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
    outgoing.writeHead(answer.status, {
      'x-amzn-requestid': requestId,
      ...answer.headers,
      // Of an unknown length it would be sent in chunks, which costs both sides more.
      ...(hasContent && { 'content-length': Buffer.byteLength(answer.body) }),
    });
    outgoing.end(hasContent ? answer.body : undefined);
    this.options.journal.record({
      type: 'request',
      requestId: String(answer.headers['x-request-id'] ?? requestId),
      method,
      path,
      status: answer.status,
      api: this.options.name,
      stage: this.options.stage,
      durationMs: performance.now() - started,
      ...by,
    });
  }

  /** Whatever goes wrong in the gateway itself is this caller's answer and nobody else's end. */
  private async answerOrFail(exchange: Exchange): Promise<Answered> {
    try {
      return await this.answer(exchange);
    } catch (error) {
      this.options.journal.record({ type: 'stack', what: `the API failed on a request: ${String(error)}` });
      return this.problem(exchange, 'DEFAULT_5XX');
    }
  }

  private async answer(exchange: Exchange): Promise<Answered> {
    const { incoming, method } = exchange;
    const path = this.belowStage(exchange.path);
    if (path === undefined) return this.problem(exchange, 'MISSING_AUTHENTICATION_TOKEN');
    const match = this.routes.find(method, path);
    if (match === undefined) {
      const { host = 'localhost', origin } = incoming.headers;
      const page = await this.pages.answer(method, path, { base: `http://${host}`, origin });
      return page
        ? { ...this.answerUnread(exchange, page), page: true }
        : this.problem(exchange, 'MISSING_AUTHENTICATION_TOKEN');
    }
    let claims: TextClaims | undefined;
    const { authorizer } = this.options;
    // A browser's preflight carries no token.
    if (authorizer !== undefined && !match.public && method !== 'OPTIONS') {
      const verdict = await authorize(authorizer, incoming.headers.authorization);
      if ('refusal' in verdict) return this.problem(exchange, verdict.refusal);
      ({ claims } = verdict);
    }
    let body = NO_BODY;
    try {
      if (hasBody(incoming)) body = await collect(incoming, LARGEST_BODY);
    } catch (error) {
      // Whoever hung up in the middle of a body reads no answer.
      return this.problem(exchange, error instanceof BodyTooLargeError ? 'REQUEST_TOO_LARGE' : 'DEFAULT_5XX');
    }
    const { stage, api, integration } = this.options;
    const answer = await integration.answer({ ...exchange, path, body, match, stage, apiId: api.name, claims });
    if (typeof answer === 'string') return this.problem(exchange, answer, match.target);
    return { answer, function: match.target.name };
  }

  /** The path below `/<stage>`, or undefined when it is not in this stage. */
  private belowStage(path: string): string | undefined {
    const prefix = `/${this.options.stage}`;
    if (path === prefix) return '/';
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  }

  /** An unread body would keep the connection from its next request. */
  private answerUnread({ incoming }: Exchange, answer: HttpAnswer): Answered {
    incoming.resume();
    return { answer };
  }

  private problem(exchange: Exchange, type: GatewayResponseType, target?: LambdaFunction): Answered {
    const { incoming, requestId } = exchange;
    const id = requestIdOf(incoming.headers['x-request-id'], requestId);
    const answer = gatewayProblem(this.options.api, type, id, this.options.corsOrigins);
    return { ...this.answerUnread(exchange, answer), ...(target ? { function: target.name } : {}) };
  }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6 */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
