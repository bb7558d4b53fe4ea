/** An HTTP service as a server of its own, with the variables that its Lambda function would have. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { end } from '../child-process.js';
import { functionEnvironment } from '../function/function-environment.js';
import { functionLogGroup } from '../function/function-pool.js';
import { lines } from '../function/lines.js';
import { StartError } from '../start-error.js';
import { functionNamed } from './container-frame.js';
import { JournalLink } from './journal-link.js';
import { writeLines } from './log-lines.js';
import { type Role } from './role.js';

/** Longer than a service takes to end its requests. */
const PATIENCE_MS = 9_500;
/** Of Lambda's own Node.js; the gateway adds headers to those of the caller. */
const NODE_FLAGS = ['--enable-source-maps', '--max-http-header-size=81920'];

export const startService: Role = (frame, name) => {
  const lambda = functionNamed(name, frame);
  const { journal, container, root } = frame;
  const main = ['main.cjs', 'main.js']
    .map((file) => join(root, lambda.entry, 'src', file))
    .find((file) => existsSync(file));
  if (main === undefined) throw new StartError(`Function "${name}" is no HTTP service: ${lambda.entry} has no server.`);
  writeLines(journal, name);
  const link = new JournalLink(journal, container.awsUrl, name);
  const inspect = container.inspect === '' ? [] : [`--inspect=${container.inspect}`];
  const child = spawn(process.execPath, [...NODE_FLAGS, ...inspect, main], {
    env: { ...functionEnvironment(lambda, frame), PORT: String(container.port), HOST: container.host },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const physicalName = frame.physicalName(lambda);
  const place = { logGroup: functionLogGroup(physicalName), logStream: `${name}/${process.pid}` };
  for (const stream of [child.stdout, child.stderr]) {
    const about = { type: 'log', function: physicalName, stderr: stream === child.stderr, ...place } as const;
    const read = lines((line) => journal.record({ ...about, requestId: requestIdIn(line), line }));
    stream.setEncoding('utf8').on('data', read);
  }
  const ended = once(child, 'close').then(
    ([code, signal]) => `${name} ended with ${signal === null ? `exit status ${code}` : String(signal)}`,
  );
  return Promise.resolve({
    broken: ended,
    stop: async () => {
      await end(child, PATIENCE_MS);
      await ended;
      await link.stop();
    },
  });
};

/** The id in a JSON line; other lines belong to no request. */
function requestIdIn(line: string): string {
  return /"requestId":"([A-Za-z0-9-]{8,64})"/.exec(line)?.[1] ?? '';
}
