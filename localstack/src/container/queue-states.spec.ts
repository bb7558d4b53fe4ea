import { type RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { CREDENTIALS, REGION } from '../account.js';
import { type QueueState } from '../backend/messages.js';
import { until } from '../child-process.js';
import { oldestIn, QueueStates } from './queue-states.js';

/** Answers as LocalStack does: SQS's JSON protocol, and the page of a queue's messages. */
class Queue {
  visible = 0;
  /** What the page says. */
  page: string | Uint8Array[] = '';
  pages = 0;
  attributes: RequestListener = (_, outgoing) =>
    outgoing
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ Attributes: { ApproximateNumberOfMessages: String(this.visible) } }));

  readonly answer: RequestListener = (incoming, outgoing) => {
    incoming.resume();
    if (incoming.method === 'POST') return this.attributes(incoming, outgoing);
    this.pages += 1;
    for (const piece of this.page) outgoing.write(piece);
    outgoing.end();
  };
}

const sent = (...times: number[]): string =>
  JSON.stringify(
    {
      Message: times.map((time) => ({
        Body: '{"Name":"SentTimestamp","Value":"1"}',
        Attribute: [{ Name: 'SentTimestamp', Value: String(time) }],
      })),
    },
    undefined,
    1,
  );

describe('the states of queues', () => {
  let queue: Queue;
  let server: PageServer;
  let client: SQSClient;
  let states: QueueStates;
  let troubles: string[];

  /** What the next looks find. */
  const look = (): QueueStates => {
    const options = { region: REGION, credentials: CREDENTIALS, endpoint: server.url, maxAttempts: 1 };
    client = new SQSClient(options);
    troubles = [];
    states = new QueueStates({
      ...{ client, url: server.url, names: ['inbox'], pauseMs: 5 },
      isReady: () => true,
      onTrouble: (message) => troubles.push(message),
    });
    return states;
  };
  const found = async (): Promise<QueueState | undefined> => {
    look();
    await until('no state', () => Promise.resolve(states.queueState('inbox') !== undefined), 5_000);
    return states.queueState('inbox');
  };

  beforeEach(async () => {
    queue = new Queue();
    server = new PageServer(queue.answer);
    await server.start();
  });
  afterEach(async () => {
    await states.stop();
    client.destroy();
    await server.stop();
  });

  it('have the time of the oldest message', async () => {
    queue.visible = 3;
    queue.page = sent(1_700_000_000_300, 1_700_000_000_100, 1_700_000_000_200);
    expect(await found()).toEqual({ visible: 3, notVisible: 0, delayed: 0, oldestSentAt: 1_700_000_000_100 });
  });

  for (const [title, visible] of [
    ['nothing', 0],
    ['more than 1,000 messages', 1_001],
  ] as const)
    it(`do not ask for the messages of a queue with ${title}`, async () => {
      queue.visible = visible;
      queue.page = sent(1_700_000_000_000);
      expect(await found()).toMatchObject({ visible, oldestSentAt: undefined });
      expect(queue.pages).toBe(0);
    });

  it('know no age of a queue whose page is larger than 16 MiB', async () => {
    queue.visible = 17;
    queue.page = [Buffer.from(sent(1_700_000_000_000)), ...Array.from({ length: 17 }, () => Buffer.alloc(1024 * 1024))];
    expect(await found()).toMatchObject({ visible: 17, oldestSentAt: undefined });
  });

  it('are unknown, without a word, while nobody answers or the queue is not made yet', async () => {
    queue.visible = 0;
    expect(await found()).toBeDefined();
    queue.attributes = (_, outgoing) => {
      const type = 'com.amazonaws.sqs#QueueDoesNotExist';
      outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: type }));
    };
    await until('still known', () => Promise.resolve(states.queueState('inbox') === undefined), 5_000);
    queue.attributes = new Queue().attributes;
    await until('not known again', () => Promise.resolve(states.queueState('inbox') !== undefined), 5_000);
    await server.stop();
    await until(
      'still known, without a server',
      () => Promise.resolve(states.queueState('inbox') === undefined),
      5_000,
    );
    expect(troubles).toEqual([]);
  });

  it('are unknown when anything else is wrong, which is told once', async () => {
    let asked = 0;
    queue.attributes = (_, outgoing) => {
      asked += 1;
      outgoing
        .writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify({ __type: 'com.amazonaws.sqs#InvalidSecurity', message: 'not like this' }));
    };
    look();
    await until('asked twice', () => Promise.resolve(asked >= 3), 5_000);
    expect(states.queueState('inbox')).toBeUndefined();
    expect(troubles).toEqual(['queue inbox cannot be looked into: not like this']);
  });

  it('stop at once in the middle of a look', async () => {
    let asked = false;
    queue.attributes = () => (asked = true);
    look();
    await until('not asked', () => Promise.resolve(asked), 5_000);
    const began = performance.now();
    await states.stop();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(troubles).toEqual([]);
  });
});

describe('the oldest message of a page', () => {
  it('is found wherever the page is cut', async () => {
    const page = Buffer.from(sent(1_700_000_000_100));
    for (let at = 0; at < page.length; at++)
      expect(await oldestIn([page.subarray(0, at), page.subarray(at)])).toBe(1_700_000_000_100);
  });
});
