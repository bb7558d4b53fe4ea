/** Requests that nobody here looks into go to a backend as they come, and its answers back: of any size, piece by piece. */
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { endToEnd } from '../hop-by-hop.js';
import { serviceOf } from './aws-request.js';
import { unavailable } from './aws-response.js';
import { type AddressesOf, ContainerAgent } from './connect.js';

export class PassThrough {
  private readonly agent: ContainerAgent;

  /** @param origin of the backend */
  constructor(
    private readonly origin: string,
    addressesOf?: AddressesOf,
  ) {
    this.agent = new ContainerAgent({ keepAlive: true, maxSockets: 256, scheduling: 'lifo' }, addressesOf);
  }

  send(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { hostname, port } = new URL(this.origin);
    const { method = 'GET', url = '/', headers: asked } = incoming;
    // What tells no length goes on in pieces as well: Node frames no body of a DELETE by itself.
    const { 'transfer-encoding': pieces } = asked;
    const headers = { ...endToEnd(asked), ...(pieces !== undefined && { 'transfer-encoding': pieces }) };
    const onward = request({ hostname, port, method, path: url, headers, agent: this.agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      pipeline(answer, outgoing, () => undefined);
    });
    onward.once('error', (error: NodeJS.ErrnoException) => {
      if (outgoing.headersSent) return void outgoing.destroy();
      const aws = serviceOf(method, url, headers);
      const message = `The backend of ${aws.service} does not answer (${error.code ?? error.message}); try again.`;
      const { status, headers: own, body } = unavailable(aws, message);
      outgoing.writeHead(status, own).end(body);
    });
    // A caller that goes before the answer has begun would leave its connection to a backend that hangs.
    outgoing.once('close', () => void (outgoing.writableFinished || onward.destroy()));
    pipeline(incoming, onward, () => undefined);
  }

  /** Ends all connections: a caller that waits for what will not come gets its 503. The next call makes a new one. */
  drop(): void {
    this.agent.destroy();
  }

  close(): void {
    this.drop();
  }
}
