/** What the tests of message moves do with the queues of a stack. */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
} from '@aws-sdk/client-sqs';
import { type Topology } from '../../libs/topology/src/system.js';
import { queueArn, queueUrl } from '../../localstack/src/account.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';

export class MovingStack {
  private constructor(
    private readonly stack: LocalStack,
    private readonly system: string,
    readonly queues: SQSClient,
  ) {}

  static async start(topology: Topology): Promise<MovingStack> {
    const stack = await startLocalStack({ topology });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const client = { endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    return new MovingStack(stack, topology.name, new SQSClient(client));
  }

  async stop(): Promise<void> {
    this.queues.destroy();
    await this.stack.stop();
  }

  arnOf(name: string): string {
    return queueArn(`${this.system}-dev-${name}`);
  }

  urlOf(name: string): string {
    return queueUrl(this.stack.awsUrl, `${this.system}-dev-${name}`);
  }

  /** Sends messages, all of one group, in this order. @param idOf the deduplication id of a FIFO queue's */
  async put(name: string, bodies: readonly string[], idOf = (body: string): string => body): Promise<void> {
    for (const MessageBody of bodies)
      await this.queues.send(
        new SendMessageCommand({
          QueueUrl: this.urlOf(name),
          MessageBody,
          MessageAttributes: { colour: { DataType: 'String', StringValue: 'blue' } },
          ...(name.endsWith('.fifo') && { MessageGroupId: 'g', MessageDeduplicationId: idOf(MessageBody) }),
        }),
      );
  }

  /** Receives and deletes messages until there are so many, or no more. */
  async take(name: string, count: number): Promise<Message[]> {
    const QueueUrl = this.urlOf(name);
    const taken: Message[] = [];
    while (taken.length < count) {
      const { Messages = [] } = await this.queues.send(
        new ReceiveMessageCommand({
          ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      taken.push(...Messages);
      for (const { ReceiptHandle } of Messages)
        await this.queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return taken;
  }

  /** How many messages a queue holds, hidden ones included. */
  async held(name: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await this.queues.send(
      new GetQueueAttributesCommand({ QueueUrl: this.urlOf(name), AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, attribute) => sum + Number(Attributes[attribute]), 0);
  }

  move(from: string, to?: string, perSecond?: number): Promise<{ TaskHandle?: string | undefined }> {
    return this.queues.send(
      new StartMessageMoveTaskCommand({
        SourceArn: this.arnOf(from),
        ...(to !== undefined && { DestinationArn: this.arnOf(to) }),
        ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
      }),
    );
  }

  /** The latest tasks of a queue. */
  async tasks(name: string, most = 1): Promise<readonly ListMessageMoveTasksResultEntry[]> {
    const list = new ListMessageMoveTasksCommand({ SourceArn: this.arnOf(name), MaxResults: most });
    return (await this.queues.send(list)).Results ?? [];
  }

  /** The latest task of a queue, when it has ended. */
  async ended(name: string): Promise<ListMessageMoveTasksResultEntry | undefined> {
    for (;;) {
      const [task] = await this.tasks(name);
      if (task?.Status !== 'RUNNING' && task?.Status !== 'CANCELLING') return task;
    }
  }
}
