/** What emulators do differently from AWS and a pipe absorbs: rows of docs/pipes.md. */
import { OURS, row, SAME, type ConformanceRow } from './conformance-row.js';

const measured = 'measured on the emulator';

/** Each is absorbed. A row with no other source was measured on the emulator that it names. */
export const QUIRKS: readonly ConformanceRow[] = [
  row(
    'writes a record for a write that changes nothing',
    measured,
    SAME,
    'dynoxide: a write that changes nothing makes a record; it is dropped',
  ),
  row(
    'numbers the records of every table from 1',
    measured,
    SAME,
    'dynoxide: event ids repeat in every table; they are made unique',
  ),
  row(
    'tells an ending sequence number of a shard that is open',
    measured,
    SAME,
    'dynoxide: an open shard tells an ending sequence number; it is never used',
  ),
  row(
    'does not tell the partition key',
    measured,
    OURS,
    'dynoxide: the key schema is not told; lanes go by a key of one attribute, or `source.partitionKey`',
  ),
  row(
    'cuts the record time to the minute',
    measured,
    OURS,
    'DynamoDB Local: record times are cut to the minute; the first read counts, within that minute',
  ),
  row(
    "names itself as the region: events show the pipe's",
    measured,
    SAME,
    'both: the region is the name of the emulator; events show the region of the pipe',
  ),
  row(
    'pads sequence numbers with zeros, dynoxide does not',
    measured,
    SAME,
    'sequence numbers are padded or not; they compare as numbers',
  ),
  row(
    'names a stream as AWS does',
    measured,
    SAME,
    'LocalStack: next iterators name another region; they are handed back as they came',
  ),
  row(
    'pads sequence numbers with zeros and takes no others back',
    measured,
    SAME,
    'LocalStack: only padded numbers are taken; they are kept as they came',
  ),
  row(
    'takes a number that it has not given yet',
    measured,
    OURS,
    'LocalStack: a number that was never given is taken; a checkpoint counts when a record has it',
  ),
  row(
    'numbers all tables together',
    measured,
    SAME,
    'LocalStack: a waiting iterator is refused as trimmed at the first record, after one of another table; another is taken',
  ),
  row(
    'cuts record times to the minute',
    measured,
    OURS,
    'LocalStack: record times are cut to the minute under a region of AWS; records are known by their numbers',
  ),
  row(
    'lets an iterator expire after 15 minutes',
    'AWS docs: API_streams_GetRecords',
    SAME,
    'LocalStack: iterators expire after 15 minutes, as on AWS; another is taken after the last record',
  ),
  row(
    'refuses an iterator that it has not made',
    measured,
    SAME,
    'LocalStack: a foreign iterator is refused, or fails with 500; the next read takes another',
  ),
  row(
    'answers for the stream of a deleted table',
    measured,
    OURS,
    'LocalStack: the stream of a deleted table is DISABLED and is read to its end; then the pipe has failed',
  ),
  row(
    'knows no stream by another date',
    measured,
    SAME,
    'LocalStack: a stream or shard that is not there is ResourceNotFoundException',
  ),
  row(
    'leave out the next iterator of an open shard',
    'known of others',
    SAME,
    'a next iterator is missing; it is asked for once more',
  ),
  row(
    'refuse an iterator of their own',
    'known of others',
    SAME,
    'an iterator is refused; another is taken after the last record',
  ),
  row('reads a shard from its start when the checkpoint is not a record of it', 'known of others', OURS),
];
