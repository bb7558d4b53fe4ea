/**
 * HTTP proxy integrations: the services behind the API are servers. What they get of a request, and what the caller gets
 * of an answer, is what a Lambda proxy integration would have passed on.
 */
import { request as send, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type GatewayResponseType, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { type AddressesOf, ContainerAgent } from '../endpoint/connect.js';
import { collect } from '../endpoint/forward.js';
import { newTraceRoot } from '../function/function-pool.js';
import { endToEnd, HOP_BY_HOP } from '../hop-by-hop.js';
import { requestIdOf } from './gateway-problem.js';
import { type Integration, type IntegrationRequest } from './integration.js';
import { type HttpAnswer, LARGEST_ANSWER } from './proxy-response.js';

/** Said anew by the gateway's own server. */
const SAID_ANEW = ['content-length', 'date'];
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const STALE = new Set(['ECONNRESET', 'EPIPE']);
const HEALTH_PATIENCE_MS = 2_000;

class IntegrationTimeout extends Error {}

export class HttpIntegration implements Integration {
  private readonly agent: ContainerAgent;

  /**
   * @param originOf where a function's server listens
   * @param timeoutMs API Gateway's own is 29 s
   */
  constructor(
    private readonly originOf: (name: string) => string,
    private readonly timeoutMs: number,
    addressesOf?: AddressesOf,
  ) {
    this.agent = new ContainerAgent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' }, addressesOf);
  }

  async answer(request: IntegrationRequest): Promise<HttpAnswer | GatewayResponseType> {
    try {
      return await this.exchange(request);
    } catch (error) {
      return error instanceof IntegrationTimeout ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE';
    }
  }

  async isAlive({ name }: LambdaFunction): Promise<boolean> {
    try {
      const url = `${this.originOf(name)}/health/ready`;
      const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_PATIENCE_MS) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      // Whatever the reason, it takes no requests.
      return false;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(request: IntegrationRequest, again = false): Promise<HttpAnswer> {
    const { incoming, body, match } = request;
    const { hostname, port } = new URL(this.originOf(match.target.name));
    const { method = 'GET' } = incoming;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        { hostname, port, method, path: pathOf(request), headers: headersOf(request), agent: this.agent },
        (response) =>
          void collect(response, LARGEST_ANSWER).then((content) => resolve(answerOf(response, content)), reject),
      );
      const timer = setTimeout(() => {
        reject(new IntegrationTimeout());
        outgoing.destroy();
      }, this.timeoutMs);
      outgoing.once('close', () => clearTimeout(timer));
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        // The server may have closed an idle connection just as it was taken; what changes nothing is asked anew.
        const isStale = outgoing.reusedSocket && STALE.has(error.code ?? '') && SAFE_METHODS.has(method);
        if (isStale && !again) this.exchange(request, true).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });
  }
}

/** Values of a query are read and written anew, as on their way through an event. */
function pathOf({ path, query }: IntegrationRequest): string {
  if (query === '') return path;
  const pairs = [...new URLSearchParams(query)].map((pair) => pair.map((text) => encodeURIComponent(text)).join('='));
  return `${path}?${pairs.join('&')}`;
}

function headersOf({ incoming, requestId, body }: IntegrationRequest): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  const { rawHeaders, socket } = incoming;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (HOP_BY_HOP.has(name) || name === 'expect') continue;
    const before = headers[name];
    headers[name] = before === undefined ? rawHeaders[at + 1] : `${String(before)}, ${rawHeaders[at + 1] ?? ''}`;
  }
  const client = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1';
  const { 'x-forwarded-for': before } = headers;
  return {
    ...headers,
    'content-length': body.length,
    // A caller that names no request id gets the gateway's, so that one id leads through both logs.
    'x-request-id': requestIdOf(incoming.headers['x-request-id'], requestId),
    'x-amzn-trace-id': `Root=${newTraceRoot()}`,
    'x-forwarded-for': before === undefined ? client : `${String(before)}, ${client}`,
    'x-forwarded-port': String(socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
}

function answerOf(response: IncomingMessage, body: Buffer): HttpAnswer {
  return { status: response.statusCode ?? 502, headers: endToEnd(response.headers, SAID_ANEW), body };
}
