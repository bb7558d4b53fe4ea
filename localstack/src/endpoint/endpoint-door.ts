/**
 * The AWS endpoint's port, open before anything behind it is there: functions are told its address while the rest of the
 * stack loads, and calls wait until somebody answers them.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { listen, type Listening, type ListenOptions } from '../listen.js';

/** Its `stop` may be called again. */
export interface EndpointDoor extends Listening {
  /** Who answers from now on, and those that wait. */
  answerBy(listener: RequestListener): void;
}

/** @throws StartError when the port is taken */
export async function openEndpoint(options: ListenOptions): Promise<EndpointDoor> {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  let answer: RequestListener = (incoming, outgoing) => void waiting.push([incoming, outgoing]);
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  // SDKs keep idle connections; the one that closes first must not be us, or a request may meet a closed socket.
  server.keepAliveTimeout = 75_000;
  const listening = await listen(server, options, { purpose: 'the AWS endpoint', variable: 'AWS_PORT', graceMs: 0 });
  let stopping: Promise<void> | undefined;
  return {
    ...listening,
    stop: () => (stopping ??= listening.stop()),
    answerBy: (listener) => {
      answer = listener;
      for (const [incoming, outgoing] of waiting.splice(0)) void listener(incoming, outgoing);
    },
  };
}
