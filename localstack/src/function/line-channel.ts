/**
 * JSON messages over a pipe, one a line. A pipe of our own and not Node's IPC: it costs a quarter less on both sides
 * (docs/performance.md), which is most of what an invocation costs.
 */
import { type Socket } from 'node:net';
import { lines } from './lines.js';

export class LineChannel<Received> {
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

  /** How much came from the other side until now. */
  get bytesRead(): number {
    return this.socket.bytesRead;
  }

  /**
   * @param message JSON text
   * @param then called once the system has the whole message: the other side finds it when it reads
   */
  send(message: string, then?: () => void): void {
    this.socket.write(`${message}\n`, then);
  }

  /** Like `send`, but all messages of one turn of the loop go in one write, which wakes the other side once. */
  sendTogether(message: string, then?: () => void): void {
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      setImmediate(() => this.socket.uncork());
    }
    this.send(message, then);
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Calls back after the events of one whole turn of the loop were read, sockets included. */
export const afterReading = (then: () => void): void => void setImmediate(() => setImmediate(then));

/** Undefined when a handler wrote into the channel's own file descriptor. */
function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
