/** One AWS endpoint: real SDK clients that know nothing but its address. */
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'expect';
import { queue, singleTable, topic } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';

const table = singleTable('data', { stream: 'NEW_AND_OLD_IMAGES', expiry: 'ExpiresAt' });
const inbox = queue('inbox');
const topology = system('wired', { subscriptions: [topic('events').deliverTo(inbox, { raw: true })], also: [table] });
const TableName = 'wired-dev-data';

describe('the AWS endpoint', () => {
  let stack: LocalStack;
  let shell: NodeJS.ProcessEnv;
  const clients: { destroy(): void }[] = [];
  const made = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };

  before(async () => {
    stack = await startLocalStack({ topology });
    shell = { ...process.env };
    // All that a program needs to know; region and credentials are whatever its SDK insists on.
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: stack.awsUrl,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    });
  });
  after(async () => {
    process.env = shell;
    for (const client of clients) client.destroy();
    await stack.stop();
  });

  it('lets an SDK client that knows only AWS_ENDPOINT_URL send to a queue and read from it', async () => {
    const sqs = made(new SQSClient());
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'wired-dev-inbox' }));
    expect(QueueUrl).toBe(`${stack.awsUrl}/000000000000/wired-dev-inbox`);
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
    expect(Messages).toMatchObject([{ Body: 'hello', MessageId }]);
    expect(await stack.journal.waitFor({ type: 'message', service: 'sqs' })).toMatchObject({
      to: 'wired-dev-inbox',
      body: 'hello',
      messageId: MessageId,
    });
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls).toEqual([QueueUrl]);
  });

  it('takes every character in a message that SQS takes, and refuses the others', async () => {
    const sqs = made(new SQSClient());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'characters' }));
    const MessageBody = 'J\u00e4cke \u{1f9e5}\u{10ffff} \t\n\r \ud7ff\ue000\ufffd';
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages.map(({ Body }) => Body)).toEqual([MessageBody]);
    for (const bad of ['\u0000', '\ufffe', '\uffff'])
      await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: bad }))).rejects.toMatchObject({
        name: expect.stringMatching(/InvalidMessageContents$/) as unknown,
      });
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });

  it('refuses what is too large for a queue or a topic', async () => {
    const QueueUrl = `${stack.awsUrl}/000000000000/wired-dev-inbox`;
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:wired-dev-events';
    const [sqs, sns] = [made(new SQSClient()), made(new SNSClient())];
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1024 * 1024 + 1) })),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
      message: expect.stringMatching(/1048576/) as unknown,
    });
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(256 * 1024 + 1) }))).rejects.toMatchObject(
      { $metadata: { httpStatusCode: 400 }, name: expect.stringMatching(/InvalidParameter/) as unknown },
    );
  });

  it('journals what a topic takes, and delivers it', async () => {
    const sns = made(new SNSClient());
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    expect(Topics).toEqual([{ TopicArn: 'arn:aws:sns:us-east-1:000000000000:wired-dev-events' }]);
    const attribute = { DataType: 'String', StringValue: 'order.placed' };
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn: Topics?.[0]?.TopicArn,
        Message: 'news & more',
        Subject: 'a subject',
        MessageAttributes: { eventType: attribute },
      }),
    );
    expect(await stack.journal.waitFor({ type: 'message', service: 'sns' })).toMatchObject({
      to: 'wired-dev-events',
      subject: 'a subject',
      body: 'news & more',
      messageId: MessageId,
      attributes: { eventType: 'order.placed' },
    });
    const QueueUrl = `${stack.awsUrl}/000000000000/wired-dev-inbox`;
    const { Messages } = await made(new SQSClient()).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['news & more']);
  });

  it('speaks of our region and account in every ARN, streams included', async () => {
    const dynamo = made(new DynamoDBClient());
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableArn).toBe(`arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`);
    const streams = made(new DynamoDBStreamsClient());
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
    expect(Streams?.[0]?.StreamArn).toBe(Table?.LatestStreamArn);
    const described = await streams.send(new DescribeStreamCommand({ StreamArn: Table?.LatestStreamArn }));
    expect(described.StreamDescription?.StreamStatus).toBe('ENABLED');
  });

  it('passes no checksum of a body that it has rewritten', async () => {
    const headers = {
      'x-amz-target': 'DynamoDB_20120810.DescribeTable',
      'content-type': 'application/x-amz-json-1.0',
      authorization:
        'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260101T000000Z',
    };
    const response = await fetch(stack.awsUrl, { method: 'POST', headers, body: JSON.stringify({ TableName }) });
    const text = await response.text();
    expect(text).toContain(':us-east-1:000000000000:table/');
    const sum = response.headers.get('x-amz-crc32');
    expect(sum === null || Number(sum) === crc32(text)).toBe(true);
  });

  it('is not for pages or names from elsewhere', async () => {
    const call = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest(stack.awsUrl, { method: 'POST', headers }, (incoming) => {
          incoming.resume();
          resolve(incoming.statusCode ?? 0);
        });
        outgoing.on('error', reject).end('{}');
      });
    expect(await call({ origin: 'https://evil.example' })).toBe(403);
    expect(await call({ host: 'evil.example' })).toBe(403);
    expect(await call({ origin: 'http://localhost:3000' })).not.toBe(403);
  });

  it('tells who is calling', async () => {
    const identity = await made(new STSClient()).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe('000000000000');
  });

  it('refuses what it does not have, naming service and operation', async () => {
    const lambda = made(new LambdaClient({ maxAttempts: 1 }));
    await expect(lambda.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('lambda: GET /2015-03-31/functions') as unknown,
    });
    const target = { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' };
    const response = await fetch(stack.awsUrl, { method: 'POST', headers: target, body: '{}' });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({
      __type: 'NotImplemented',
      message: 'The local stack does not emulate events: PutEvents.',
    });
  });

  const item = { PK: { S: 'a' }, SK: { S: 'b' } };
  const put = new PutItemCommand({ TableName, Item: item });

  it('answers the next calls with throttling on order, and then no more', async () => {
    stack.faults.order({ operation: 'PutItem', fault: 'Throttling', times: 2 });
    const client = made(new DynamoDBClient({ maxAttempts: 1 }));
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await client.send(put)).$metadata.httpStatusCode).toBe(200);
  });

  it('answers a transaction with TransactionConflict on order', async () => {
    stack.faults.order({ operation: 'TransactWriteItems', fault: 'TransactionConflict' });
    const write = new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: item } }] });
    await expect(made(new DynamoDBClient({ maxAttempts: 1 })).send(write)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
  });

  it('loses a reply on order, after the write took effect', async () => {
    stack.faults.order({ operation: 'UpdateItem', fault: 'LostReply' });
    const client = made(new DynamoDBClient({ maxAttempts: 1 }));
    const update = new UpdateItemCommand({
      TableName,
      Key: item,
      UpdateExpression: 'SET Kept = :true',
      ExpressionAttributeValues: { ':true': { BOOL: true } },
    });
    await expect(client.send(update)).rejects.toThrow();
    expect((await client.send(new GetItemCommand({ TableName, Key: item }))).Item).toMatchObject({
      Kept: { BOOL: true },
    });
  });
});
