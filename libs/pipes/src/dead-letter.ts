/** The message that Pipes sends for a batch it gives up: metadata only, never the records. */
import { type ShardRecord } from './stream-event.js';

/** Shape as in AWS's published messages; differs from that of a Lambda event source mapping. */
export interface DeadLetterEnvelope {
  readonly context: {
    readonly partnerResourceArn: string;
    readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly DDBStreamBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

export interface GivenUpBatch {
  readonly pipeArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly condition: DeadLetterEnvelope['context']['condition'];
  /** In stream order, at least one. */
  readonly records: readonly [ShardRecord, ...ShardRecord[]];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html */
export function deadLetterEnvelope(batch: GivenUpBatch): DeadLetterEnvelope {
  const { records } = batch;
  const first = records[0];
  const last = records.at(-1) ?? first;
  return {
    context: { partnerResourceArn: batch.pipeArn, condition: batch.condition },
    version: '1.0',
    timestamp: new Date(batch.now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: toSecond(first),
      approximateArrivalOfLastRecord: toSecond(last),
      batchSize: records.length,
      streamArn: batch.streamArn,
    },
  };
}

/** DynamoDB's arrival times have second precision: `2024-03-08T00:00:00Z`. */
const toSecond = ({ event }: ShardRecord): string =>
  `${new Date(event.dynamodb.ApproximateCreationDateTime * 1000).toISOString().slice(0, 19)}Z`;
