/** A service that speaks AWS's JSON protocol, answered for by the test, and a client for it: real requests over HTTP. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer that is an AWS exception. */
export class Refusal {
  constructor(
    readonly name: string,
    readonly status = 400,
  ) {}
}

export class JsonService<Input, Output> {
  /** Inputs of all calls, in order. */
  readonly inputs: Input[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #url = '';

  constructor(private readonly answerFor: (input: Input, call: number) => Output | Refusal) {}

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Rejects as the SDK does. */
  readonly call = async (input: Input, signal: AbortSignal): Promise<Output> => {
    const response = await fetch(this.#url, { method: 'POST', body: JSON.stringify(input), signal });
    const body: unknown = await response.json();
    if (response.ok) return body as Output;
    const { __type: name } = body as { __type: string };
    const $fault = response.status >= 500 ? 'server' : 'client';
    throw Object.assign(new Error(`refused: ${name}`), {
      name,
      $fault,
      $metadata: { httpStatusCode: response.status },
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(await text(request)) as Input;
    this.inputs.push(input);
    const answer = this.answerFor(input, this.inputs.length);
    response.statusCode = answer instanceof Refusal ? answer.status : 200;
    response.end(JSON.stringify(answer instanceof Refusal ? { __type: answer.name } : answer));
  }
}
