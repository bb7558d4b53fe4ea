/** A table of somebody's own, its pipe made by hand, and the queue that it delivers to: at any endpoint, by the SDK's clients. */
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreatePipeCommand,
  DeletePipeCommand,
  DescribePipeCommand,
  PipesClient,
  type DescribePipeResponse,
} from '@aws-sdk/client-pipes';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { queueArn, queueUrl } from '../../localstack/src/account.js';
import { until } from '../../localstack/src/child-process.js';
import { localStackAccess } from '../../localstack/src/container/localstack-access.js';

const PATIENCE_MS = 60_000;
const REQUEST_MS = 30_000;

/** The record of an item as it comes out of the queue. */
export interface Delivered {
  readonly eventName: string;
  readonly dynamodb: { readonly Keys: { readonly PK: { readonly S: string } } };
}

export class HandMadePipe {
  private readonly tables: DynamoDBClient;
  private readonly queues: SQSClient;
  private readonly pipes: PipesClient;

  /** @param name of table, queue and pipe */
  constructor(
    private readonly endpoint: string,
    private readonly name: string,
  ) {
    const access = localStackAccess(endpoint, REQUEST_MS);
    this.tables = new DynamoDBClient(access);
    this.queues = new SQSClient(access);
    this.pipes = new PipesClient(access);
  }

  async make(): Promise<void> {
    const { TableDescription } = await this.tables.send(
      new CreateTableCommand({
        ...{ TableName: this.name, BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await this.makeQueue();
    await this.pipes.send(
      new CreatePipeCommand({
        ...{ Name: this.name, RoleArn: 'arn:aws:iam::000000000000:role/any' },
        Source: TableDescription?.LatestStreamArn,
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON' } },
        Target: queueArn(this.name),
      }),
    );
  }

  async makeQueue(): Promise<void> {
    await this.queues.send(new CreateQueueCommand({ QueueName: this.name }));
  }

  async put(key: string): Promise<void> {
    await this.tables.send(new PutItemCommand({ TableName: this.name, Item: { PK: { S: key } } }));
  }

  describe(): Promise<DescribePipeResponse> {
    return this.pipes.send(new DescribePipeCommand({ Name: this.name }));
  }

  /** What has come when the item of this key has, in its order, and is taken from the queue. @throws Error when it does not come */
  async deliveredUntil(key: string): Promise<Delivered[]> {
    const QueueUrl = queueUrl(this.endpoint, this.name);
    const delivered: Delivered[] = [];
    const hasCome = async (): Promise<boolean> => {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await this.queues.send(receive);
      for (const { Body = '' } of Messages) delivered.push(JSON.parse(Body) as Delivered);
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      if (Entries.length > 0) await this.queues.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      return delivered.some(({ dynamodb }) => dynamodb.Keys.PK.S === key);
    };
    await until(`no record of ${key} has come`, hasCome, PATIENCE_MS);
    return delivered;
  }

  /** With table and queue. */
  async remove(): Promise<void> {
    await this.pipes.send(new DeletePipeCommand({ Name: this.name }));
    await this.tables.send(new DeleteTableCommand({ TableName: this.name }));
    await this.queues.send(new DeleteQueueCommand({ QueueUrl: queueUrl(this.endpoint, this.name) }));
    for (const client of [this.tables, this.queues, this.pipes]) client.destroy();
  }
}
