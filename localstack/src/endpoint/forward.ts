/** Sends a request on to a backend over kept-alive connections and gives its answer. */
import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { unavailable, type AwsResponse } from './aws-response.js';
import { type AwsRequest } from './aws-request.js';

/** Longer than SQS's longest poll (20 s), so that only a hanging backend is cut off. */
const PATIENCE_MS = 30_000;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect']);

export class Forwarder {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128, scheduling: 'lifo' });

  /** @param patienceMs how long an answer may take */
  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** The backend's answer, or a 503 that clients retry when it is away. */
  async send(origin: string, aws: AwsRequest, body: Buffer = aws.body): Promise<AwsResponse> {
    try {
      return await this.exchange(origin, aws, body);
    } catch (error) {
      // Nobody reads it, and nobody failed.
      if (aws.caller?.closed === true) return { ...unavailable(aws, 'The caller has gone.'), untold: true };
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      return unavailable(aws, `The backend of ${aws.service} does not answer (${reason}); try again.`);
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(origin: string, aws: AwsRequest, body: Buffer): Promise<AwsResponse> {
    const { hostname, port } = new URL(origin);
    const headers: OutgoingHttpHeaders = {};
    for (const [name, value] of Object.entries(aws.headers)) if (!HOP_BY_HOP.has(name)) headers[name] = value;
    headers['content-length'] = body.length;
    const { caller } = aws;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { hostname, port, method: aws.method, path: aws.url, headers, agent: this.agent },
        (incoming) => void collect(incoming).then((body) => resolve(toResponse(incoming, body)), reject),
      );
      outgoing.setTimeout(this.patienceMs, () => outgoing.destroy(new Error(`no answer in ${this.patienceMs} ms`)));
      const giveUp = (): void => void outgoing.destroy(new Error('the caller has gone'));
      // A poll that goes on for nobody would take messages off their queue.
      caller?.once('close', giveUp);
      outgoing.on('close', () => caller?.off('close', giveUp));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

function toResponse(incoming: IncomingMessage, body: Buffer): AwsResponse {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(incoming.headers)) if (!HOP_BY_HOP.has(name)) headers[name] = value;
  return { status: incoming.statusCode ?? 502, headers, body };
}

/**
 * The whole body of a message.
 * @throws BodyTooLargeError past `limit` bytes; what follows is read and dropped, so that an answer can be sent
 */
export async function collect(message: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new BodyTooLargeError(limit);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(limit: number) {
    super(`The body is larger than ${limit} bytes.`);
  }
}
