/** The three message move operations of SQS, for requests in its JSON protocol. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, type AwsResponse } from '../endpoint/aws-response.js';
import { MoveRefusedError, type MessageMoves, type MoveTask } from './message-moves.js';

const started = z.object({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
});
const listed = z.object({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).optional() });
const cancelled = z.object({ TaskHandle: z.string() });

type Operation = (body: unknown, moves: MessageMoves) => Promise<object> | object;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartMessageMoveTask: async (body, moves) => {
    const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = started.parse(body);
    const { handle } = await moves.start(SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond);
    return { TaskHandle: handle };
  },
  ListMessageMoveTasks: async (body, moves) => {
    const { SourceArn, MaxResults } = listed.parse(body);
    return { Results: (await moves.list(SourceArn, MaxResults)).map(shown) };
  },
  CancelMessageMoveTask: (body, moves) => ({
    ApproximateNumberOfMessagesMoved: moves.cancel(cancelled.parse(body).TaskHandle).moved,
  }),
};

/** Whether this operation is answered here and not by the message backend. */
export const isMessageMove = (operation: string): boolean => Object.hasOwn(OPERATIONS, operation);

/** @throws Error for what is no failure of the caller's */
export async function answerMessageMove(request: AwsRequest, moves: MessageMoves): Promise<AwsResponse> {
  try {
    const body = JSON.parse(request.body.toString()) as unknown;
    const answer = (await OPERATIONS[request.operation]?.(body, moves)) ?? {};
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() };
    return { status: 200, headers, body: JSON.stringify(answer) };
  } catch (error) {
    if (error instanceof MoveRefusedError) return awsError(request, 400, error.name, error.message);
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return awsError(request, 400, 'InvalidParameterValue', error.message);
    throw error;
  }
}

/** A handle is shown of a running task only, as it is good for nothing but to cancel it. */
const shown = (task: MoveTask): object => ({
  ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
  Status: task.status,
  SourceArn: task.sourceArn,
  DestinationArn: task.destinationArn,
  ...(task.perSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecond }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(task.failure !== undefined && { FailureReason: task.failure }),
  StartedTimestamp: task.startedAt,
});
