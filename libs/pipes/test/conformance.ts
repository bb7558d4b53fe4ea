/** What a pipe does, where that is known from, and how it stands to AWS: the data of docs/pipes.md. */
import { QUIRKS } from './conformance-quirks.js';
import { OURS, row, SAME, type ConformanceRow, type Verdict } from './conformance-row.js';

const streams = 'AWS docs: eb-pipes-dynamodb';
const filtering = 'AWS docs: eb-pipes-event-filtering';
const operators = 'AWS docs: eb-create-pattern-operators';
const batching = 'AWS docs: eb-pipes-batching-concurrency';
const errors = 'AWS docs: eb-pipes-error-troubleshooting';
const enrichment = 'AWS docs: pipes-enrichment';
const templates = 'AWS docs: eb-pipes-input-transformation';
const targets = 'AWS docs: eb-pipes-event-target';
const logs = 'AWS docs: eb-pipes-logs-execution-steps';
const monitoring = 'AWS docs: eb-pipes-monitoring';
const api = 'AWS docs: API_PipeSourceDynamoDBStreamParameters';
const states = 'AWS docs: API_DescribePipe, eb-pipes';
const engine = "answers of AWS's rule engine";
const seen = 'seen on AWS (published messages and snapshots)';
const silent = 'AWS is silent';

const line = (number: number, source: string, verdict: Verdict = SAME): ConformanceRow => ({
  test: String(number),
  source,
  verdict,
});

/** The test catalogue, line by line. */
export const CATALOGUE: readonly ConformanceRow[] = [
  line(1, streams),
  line(2, streams),
  line(3, `${streams}; when LATEST is resolved: ${silent}`, OURS),
  line(4, targets),
  line(5, seen),
  line(6, engine),
  line(7, filtering),
  line(8, filtering),
  line(9, filtering),
  line(10, operators),
  line(11, 'AWS docs: API_FilterCriteria'),
  line(12, batching),
  line(13, `${batching}; from the first buffered record on: ${silent}`, OURS),
  line(14, batching),
  line(15, batching),
  line(16, streams),
  line(17, `${errors}; attempts: ${seen}`),
  line(18, errors),
  line(19, errors),
  line(20, `${errors}, without numbers`, OURS),
  line(21, `${batching}; that order is kept from the lowest on: ${silent}`, OURS),
  line(22, `event source mappings; ${silent} for pipes`, OURS),
  line(23, `${batching}; "": ${seen}`),
  line(24, `${batching}; ${seen}`),
  line(25, silent, OURS),
  line(26, `${batching}; that a split costs no attempt: ${silent}`, OURS),
  line(27, silent, OURS),
  line(28, `${api}; condition: ${seen}`),
  line(29, seen),
  line(30, batching),
  line(31, batching),
  line(32, batching),
  line(33, enrichment),
  line(34, enrichment),
  line(35, enrichment),
  line(36, enrichment),
  line(37, `${enrichment}; that it counts as a failed execution: ${silent}`, OURS),
  line(38, `${templates}; a missing path as value drops its key: ${silent}`, OURS),
  line(39, templates),
  line(40, templates),
  line(41, targets),
  line(42, batching),
  line(43, `${errors}; ${seen}`),
  line(44, targets),
  line(45, `${api}; one batch a lane, checkpoint at the lowest unfinished: ${silent}`, OURS),
  line(46, `${streams} (at least once)`),
  line(47, streams),
  line(48, states),
  line(49, `${streams}, ${errors}`),
  line(50, 'AWS docs: DynamoDB Streams, Processing streams'),
  line(51, logs),
  line(52, monitoring),
];

/** What the catalogue does not say. */
export const FURTHER: Readonly<Record<string, readonly ConformanceRow[]>> = {
  'The life of a pipe': [
    row('is CREATING at once and RUNNING when its stream is found', states, SAME),
    row('is CREATE_FAILED with a reason when there is no such stream', states, SAME),
    row('created STOPPED reads nothing, yet LATEST', silent, OURS),
    row('takes a new target, filter and batch size', 'AWS docs: API_UpdatePipe', SAME),
    row('refuses to change its source', 'AWS docs: API_UpdatePipe', SAME),
    row('can be started again after its source did not answer, and not after its stream was disabled', streams, SAME),
    row('gives up a disabled stream only after its last record', silent, OURS),
    row('forgets its checkpoint when it is deleted', silent, OURS),
    row('mends by an update what a batch fails on', silent, OURS),
  ],
  Source: [
    row('replaces an expired iterator', 'AWS docs: API_streams_GetRecords', SAME),
    row('goes on at the oldest record kept when its place was trimmed', streams, SAME),
    row('marks what LATEST finds as consumed', silent, OURS),
    row('rests between polls of an idle shard', `${streams} (4 polls a second); that a write wakes it: ours`, OURS),
    row('holds the checkpoint before the lowest record', silent, OURS),
    row('reads no more than a bounded number of records ahead', silent, OURS),
  ],
  'Quirks of emulators': QUIRKS,
  'Results, retries, dead letters': [
    row('does not retry at all when MaximumRetryAttempts is 0', api, SAME),
    row('ends an execution after five minutes', batching, SAME),
    row('drops a record that grows too old between two tries', api, SAME),
    row('does not pass a batch whose dead letter cannot be sent', silent, OURS),
    row('counts retries of the remaining part, and anew once the head has moved on', silent, OURS),
    row('splits at the lowest failed record when bisect and batchItemFailures come together', silent, OURS),
    row(
      'are kept ${where} until they are delivered again',
      `${silent}: AWS keeps no records`,
      OURS,
      'the records of a dead letter are kept and can be delivered again (`redrive`)',
    ),
    row(
      'are no more than ${bound}',
      `${silent}: AWS keeps no records`,
      OURS,
      'kept records are bounded by number and bytes; the oldest are forgotten, and that is told',
    ),
  ],
  Crashes: [
    row(
      'at "${point}" loses nothing',
      `${streams} (at least once)`,
      SAME,
      'killed at any of twelve steps between read and checkpoint: nothing lost, only what was in flight comes again',
    ),
    row(
      'is refused, never read in part, wherever it is torn',
      silent,
      OURS,
      'a torn checkpoint file is refused, and the stream is read from its oldest record',
    ),
    row(
      'loses nothing, keeps the order of each key',
      streams,
      SAME,
      '1,000 random sequences of writes, failures, crashes, restarts, stops, starts: nothing lost, order for each key',
    ),
  ],
  Refused: [
    row(
      'for ${title}',
      'AWS docs: API_CreatePipe',
      'refused',
      'a pipe with a name, number or option that AWS refuses, or with one that this runner does not know',
    ),
    row('is refused: ${rest}', targets, 'refused', 'targets that are not emulated: by name, at creation'),
    row('is refused by name when it is a state machine', enrichment, 'refused', 'a state machine as enrichment'),
    row('AT_TIMESTAMP', api, 'refused', 'StartingPosition AT_TIMESTAMP (of Kinesis only)'),
  ],
};
