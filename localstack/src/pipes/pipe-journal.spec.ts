import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type PipeEvent } from '../../../libs/pipes/src/pipe-event.js';
import { type StreamEvent } from '../../../libs/pipes/src/stream-event.js';
import { type JournalEntry } from '../journal-event.js';
import { Journal } from '../journal.js';
import { journalPipeEvent } from './pipe-journal.js';

const record = (eventID: string): StreamEvent => ({
  ...{ eventID, eventName: 'INSERT', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'us-east-1' },
  eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/data/stream/2026-01-01T00:00:00.000',
  dynamodb: {
    ...{ ApproximateCreationDateTime: 1, Keys: { PK: { S: eventID } }, SequenceNumber: '1', SizeBytes: 1 },
    StreamViewType: 'NEW_IMAGE',
  },
});

const REQUESTS: Readonly<Record<string, string>> = { first: 'request-1', second: 'request-1', third: 'request-2' };
const records = ['first', 'second', 'nobodys', 'third'].map(record);
const ids = { eventIds: ['first', 'second', 'nobodys', 'third'], requestIds: ['request-1', 'request-2'] };

function journaled(event: PipeEvent): JournalEntry {
  const journal = new Journal();
  journalPipeEvent('orders', event, journal, ({ eventID }) => REQUESTS[eventID]);
  const [entry] = journal.entries(() => true);
  return entry!;
}

describe('the journal of a pipe', () => {
  const about = { shardId: 'shard', sequenceNumber: '1' };
  const context = { condition: 'RetryAttemptsExhausted', partnerResourceArn: 'arn' } as const;
  const batch = { shardId: 'shard', startSequenceNumber: '1', endSequenceNumber: '4', batchSize: 4 };
  const envelope = {
    ...{ context, version: '1.0' as const, timestamp: '2026-01-01T00:00:00.000Z' },
    DDBStreamBatchInfo: {
      ...{ ...batch, streamArn: 'arn' },
      approximateArrivalOfFirstRecord: '2026-01-01T00:00:00.000Z',
      approximateArrivalOfLastRecord: '2026-01-01T00:00:00.000Z',
    },
  };

  it('tells of a record by its event and the request that wrote it', () =>
    expect(journaled({ type: 'stream-record', ...about, record: record('first') })).toMatchObject({
      ...{ type: 'stream-record', pipe: 'orders', eventId: 'first', requestId: 'request-1', eventName: 'INSERT' },
      keys: { PK: { S: 'first' } },
    }));

  it('names no request where there is none to name', () => {
    const entry = journaled({ type: 'filter', ...about, record: record('nobodys'), passed: true, reason: 'filter 1' });
    expect(entry).toMatchObject({ type: 'filter', pipe: 'orders', eventId: 'nobodys', passed: true });
    expect(entry).not.toHaveProperty('requestId');
  });

  it('names each request of a batch once, in its steps', () => {
    const step = { executionId: 'x', timestamp: 1, messageType: 'EXECUTION_STARTED', logLevel: 'INFO' } as const;
    const rest = { resourceArn: 'arn', error: null, truncatedFields: null, shardId: 'shard', records };
    expect(journaled({ type: 'execution', ...step, ...rest })).toMatchObject({ step: 'EXECUTION_STARTED', ...ids });
  });

  for (const type of ['dead-letter', 'discarded'] as const)
    it(`names each request of a batch once, as ${type}`, () =>
      expect(
        journaled({ type, shardId: 'shard', condition: 'RetryAttemptsExhausted', envelope, records }),
      ).toMatchObject({ type, ...ids, records }));
});
