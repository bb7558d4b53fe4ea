/**
 * Message move tasks of SQS, which the backend lacks: dead letters go back to where they came from, or elsewhere.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
import { randomUUID } from 'node:crypto';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { queueUrl } from '../account.js';

export type MoveStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasksResultEntry.html */
export interface MoveTask {
  readonly id: string;
  /** Names the task to whoever started it. */
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn: string;
  /** As it was asked for; undefined moves as fast as it goes. */
  readonly perSecond: number | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly toMove: number;
  status: MoveStatus;
  moved: number;
  failure?: string;
}

/** What SQS refuses, under its own name. */
export class MoveRefusedError extends Error {
  constructor(
    override readonly name: 'ResourceNotFoundException' | 'UnsupportedOperation' | 'InvalidParameterValue',
    message: string,
  ) {
    super(message);
  }
}

const MOST_AT_ONCE = 10;
/** A message in transit is hidden this long; a move that dies leaves it in its queue. */
const TRANSIT_SECONDS = 30;
/** SQS shows the last ten tasks of a queue. */
const MOST_LISTED = 10;

export class MessageMoves {
  private readonly tasks: MoveTask[] = [];

  /** @param endpoint the AWS endpoint's origin */
  constructor(
    private readonly client: SQSClient,
    private readonly endpoint: string,
  ) {}

  /** Begins to move all messages of a dead-letter queue. @throws MoveRefusedError */
  async start(sourceArn: string, wanted: string | undefined, perSecond: number | undefined): Promise<MoveTask> {
    const attributes = await this.attributesOf(sourceArn);
    const sources = await this.sourcesOf(sourceArn);
    if (sources.length === 0)
      throw new MoveRefusedError('UnsupportedOperation', 'Source queue must be configured as a Dead Letter Queue.');
    if (this.tasks.some((task) => task.sourceArn === sourceArn && task.status === 'RUNNING'))
      throw new MoveRefusedError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed.',
      );
    const [only, ...others] = sources;
    const destinationArn = wanted ?? (others.length === 0 ? only : undefined);
    if (destinationArn === undefined)
      throw new MoveRefusedError(
        'InvalidParameterValue',
        `${sources.length} queues send their dead letters here and the local stack does not know which message is whose; give DestinationArn.`,
      );
    await this.attributesOf(destinationArn);
    if (sourceArn.endsWith('.fifo') !== destinationArn.endsWith('.fifo'))
      throw new MoveRefusedError(
        'InvalidParameterValue',
        'Source and destination must both be FIFO queues, or both not.',
      );
    const taskId = randomUUID();
    const task: MoveTask = {
      id: taskId,
      handle: Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64'),
      sourceArn,
      destinationArn,
      perSecond,
      startedAt: Date.now(),
      toMove: Number(attributes.ApproximateNumberOfMessages),
      status: 'RUNNING',
      moved: 0,
    };
    this.tasks.unshift(task);
    void this.run(task);
    return task;
  }

  /** Latest first. @throws MoveRefusedError */
  async list(sourceArn: string, most = 1): Promise<readonly MoveTask[]> {
    await this.attributesOf(sourceArn);
    return this.tasks.filter((task) => task.sourceArn === sourceArn).slice(0, Math.min(most, MOST_LISTED));
  }

  /** What is moved stays moved. @throws MoveRefusedError */
  cancel(handle: string): MoveTask {
    const task = this.tasks.find((candidate) => candidate.handle === handle);
    if (task === undefined) throw new MoveRefusedError('ResourceNotFoundException', 'Task does not exist.');
    if (task.status !== 'RUNNING')
      throw new MoveRefusedError(
        'UnsupportedOperation',
        `The task is ${task.status}; only a running one can be cancelled.`,
      );
    task.status = 'CANCELLING';
    return task;
  }

  private async run(task: MoveTask): Promise<void> {
    try {
      while (task.status === 'RUNNING') {
        const moved = await this.moveSome(task);
        if (moved === 0) break;
        task.moved += moved;
        if (task.perSecond !== undefined) await pause((moved * 1_000) / task.perSecond);
      }
      task.status = task.status === 'RUNNING' ? 'COMPLETED' : 'CANCELLED';
    } catch (error) {
      task.status = 'FAILED';
      task.failure = (error as Error).message;
    }
  }

  /** Sent first, deleted then: a crash between the two repeats messages and loses none. */
  private async moveSome({ id, sourceArn, destinationArn, perSecond }: MoveTask): Promise<number> {
    const source = this.urlOf(sourceArn);
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: source,
        MaxNumberOfMessages: Math.min(MOST_AT_ONCE, perSecond ?? MOST_AT_ONCE),
        VisibilityTimeout: TRANSIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return 0;
    const { Failed = [] } = await this.client.send(
      new SendMessageBatchCommand({
        QueueUrl: this.urlOf(destinationArn),
        Entries: Messages.map((message, n) => ({
          Id: String(n),
          MessageBody: message.Body,
          ...(message.MessageAttributes && { MessageAttributes: message.MessageAttributes }),
          ...(destinationArn.endsWith('.fifo') && fifoOf(message, id)),
        })),
      }),
    );
    const [failed] = Failed;
    if (failed) throw new Error(`${destinationArn} does not take a message: ${failed.Message ?? failed.Code}`);
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await this.client.send(new DeleteMessageBatchCommand({ QueueUrl: source, Entries }));
    return Messages.length;
  }

  private async attributesOf(arn: string): Promise<Partial<Record<string, string>>> {
    try {
      const { Attributes = {} } = await this.client.send(
        new GetQueueAttributesCommand({ QueueUrl: this.urlOf(arn), AttributeNames: ['All'] }),
      );
      return Attributes;
    } catch (error) {
      if ((error as Error).name !== 'QueueDoesNotExist') throw error;
      throw new MoveRefusedError('ResourceNotFoundException', `The resource that you specified does not exist: ${arn}`);
    }
  }

  /** The queues whose dead letters go to this one. */
  private async sourcesOf(arn: string): Promise<string[]> {
    const { QueueUrls = [] } = await this.client.send(new ListQueuesCommand({ MaxResults: 1000 }));
    const all = await Promise.all(
      QueueUrls.map((QueueUrl) =>
        this.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'RedrivePolicy'] })),
      ),
    );
    return all.flatMap(({ Attributes: { QueueArn, RedrivePolicy } = {} }) => {
      const policy = JSON.parse(RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
      return QueueArn !== undefined && policy.deadLetterTargetArn === arn ? [QueueArn] : [];
    });
  }

  private urlOf(arn: string): string {
    return queueUrl(this.endpoint, arn.split(':').at(-1) ?? '');
  }
}

/** A message that is moved is a new one: its first deduplication id would have it dropped for five minutes. */
function fifoOf({ Attributes = {} }: Message, taskId: string): object {
  const { MessageGroupId, MessageDeduplicationId = '' } = Attributes;
  return { MessageGroupId, MessageDeduplicationId: `${MessageDeduplicationId.slice(0, 90)}.${taskId}` };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
