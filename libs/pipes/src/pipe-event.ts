/** What a running pipe tells about itself: the journal's and the workbench's source. */
import { type ExecutionRecord } from './execution-log.js';
import { type DeadLetterEnvelope } from './dead-letter.js';
import { type PipeState } from './pipe-state.js';
import { type StreamEvent } from './stream-event.js';

/** A record came from the stream; it may come again after a restart. */
export interface StreamRecordRead {
  readonly type: 'stream-record';
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly record: StreamEvent;
}

export interface FilterVerdict {
  readonly type: 'filter';
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly record: StreamEvent;
  readonly passed: boolean;
  /** The filter that matched, counted from 1. */
  readonly filter?: number;
  /** Which filter matched, or why none did. */
  readonly reason: string;
}

/** A batch was given up: told to the dead-letter target, or dropped where there is none. */
export interface BatchGivenUp {
  readonly type: 'dead-letter' | 'discarded';
  readonly shardId: string;
  readonly condition: DeadLetterEnvelope['context']['condition'];
  /** ARN of the queue or topic. */
  readonly destination?: string;
  readonly envelope: DeadLetterEnvelope;
  /** The records themselves: the stream forgets them, the envelope never held them. */
  readonly records: readonly StreamEvent[];
}

export interface StateChanged {
  readonly type: 'state';
  readonly state: PipeState;
  readonly stateReason?: string;
}

/** Something that a person should know and that stops nothing: a refused checkpoint, a source that does not answer. */
export interface PipeWarning {
  readonly type: 'warning';
  readonly subject: 'filter' | 'template' | 'checkpoint' | 'source' | 'dead-letter';
  readonly message: string;
}

export type PipeEvent = StreamRecordRead | FilterVerdict | ExecutionRecord | BatchGivenUp | StateChanged | PipeWarning;
