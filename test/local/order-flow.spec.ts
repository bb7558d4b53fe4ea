/** An order's way from the request to the message, as the journal tells it. */
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { CREDENTIALS, queueUrl, REGION } from '../../localstack/src/account.js';
import { type JournalEntry, type JournalEvent } from '../../localstack/src/journal-event.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { newOrder, newUser, send, startTabletop } from '../fixtures/tabletop.js';

type Kept<T extends JournalEvent['type']> = Extract<JournalEntry, { type: T }>;

describe('an order', () => {
  let stack: LocalStack;

  before(async () => {
    stack = await startTabletop();
  });
  after(() => stack.stop());

  const client = <C>(Client: new (settings: object) => C): C =>
    new Client({ endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS });
  const messageFor = (orderId: string, status: string): Promise<JournalEntry> =>
    stack.journal.waitFor(
      (entry) =>
        entry.type === 'message' && entry.service === 'sns' && entry.attributes.eventId === `${orderId}.${status}`,
    );
  const messagesOf = (orderId: string): Kept<'message'>[] =>
    stack.journal
      .entries({ type: 'message', service: 'sns' })
      .flatMap((entry) => (entry.type === 'message' && entry.body.includes(orderId) ? [entry] : []));

  it('leaves request, record, verdict, delivery and message in the journal', async () => {
    const username = await newUser(stack);
    const orderId = await newOrder(stack, username);
    const record = (await stack.journal.waitFor(
      (entry) => entry.type === 'stream-record' && JSON.stringify(entry.keys).includes(orderId),
    )) as Kept<'stream-record'>;
    const { eventId } = record;
    expect(await stack.journal.waitFor({ type: 'filter', eventId })).toMatchObject({
      passed: true,
      reason: 'filter 1 matches',
    });
    const step = await stack.journal.waitFor(
      (entry) => entry.type === 'pipe-step' && entry.step === 'EXECUTION_SUCCEEDED' && entry.eventIds.includes(eventId),
    );
    expect(step).toMatchObject({ pipe: 'tabletop-dev-order-events' });
    const request = await stack.journal.waitFor({ type: 'request', path: '/dev/orders', status: 201 });
    expect(request).toMatchObject({ function: 'order-service', method: 'POST' });
    const message = (await messageFor(orderId, 'PLACED')) as Kept<'message'>;
    expect(message).toMatchObject({
      to: 'tabletop-dev-order-events',
      subject: `New order ${orderId}`,
      attributes: {
        eventType: 'order.placed',
        eventId: `${orderId}.PLACED`,
        requestId: (request as Kept<'request'>).requestId,
      },
    });
    expect(JSON.parse(message.body)).toMatchObject({
      type: 'order.placed',
      orderId,
      username,
      amount: 5.5,
      numberItems: 2,
      status: 'PLACED',
      requestId: (request as Kept<'request'>).requestId,
    });
  });

  it('is told of again at each new status, and at nothing else', async () => {
    const username = await newUser(stack);
    const orderId = await newOrder(stack, username);
    await send(stack, 'PUT', `/orders/${orderId}`, { username, amount: 7, numItems: 3 });
    await send(stack, 'PUT', `/orders/${orderId}`, { username, status: 'ACKNOWLEDGED' });
    await stack.drained();
    const told = messagesOf(orderId).map(({ subject }) => subject);
    expect(told).toEqual([`New order ${orderId}`, `Order ${orderId} is ACKNOWLEDGED`]);
    expect(JSON.parse(messagesOf(orderId)[1]!.body)).toMatchObject({
      previousStatus: 'PLACED',
      status: 'ACKNOWLEDGED',
      amount: 7,
    });
  });

  it('sent again under its key is no second event, and neither key nor answer is in a log', async () => {
    const username = await newUser(stack);
    const created = await send(stack, 'POST', '/products', { name: 'Secret mouse', price: 1, stock: 9 });
    const items = [{ productId: created.body.productId, quantity: 1 }];
    const place = () => send(stack, 'POST', '/orders', { userId: username, items, orderId: 'key-of-the-caller' });
    const first = await place();
    expect(first.status).toBe(201);
    expect((await place()).body).toEqual(first.body);
    await messageFor(String(first.body.orderId), 'PLACED');
    await stack.drained();
    expect(messagesOf(String(first.body.orderId))).toHaveLength(1);
    const logged = stack.journal.entries({ type: 'log' });
    expect(logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toMatch(/key-of-the-caller|Secret mouse|Order placed/);
    // Nor does the terminal show it, which prints the keys of records.
    expect(JSON.stringify(stack.journal.entries({ type: 'stream-record' }))).not.toContain('key-of-the-caller');
  });

  it('is notified once by one invocation: the notifier’s own items wake none', async () => {
    await stack.drained();
    const since = stack.journal.next;
    await newOrder(stack, await newUser(stack));
    await stack.drained();
    const entries = stack.journal.entries(({ seq }) => seq >= since);
    expect(
      entries.filter((entry) => entry.type === 'invocation' && entry.function === 'tabletop-dev-notifier'),
    ).toHaveLength(1);
    const claims = entries.filter(
      (entry) => entry.type === 'stream-record' && JSON.stringify(entry.keys).includes('IDEMPOTENCY#'),
    );
    expect(claims.length).toBeGreaterThan(0);
  });

  it('delivered twice is told of once', async () => {
    const lambda = client(LambdaClient);
    const orderId = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';
    const text = (S: string): { S: string } => ({ S });
    const Keys = { PK: text('CUSTOMER#twice'), SK: text(`#ORDER#${orderId}`) };
    const NewImage = {
      ...Keys,
      Type: text('ORDER'),
      OrderId: text(orderId),
      Status: text('PLACED'),
      CreatedAt: text('2026-01-01T00:00:00.000Z'),
      RequestId: text('request-1'),
      Amount: { N: '1' },
      NumberItems: { N: '1' },
    };
    const record = { eventID: 'e1', eventName: 'INSERT', dynamodb: { Keys, NewImage, SequenceNumber: '1' } };
    const Payload = Buffer.from(JSON.stringify([record]));
    for (let time = 0; time < 2; time++) {
      const { FunctionError, Payload: answer } = await lambda.send(
        new InvokeCommand({ FunctionName: 'tabletop-dev-notifier', Payload }),
      );
      expect(FunctionError).toBeUndefined();
      expect(JSON.parse(Buffer.from(answer ?? []).toString())).toEqual({ batchItemFailures: [] });
    }
    lambda.destroy();
    expect(messagesOf(orderId)).toHaveLength(1);
  });

  it('that is poison goes to the dead letters under AWS’s envelope, and those after it are notified', async () => {
    const username = await newUser(stack);
    const dynamo = client(DynamoDBClient);
    const Item = { PK: { S: `CUSTOMER#${username}` }, SK: { S: '#ORDER#poison' }, Amount: { S: 'a lot' } };
    await dynamo.send(new PutItemCommand({ TableName: 'tabletop-dev-data', Item }));
    dynamo.destroy();
    await messageFor(await newOrder(stack, username), 'PLACED');

    const dead = (await stack.journal.waitFor({ type: 'dead-letter' }, 10_000)) as Kept<'dead-letter'>;
    expect(dead).toMatchObject({
      condition: 'RetryAttemptsExhausted',
      records: [{ dynamodb: { Keys: { SK: { S: '#ORDER#poison' } } } }],
    });
    const sqs = client(SQSClient);
    const QueueUrl = queueUrl(stack.awsUrl, 'tabletop-dev-order-events-dead');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    sqs.destroy();
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({
      context: {
        partnerResourceArn: 'arn:aws:pipes:us-east-1:000000000000:pipe/tabletop-dev-order-events',
        condition: 'RetryAttemptsExhausted',
      },
      version: '1.0',
      DDBStreamBatchInfo: {
        batchSize: 1,
        streamArn: expect.stringContaining(':table/tabletop-dev-data/stream/') as unknown,
      },
    });
  });
});
