/** What may happen to a pipe, one step after another, and how its target and its process take it. */
import { type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type WrittenRecord } from './pipe-model.js';

/** How the target takes a call, or where the process dies. */
export type Behaviour =
  'ok' | 'fail' | 'fail-late' | 'throttle' | 'partial' | 'crash-before' | 'crash-after' | 'crash-at-save';

export type Step =
  | { readonly do: 'write'; readonly key: string; readonly count: number }
  | { readonly do: 'behave'; readonly next: readonly Behaviour[] }
  | { readonly do: 'split' | 'drain' | 'crash' | 'restart' | 'stop' | 'start' }
  | { readonly do: 'turns'; readonly count: number };

export interface Sequence {
  readonly batchSize: number;
  readonly maximumRetryAttempts: number;
  readonly bisect: boolean;
  readonly parallelizationFactor: number;
  /** Without dead letters what is given up is discarded. */
  readonly deadLetters: boolean;
  readonly steps: readonly Step[];
}

/** Where the records come from. */
export interface ModelledStream {
  readonly streamArn: string;
  readonly client: DynamoDBStreamsClient;
  write(key: string, tell: (record: Omit<WrittenRecord, 'passes'>) => void): Promise<void>;
  /** Closes a shard and opens its child, where the stream can. */
  split(): void;
}

/** Records of this key are filtered out. */
export const FILTERED = 'filtered';
