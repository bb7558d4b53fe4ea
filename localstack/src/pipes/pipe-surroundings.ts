import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type CheckpointStore } from '../../../libs/pipes/src/checkpoint.js';
import { type LambdaInvoke } from '../../../libs/pipes/src/lambda-call.js';
import { type Journal } from '../journal.js';
import { type LocalSystem } from '../resource/local-system.js';
import { type RequestIdOf } from './request-id.js';

/** What pipes find around them. */
export interface PipeSurroundings extends Pick<LocalSystem, 'endpoint' | 'clients' | 'backoffCapMs'> {
  readonly journal: Journal;
  readonly streams: DynamoDBStreamsClient;
  readonly checkpoints: CheckpointStore;
  /** A folder for the records of dead letters. */
  readonly deadLetters: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Calls a function; undefined when there is none of this ARN. */
  readonly invokerOf: (arn: string) => LambdaInvoke | undefined;
  /** Tells the journal which request wrote a record. */
  readonly requestIdOf: RequestIdOf;
  /** Asks for a function where `invokerOf` cannot know; rejects with ResourceNotFoundException when there is none. */
  readonly assertFunction?: (arn: string) => Promise<unknown>;
  /** Whether there are log groups to deliver to; default true. */
  readonly keepsLogs?: boolean;
  /** How long a stream that is at rest is left alone, in milliseconds, when nobody rings. */
  readonly restMs?: number;
  /** Rejects when this runner may not deliver any more. */
  readonly assertMayDeliver?: () => Promise<void>;
}
