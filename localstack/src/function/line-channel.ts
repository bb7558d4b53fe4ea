/**
 * JSON messages over a pipe, one a line. A pipe of our own and not Node's IPC: it costs a quarter less on both sides
 * (docs/performance.md), which is most of what an invocation costs.
 */
import { type Socket } from 'node:net';
import { lines } from './lines.js';

export class LineChannel<Sent, Received> {
  /** @param onClose called when the other side is gone, or has said what is no message */
  constructor(
    private readonly socket: Socket,
    onMessage: (message: Received) => void,
    onClose: () => void,
  ) {
    const read = lines((line) => {
      const message = parse<Received>(line);
      if (message === undefined) socket.destroy();
      else onMessage(message);
    });
    socket.setEncoding('utf8').on('data', read);
    // A write to a process that has just ended fails; its end is told by `close`.
    socket.on('error', () => socket.destroy());
    socket.once('close', onClose);
  }

  /** @throws TypeError for what JSON cannot say */
  send(message: Sent, then?: () => void): void {
    this.socket.write(`${JSON.stringify(message)}\n`, then);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Undefined when a handler wrote into the channel's own file descriptor. */
function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
