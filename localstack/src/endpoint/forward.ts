/** Sends a request on to a backend over kept-alive connections and gives its answer. */
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent, errors, type Dispatcher } from 'undici';
import { endToEnd } from '../hop-by-hop.js';
import { awsError, unavailable, type AwsResponse } from './aws-response.js';
import { type AwsRequest } from './aws-request.js';
import { type AddressesOf, connectTo } from './connect.js';
import { isPoll } from './observe.js';

/** Longer than SQS's longest poll (20 s), so that only a hanging backend is cut off. */
const PATIENCE_MS = 30_000;
/** To one backend. */
const MOST_CONNECTIONS = 128;
const SAID_ANEW = ['content-length', 'expect', 'host'];

export class Forwarder {
  /**
   * Not Node's own client: a call of a function to its table costs the stack a fifth less with this one, and each request
   * to the API waits for such calls (docs/performance.md).
   */
  private readonly agent: Agent;

  /** @param patienceMs how long an answer may take, and how long one that has begun may pause */
  constructor(patienceMs = PATIENCE_MS, addressesOf?: AddressesOf) {
    this.agent = new Agent({
      ...{ connections: MOST_CONNECTIONS, headersTimeout: patienceMs, bodyTimeout: patienceMs },
      connect: ({ hostname: host, port }, callback) =>
        void connectTo({ host, port: Number(port) }, addressesOf).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        ),
    });
  }

  /** The backend's answer, or a 503 that clients retry when it is away. */
  async send(origin: string, aws: AwsRequest, body: Buffer = aws.body): Promise<AwsResponse> {
    try {
      return await this.exchange(origin, aws, body);
    } catch (error) {
      if (error instanceof errors.InvalidArgumentError) return awsError(aws, 400, 'ValidationException', error.message);
      // Nobody reads it, and nobody failed.
      if (error instanceof CallerGone) return { ...unavailable(aws, 'The caller has gone.'), untold: true };
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      return unavailable(aws, `The backend of ${aws.service} does not answer (${reason}); try again.`);
    }
  }

  close(): void {
    void this.agent.destroy();
  }

  private exchange(origin: string, aws: AwsRequest, body: Buffer): Promise<AwsResponse> {
    const { method, url: path, headers, caller } = aws;
    return new Promise((resolve, reject) => {
      // A poll that goes on for nobody would take messages off their queue; what else was asked for goes to its end.
      const answer = new Answer(isPoll(aws) ? caller : undefined, resolve, reject);
      this.agent.dispatch({ origin, path, method, headers: endToEnd(headers, SAID_ANEW), body }, answer);
    });
  }
}

class CallerGone extends Error {}

/** Gathers a backend's answer, and gives the exchange up when the caller it is told of has gone. */
class Answer implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status = 502;
  private headers: OutgoingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly caller: AwsRequest['caller'],
    private readonly resolve: (response: AwsResponse) => void,
    private readonly reject: (error: Error) => void,
  ) {
    caller?.once('close', this.giveUp);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.caller?.closed === true) this.giveUp();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = endToEnd(headers, SAID_ANEW);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.caller?.off('close', this.giveUp);
    this.resolve({ status: this.status, headers: this.headers, body: whole(this.chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.caller?.off('close', this.giveUp);
    this.reject(error);
  }

  private readonly giveUp = (): void => this.controller?.abort(new CallerGone());
}

const whole = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);

/**
 * The whole body of a message.
 * @throws BodyTooLargeError past `limit` bytes; what follows is read and dropped, so that an answer can be sent
 */
export function collect(message: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = (): void => {
      if (!message.readableEnded) reject(new Error('the message was cut off'));
    };
    // No event tells of it a second time.
    if (message.destroyed) return void cutOff();
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    message.once('end', () => (size > limit ? reject(new BodyTooLargeError(limit)) : resolve(whole(chunks))));
    message.once('error', reject);
    message.once('close', cutOff);
  });
}

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(limit: number) {
    super(`The body is larger than ${limit} bytes.`);
  }
}
