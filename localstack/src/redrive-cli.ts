/**
 * `npm run redrive -- <dead-letter queue> [<destination>]`: dead letters of a running stack go back to their queue.
 * `npm run redrive -- --pipe <pipe>`: the records that a pipe gave up go to its target again.
 */
import { parseArgs } from 'node:util';
import { ListMessageMoveTasksCommand, SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { CREDENTIALS, queueArn, REGION } from './account.js';

const HELP = `Usage: npm run redrive -- <dead-letter queue> [<destination queue>]
       npm run redrive -- --pipe <pipe>

Moves all messages of a dead-letter queue of the running stack back to the queue they came from, or to another.
With --pipe, delivers the records of the batches that a pipe gave up once more: its dead letters hold none.
Queues are named as "aws sqs list-queues" names them, such as tabletop-dev-product-purchases-dead.fifo.
The stack is asked at AWS_ENDPOINT_URL, by default http://127.0.0.1:4566.
`;

/** How often the task is asked after. */
const ASK_MS = 200;

async function redrive(source: string, destination: string | undefined, endpoint: string): Promise<void> {
  const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });
  const SourceArn = queueArn(source);
  const DestinationArn = destination === undefined ? undefined : queueArn(destination);
  try {
    await client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
  } catch (error) {
    if (/must be configured as a Dead Letter Queue/.test((error as Error).message))
      throw new Error(`${source} is no queue's dead-letter queue. Is it a pipe's? Then name the pipe: --pipe <pipe>`, {
        cause: error,
      });
    throw error;
  }
  for (;;) {
    const { Results: [task] = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
    if (task?.Status === 'RUNNING') {
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      continue;
    }
    client.destroy();
    const { ApproximateNumberOfMessagesMoved: moved = 0, DestinationArn: to = '' } = task ?? {};
    if (task?.Status !== 'COMPLETED') throw new Error(`${task?.Status}: ${task?.FailureReason}; ${moved} were moved`);
    process.stdout.write(`${moved} message${moved === 1 ? '' : 's'} moved to ${to.split(':').at(-1)}.\n`);
    return;
  }
}

async function redrivePipe(name: string, endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/_tabletop/pipes/${encodeURIComponent(name)}/redrive?id=all`, {
    method: 'POST',
  });
  const body = (await answer.json()) as { message?: string } | { delivered: number; left: number; error?: string }[];
  if (!Array.isArray(body)) throw new Error(body.message ?? `The stack answered ${answer.status}`);
  const total = (of: 'delivered' | 'left'): number => body.reduce((sum, batch) => sum + batch[of], 0);
  process.stdout.write(`${total('delivered')} of ${total('delivered') + total('left')} records delivered.\n`);
  const failed = body.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) throw new Error(`The others are kept: ${failed.error}`);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean' }, pipe: { type: 'string' } },
});
const [source, destination] = positionals;
if (values.help === true || (source === undefined && values.pipe === undefined)) {
  process.stdout.write(HELP);
  process.exitCode = values.help === true ? 0 : 1;
} else {
  const endpoint = process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566';
  const done =
    values.pipe === undefined ? redrive(source ?? '', destination, endpoint) : redrivePipe(values.pipe, endpoint);
  done.catch((error: unknown) => {
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    const refused = [code, cause?.code].includes('ECONNREFUSED');
    const why = refused
      ? `No stack answers at ${endpoint}; start it, or set AWS_ENDPOINT_URL.`
      : (error as Error).message;
    process.stderr.write(`${why}\n`);
    process.exitCode = 1;
  });
}
