/**
 * JSON messages over a pipe, one a line. A pipe of our own and not Node's IPC: it costs a quarter less on both sides
 * (docs/performance.md), which is most of what an invocation costs.
 */
import { type Socket } from 'node:net';

export class LineChannel<Sent, Received> {
  private rest = '';

  /** @param onClose called when the other side is gone */
  constructor(
    private readonly socket: Socket,
    private readonly onMessage: (message: Received) => void,
    onClose: () => void,
  ) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.read(text));
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

  private read(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = this.rest + text.slice(from, end);
      this.rest = '';
      from = end + 1;
      this.onMessage(JSON.parse(line) as Received);
    }
    this.rest += text.slice(from);
  }
}
