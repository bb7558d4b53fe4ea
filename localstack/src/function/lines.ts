/**
 * Gives the whole lines of a text that comes in pieces. Split at line feeds alone: readers of Node's own also split at
 * characters that JSON and log lines may hold.
 */
export function lines(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = rest + text.slice(from, end);
      rest = '';
      from = end + 1;
      onLine(line);
    }
    rest += text.slice(from);
  };
}
