/** What an alarm of a running stack can watch, each from what happens to the alarm. */
import { after, before, describe, it } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { WatchedStack } from './watched-stack.js';

describe('an alarm of a running stack', () => {
  let watched: WatchedStack;
  before(async () => {
    watched = await WatchedStack.start();
    // The first look, before which no alarm knows anything, is over.
    await watched.pass();
  });
  after(() => watched.stop());

  it('goes off over throttled invocations', async () => {
    const since = watched.stack.journal.next;
    await Promise.allSettled(Array.from({ length: 3 }, () => watched.invoke({ sleepMs: 3_000 })));
    await watched.stack.drained();
    await watched.pass();
    expect(watched.wentTo('worker-throttles', since)).toEqual(['ALARM']);
  });

  it('goes off over a pipe whose executions fail', async () => {
    const since = watched.stack.journal.next;
    const Item = { PK: { S: 'a' }, SK: { S: 'b' } };
    await watched.clients.tables.send(new PutItemCommand({ TableName: 'watched-dev-data', Item }));
    await watched.stack.journal.waitFor({ type: 'discarded' });
    await watched.pass();
    expect(watched.wentTo('failing-failures', since)).toEqual(['ALARM']);
  });

  it('goes off over a pipe whose executions fail in part, and over one that finds its target throttled', async () => {
    const since = watched.stack.journal.next;
    const put = (SK: string): Promise<unknown> =>
      watched.clients.tables.send(
        new PutItemCommand({ TableName: 'watched-dev-data', Item: { PK: { S: 'in part' }, SK: { S: SK } } }),
      );
    await put('a');
    await watched.stack.journal.waitFor({ type: 'discarded', pipe: 'watched-dev-partly' });
    await watched.pass();
    expect(watched.wentTo('partly-partial-failures', since)).toEqual(['ALARM']);
    expect(watched.wentTo('partly-throttles', since)).toEqual([]);
    // They keep the one instance for longer than an event waits for it.
    const slow = new InvokeCommand({ FunctionName: 'watched-dev-picky', Payload: Buffer.from('{"sleepMs":1900}') });
    const busy = Promise.all([watched.clients.lambda.send(slow), watched.clients.lambda.send(slow)]);
    await put('b');
    await watched.stack.journal.waitFor({ type: 'pipe-step', pipe: 'watched-dev-partly', step: 'EXECUTION_THROTTLED' });
    await busy;
    await watched.stack.drained();
    await watched.pass();
    expect(watched.wentTo('partly-throttles', since)).toEqual(['ALARM']);
  });

  it('goes off over server errors of the API', async () => {
    const since = watched.stack.journal.next;
    expect((await fetch(`${watched.stack.apiUrl}/web`)).status).toBe(500);
    await watched.pass();
    expect(watched.wentTo('api-server-errors', since)).toEqual(['ALARM']);
  });

  it('goes off over dead letters, the length of a queue and the age of its oldest message', async () => {
    const since = watched.stack.journal.next;
    const send = (name: string): Promise<unknown> =>
      watched.clients.queues.send(new SendMessageCommand({ QueueUrl: watched.urlOf(name), MessageBody: 'x' }));
    await Promise.all(['dead', 'backlog'].map(send));
    await watched.pass();
    expect(watched.wentTo('dead-waiting', since)).toEqual(['ALARM']);
    expect(watched.wentTo('backlog-depth', since)).toEqual([]);
    await send('backlog');
    await watched.pass();
    expect(watched.wentTo('backlog-depth', since)).toEqual(['ALARM']);
    await watched.pass(5);
    expect(watched.wentTo('backlog-age', since)).toEqual(['ALARM']);
    for (const name of ['dead', 'backlog'])
      await watched.clients.queues.send(new PurgeQueueCommand({ QueueUrl: watched.urlOf(name) }));
    await watched.pass();
    for (const name of ['dead-waiting', 'backlog-depth', 'backlog-age'])
      expect(watched.wentTo(name, since)).toEqual(['ALARM', 'OK']);
  });

  it('takes the values that a metric filter finds in the lines', async () => {
    const since = watched.stack.journal.next;
    await watched.invoke({ lines: ['{"latency":50}', '{"latency":"none"}', '{"latency":150}'] });
    await watched.pass();
    expect(watched.wentTo('slow', since)).toEqual([]);
    await watched.invoke({ lines: ['{"latency":50}', '{"latency":151}'] });
    await watched.pass();
    expect(watched.wentTo('slow', since)).toEqual(['ALARM']);
  });

  it('of 2 out of 3 periods over a function’s own metric goes off, and loses sight when the metric ends', async () => {
    const since = watched.stack.journal.next;
    const count = (orders: number): Promise<unknown> => {
      const CloudWatchMetrics = [
        { Namespace: 'watched-dev', Dimensions: [['service']], Metrics: [{ Name: 'Orders', Unit: 'Count' }] },
      ];
      // Away from the turn of the minute: the function's time is a little behind.
      watched.clock.advance(20_000);
      const _aws = { Timestamp: Date.now(), CloudWatchMetrics };
      return watched.invoke({ lines: [JSON.stringify({ _aws, service: 'shop', Orders: orders })] });
    };
    for (const orders of [9, 9, 1]) {
      await count(orders);
      await watched.pass(2);
    }
    expect(watched.wentTo('few-orders', since)).toEqual(['OK']);
    await count(1);
    await watched.pass(2);
    expect(watched.wentTo('few-orders', since)).toEqual(['OK', 'ALARM']);
    await watched.pass(12);
    expect(watched.wentTo('few-orders', since)).toEqual(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
    expect(watched.told(since).map(({ subject }) => subject?.split(':')[0])).toEqual(['ALARM', 'INSUFFICIENT_DATA']);
  });
});
