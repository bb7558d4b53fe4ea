/**
 * Message move tasks of SQS, which the backend lacks: dead letters go back to where they came from, or elsewhere.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand, ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueUrl } from '../account.js';
import { carry } from './message-transit.js';

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

/** SQS shows the last ten tasks of a queue. */
const MOST_LISTED = 10;

export class MessageMoves {
  /** The latest first, at most ten of a queue. */
  private tasks: readonly MoveTask[] = [];

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
    // Nothing is waited for between this question and the new task: others ask it at the same time.
    if (this.tasks.some((task) => task.sourceArn === sourceArn && task.status === 'RUNNING'))
      throw new MoveRefusedError(
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed.',
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
    this.add(task);
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

  private add(task: MoveTask): void {
    const ofQueue = [task, ...this.tasks].filter(({ sourceArn }) => sourceArn === task.sourceArn);
    const forgotten = new Set(ofQueue.slice(MOST_LISTED));
    this.tasks = [task, ...this.tasks].filter((kept) => !forgotten.has(kept));
  }

  private async run(task: MoveTask): Promise<void> {
    const { id: taskId, sourceArn, destinationArn, perSecond } = task;
    const way = { client: this.client, from: this.urlOf(sourceArn), to: this.urlOf(destinationArn), taskId };
    try {
      while (task.status === 'RUNNING') {
        const { moved, failure } = await carry(way, perSecond);
        task.moved += moved;
        if (failure !== undefined) throw failure;
        if (moved === 0) break;
        if (perSecond !== undefined) await pause((moved * 1_000) / perSecond);
      }
      task.status = task.status === 'RUNNING' ? 'COMPLETED' : 'CANCELLED';
    } catch (error) {
      task.status = 'FAILED';
      task.failure = (error as Error).message;
    }
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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
