/** Purchases on bad days: what is in the queue is neither lost, nor written twice, nor in the way of others. */
import { after, before, describe, it } from 'node:test';
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queueUrl } from '../../localstack/src/account.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { functionProcess } from '../fixtures/function-process.js';
import { startTabletop } from '../fixtures/tabletop.js';

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

describe('the purchase writer', () => {
  let stack: LocalStack;
  let queues: SQSClient;
  before(async () => {
    stack = await startTabletop();
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    queues = new SQSClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials });
  });
  after(async () => {
    queues.destroy();
    await stack.stop();
  });

  const urlOf = (name: string): string => queueUrl(stack.awsUrl, stack.physicalName('queue', name));
  let sent = 0;
  /** Puts messages into the queue as the service does, past its checks. */
  const put = (messages: readonly { id: string; body: string }[]): Promise<unknown> =>
    queues.send(
      new SendMessageBatchCommand({
        QueueUrl: urlOf('product-purchases.fifo'),
        Entries: messages.map(({ id, body }, n) => ({
          Id: String(n),
          MessageBody: body,
          MessageGroupId: id,
          MessageDeduplicationId: `test-${(sent += 1)}`,
        })),
      }),
    );
  const event = (n: number, second: number, change: object): { id: string; body: string } => {
    const all = { ProductPurchaseId: idOf(n), at: at(second), TimeOfPurchase: at(0), ...change };
    return { id: idOf(n), body: JSON.stringify(all) };
  };
  const read = async (n: number): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${stack.apiUrl}/product-purchase/${idOf(n)}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  /** What happened to a purchase's item, as its stream tells. */
  const recordsOf = (n: number): string[] =>
    stack.journal
      .entries({ type: 'stream-record' })
      .flatMap((entry) =>
        entry.type === 'stream-record' && JSON.stringify(entry.keys).includes(idOf(n)) ? [entry.eventName] : [],
      );

  it('writes an event that comes twice once, and lets no older one undo a newer', async () => {
    const create = event(1, 1, { action: 'create', record: { step: 'created' } });
    const update = event(1, 3, { action: 'update', record: { step: 'updated' } });
    const late = event(1, 2, { action: 'update', record: { step: 'late' } });
    await put([create, create, update, update, late, create]);
    await stack.drained();
    expect((await read(1)).body).toMatchObject({ step: 'updated', action: 'update' });
    // Writing the same again changes nothing, and what changes nothing makes no record.
    expect(recordsOf(1)).toEqual(['INSERT', 'MODIFY']);
  });

  it('brings nothing back that was deleted, whatever comes late', async () => {
    const create = event(7, 1, { action: 'create', record: { step: 'created' } });
    const update = event(7, 2, { action: 'update', record: { step: 'updated' } });
    const after = event(7, 4, { action: 'update', record: { step: 'after' } });
    await put([
      create,
      { id: idOf(7), body: JSON.stringify({ ProductPurchaseId: idOf(7), at: at(3), action: 'delete' }) },
    ]);
    await put([create, update, after, create]);
    await stack.drained();
    expect((await read(7)).status).toBe(404);
    const list = (await (await fetch(`${stack.apiUrl}/product-purchase?limit=100`)).json()) as object[];
    expect(JSON.stringify(list)).not.toContain(idOf(7));
  });

  it('gives up a message that is no event after three receives, and harms no neighbour', async () => {
    const create = { action: 'create', record: {} };
    await put([
      event(2, 1, create),
      { id: idOf(3), body: '{"action":"explode"}' },
      event(4, 1, create),
      { id: idOf(5), body: 'not JSON' },
    ]);
    for (const n of [2, 4]) {
      await stack.journal.waitFor((entry) => entry.type === 'log' && entry.line.includes(idOf(n)));
      expect((await read(n)).status).toBe(200);
    }
    const bodies: (string | undefined)[] = [];
    while (bodies.length < 2) {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl: urlOf('product-purchases-dead.fifo'), WaitTimeSeconds: 10 }),
      );
      if (Messages.length === 0) break;
      bodies.push(...Messages.map(({ Body }) => Body));
    }
    expect(bodies.sort()).toEqual(['not JSON', '{"action":"explode"}']);
  });

  it('that is killed in mid-batch loses nothing and writes nothing twice', async () => {
    const since = stack.journal.next;
    const ids = [11, 12, 13, 14, 15];
    stack.faults.order({ operation: 'PutItem', fault: 'Throttling', times: 3 });
    await put(ids.map((n) => event(n, 1, { action: 'create', record: { n } })));
    await stack.journal.waitFor(
      (entry) => entry.seq >= since && entry.type === 'aws-call' && entry.fault !== undefined,
    );
    process.kill(functionProcess('tabletop-dev-purchase-writer'), 'SIGKILL');
    await stack.journal.waitFor(
      (entry) => entry.seq >= since && entry.type === 'queue-batch' && entry.failed.length > 0,
    );
    await stack.drained(30_000);
    const images = stack.journal
      .entries((entry) => entry.seq >= since && entry.type === 'stream-record')
      .flatMap((entry) => (entry.type === 'stream-record' ? JSON.stringify(entry.keys.PK) : []));
    expect(images.sort()).toEqual(ids.map((n) => JSON.stringify({ S: `PURCHASE#${idOf(n)}` })));
    for (const n of ids) expect((await read(n)).body).toMatchObject({ n });
  });

  it('applies later events of a purchase behind one that the table refused for a while', async () => {
    stack.faults.order({ operation: 'PutItem', fault: 'Throttling', times: 20 });
    await put([
      event(6, 1, { action: 'create', record: { step: 1 } }),
      event(6, 2, { action: 'update', record: { step: 2 } }),
      event(6, 3, { action: 'update', record: { step: 3 } }),
    ]);
    await stack.drained(30_000);
    expect((await read(6)).body).toMatchObject({ step: 3 });
  });
});
