/** The whole stack is killed while orders are placed; a second start on the same data owes nothing to anyone. */
import { describe, it } from 'node:test';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { queueUrl } from '../../localstack/src/account.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { startStackProcess, type StackProcess } from '../fixtures/stack-process.js';

const CUSTOMERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];
const ENOUGH = 60;
const BATCH = 10;

interface OrderPlaced {
  eventId: string;
  orderId: string;
  username: string;
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Each customer orders one after the other until the stack is gone; `answered` gets what was answered 201, in order. */
async function orderUntilGone(
  { apiUrl, child }: StackProcess,
  username: string,
  answered: OrderPlaced[],
): Promise<void> {
  for (;;) {
    try {
      const response = await post(`${apiUrl}/orders/`, { username, amount: 1, numItems: 1 });
      const { orderId } = (await response.json()) as { orderId: string };
      if (response.status !== 201) continue;
      answered.push({ username, orderId, eventId: `${orderId}.PLACED` });
    } catch {
      // The stack was killed in the middle of this request: nothing was promised.
      if (child.exitCode !== null || child.signalCode !== null || child.killed) return;
    }
  }
}

async function readInbox(awsUrl: string, enough: (messages: OrderPlaced[]) => boolean): Promise<OrderPlaced[]> {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new SQSClient({ endpoint: awsUrl, region: 'us-east-1', credentials });
  const QueueUrl = queueUrl(awsUrl, 'tabletop-dev-order-events-inbox');
  const messages: OrderPlaced[] = [];
  const deadline = Date.now() + 30_000;
  while (!enough(messages) && Date.now() < deadline) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = '' } of Messages)
      messages.push(JSON.parse((JSON.parse(Body) as { Message: string }).Message) as OrderPlaced);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  client.destroy();
  return messages;
}

describe('kill -9 of the whole stack while orders are being placed', () => {
  it('loses no order that was answered and no message, keeps each customer’s order, and repeats at most a batch', async (t) => {
    const DATA_DIR = temporaryFolder();
    const first = await startStackProcess({ DATA_DIR });
    for (const username of CUSTOMERS)
      await post(`${first.apiUrl}/users`, { username, name: username, email: `${username}@example.com` });
    const answered: OrderPlaced[] = [];
    const ordering = Promise.all(CUSTOMERS.map((username) => orderUntilGone(first, username, answered)));
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        if (answered.length < ENOUGH) return;
        clearInterval(watch);
        resolve();
      }, 1);
    });
    await first.end('SIGKILL');
    await ordering;

    const second = await startStackProcess({ DATA_DIR });
    const wanted = new Set(answered.map(({ eventId }) => eventId));
    const messages = await readInbox(second.awsUrl, (read) => {
      const seen = new Set(read.map(({ eventId }) => eventId));
      return [...wanted].every((eventId) => seen.has(eventId));
    });

    const ids = messages.map(({ eventId }) => eventId);
    expect([...wanted].filter((eventId) => !ids.includes(eventId))).toEqual([]);
    const firstTime = messages.filter(({ eventId }, index) => ids.indexOf(eventId) === index);
    for (const username of CUSTOMERS) {
      const own = (all: OrderPlaced[]): string[] =>
        all.filter((each) => each.username === username && wanted.has(each.eventId)).map(({ eventId }) => eventId);
      expect(own(firstTime)).toEqual(own(answered));
    }
    const repeated = ids.length - new Set(ids).size;
    t.diagnostic(`${answered.length} orders answered before the kill, ${repeated} messages came twice`);
    expect(repeated).toBeLessThanOrEqual(BATCH);
    expect((await second.end('SIGTERM')).code).toBe(0);
  });
});
