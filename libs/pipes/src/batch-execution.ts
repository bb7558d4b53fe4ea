/** Brings one batch to its end: delivered, dead-lettered or discarded, record by record in the stream's order. */
import { DEFAULT_BACKOFF, pauseAfter, type Backoff } from './backoff.js';
import { type PendingRecord } from './batch-buffer.js';
import { type Clock } from './clock.js';
import { sha256 } from './atomic-file.js';
import { CommitOrder } from './commit-order.js';
import { deadLetterEnvelope, type DeadLetterEnvelope } from './dead-letter.js';
import { type KeptBatch } from './dead-letter-store.js';
import { Deadline } from './deadline.js';
import { openExecution, type ExecutionLogOptions } from './execution-log.js';
import { type PipeEvent } from './pipe-event.js';
import { type Stages } from './stages.js';
import { type DeadLetterTarget, type TargetResult } from './target.js';

export interface ExecutionOptions {
  readonly pipeArn: string;
  /** The ARN that dead letters show. */
  readonly streamArn: string;
  readonly shardId: string;
  /** What a try goes through: enrichment and target. */
  readonly stages: Stages;
  readonly deadLetter: DeadLetterTarget | undefined;
  /** Keeps the records that a dead letter tells of. */
  readonly keep: (batch: KeptBatch) => Promise<void>;
  /** Told the bytes of JSON of each try. */
  readonly measure: (bytes: number) => void;
  /** -1 retries without end. */
  readonly maximumRetryAttempts: number;
  /** -1 never discards. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisect: boolean;
  readonly backoff?: Backoff;
  readonly clock: Clock;
  readonly log: ExecutionLogOptions;
  readonly emit: (event: PipeEvent) => void;
  /** Called after records are done with, in order; resolves when that is stored. */
  readonly commit: (records: readonly PendingRecord[]) => Promise<void>;
  /** Aborts when the pipe stops: the running try ends in peace, no further one begins. */
  readonly stopping: AbortSignal;
}

/** How long a dead letter may take to be sent before it is sent again. */
const SEND_LIMIT_MS = 30_000;

type Records = readonly PendingRecord[];

/** What is left of a batch after a try that failed. */
interface Remainder<T> {
  /** What was delivered. */
  readonly done: readonly T[];
  /** What is tried again. */
  readonly rest: readonly T[];
  /** Those of `rest` whose failure counts against MaximumRetryAttempts. */
  readonly blamed: readonly T[];
}

export class BatchExecution {
  readonly #backoff: Backoff;

  constructor(private readonly options: ExecutionOptions) {
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
  }

  /**
   * Resolves with true when every record is done with and committed, with false when the pipe was stopped first; what is
   * not committed then comes again after the next start.
   */
  run(batch: Records): Promise<boolean> {
    return this.#deliver(batch, new CommitOrder(batch, this.options.commit));
  }

  async #deliver(records: Records, order: CommitOrder): Promise<boolean> {
    const { bisect, maximumRetryAttempts: attempts, stopping } = this.options;
    let rest = records;
    /** Tries of each record that count against MaximumRetryAttempts. */
    const counted = new Map<PendingRecord, number>();
    /** Failures of any kind since the last success: the pause grows with them. */
    let failures = 0;
    for (;;) {
      rest = await this.#dropAged(rest, order);
      if (rest.length === 0) return true;
      if (stopping.aborted) return false;
      const result = await this.#try(rest);
      if (result.outcome === 'success') {
        await order.done(rest);
        return true;
      }
      const left = remainderOf(rest, result);
      rest = left.rest;
      if (left.done.length > 0) {
        await order.done(left.done);
        failures = 0;
        if (!isSingly(result)) {
          // The head of the batch is another now: the try just made was its first.
          counted.clear();
          if (bisect && rest.length > 1) continue;
        }
      }
      if (left.blamed.length > 0) {
        if (bisect && rest.length > 1) return this.#runHalves(rest, order);
        for (const record of left.blamed) counted.set(record, (counted.get(record) ?? 0) + 1);
        const isExhausted = (record: PendingRecord): boolean => (counted.get(record) ?? 0) > attempts;
        const exhausted = attempts === -1 ? [] : rest.filter(isExhausted);
        if (exhausted.length > 0) {
          if (!(await this.#giveUp(exhausted, 'RetryAttemptsExhausted', order))) return false;
          rest = rest.filter((record) => !isExhausted(record));
          if (rest.length === 0) return true;
        }
      }
      failures += 1;
      await this.options.clock.sleep(pauseAfter(failures, this.#backoff), stopping);
    }
  }

  /** Splitting costs no retry attempt; the right half waits for the left, so that order is kept. */
  async #runHalves(records: Records, order: CommitOrder): Promise<boolean> {
    const middle = Math.floor(records.length / 2);
    return (
      (await this.#deliver(records.slice(0, middle), order)) && (await this.#deliver(records.slice(middle), order))
    );
  }

  async #try(records: Records): Promise<TargetResult> {
    const { stages, log, shardId, clock } = this.options;
    const events = records.map(({ event }) => event);
    const deadline = new Deadline(clock);
    this.options.measure(records.reduce((sum, { bytes }) => sum + bytes, 0));
    try {
      return await stages.run(events, openExecution(shardId, events, log), deadline);
    } finally {
      deadline.clear();
    }
  }

  /** Before every try: what is older than MaximumRecordAgeInSeconds is given up, the rest goes on. */
  async #dropAged(records: Records, order: CommitOrder): Promise<Records> {
    const { maximumRecordAgeInSeconds: limit, clock } = this.options;
    if (limit === -1) return records;
    const oldest = clock.now() - limit * 1000;
    // Aged records behind a younger one wait for it: the checkpoint passes no undelivered record.
    const young = records.findIndex(({ writtenAt }) => writtenAt >= oldest);
    const aged = young === -1 ? records.length : young;
    if (aged === 0) return records;
    const sent = await this.#giveUp(records.slice(0, aged), 'RecordAgeExceeded', order);
    return sent ? records.slice(aged) : records;
  }

  /** One message for all of them, then the checkpoint passes them. False when the pipe stopped before that. */
  async #giveUp(
    records: Records,
    condition: DeadLetterEnvelope['context']['condition'],
    order: CommitOrder,
  ): Promise<boolean> {
    const { deadLetter, pipeArn, streamArn, shardId, clock, emit, stopping } = this.options;
    const [first, ...others] = records;
    if (first === undefined) return true;
    // The end of a process may be what the last try failed by: the next start tries once more.
    if (stopping.aborted) return false;
    const envelope = deadLetterEnvelope({
      pipeArn,
      streamArn,
      shardId,
      condition,
      records: [first, ...others],
      now: clock.now(),
    });
    const kept = keptBatch(envelope, records);
    if (deadLetter !== undefined && !(await this.#send(deadLetter, kept))) return false;
    // Told before the commit: after it, a crash would leave no trace of the records.
    emit({
      type: deadLetter === undefined ? 'discarded' : 'dead-letter',
      shardId,
      condition,
      ...(deadLetter !== undefined && { destination: deadLetter.arn }),
      envelope,
      records: records.map(({ event }) => event),
    });
    await order.done(records);
    return true;
  }

  /** Keeps the records first: a crash after the message would leave it without them. */
  async #send(deadLetter: DeadLetterTarget, batch: KeptBatch): Promise<boolean> {
    const { emit, clock, stopping, keep } = this.options;
    for (let failures = 1; !stopping.aborted; failures += 1) {
      try {
        await keep(batch);
        await this.#sendOnce(deadLetter, JSON.stringify(batch.envelope));
        return true;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        emit({ type: 'warning', subject: 'dead-letter', message: `Cannot send to ${deadLetter.arn}: ${why}` });
        await clock.sleep(pauseAfter(failures, this.#backoff), stopping);
      }
    }
    return false;
  }

  /** A service that hangs must not hold up a stop for ever. @throws Error when it refuses or does not answer in time. */
  async #sendOnce(deadLetter: DeadLetterTarget, body: string): Promise<void> {
    const answered = new AbortController();
    const late = this.options.clock.sleep(SEND_LIMIT_MS, answered.signal).then(() => {
      if (!answered.signal.aborted) throw new Error(`no answer within ${SEND_LIMIT_MS / 1000} seconds`);
    });
    try {
      await Promise.race([deadLetter.send(body), late]);
    } finally {
      answered.abort();
    }
  }
}

/** Whether the target takes its records one by one, so that only those that failed are sent again. */
const isSingly = (result: TargetResult): boolean => result.outcome === 'partial' && result.retry === 'failed-only';

/** What a try that did not succeed leaves of its records. */
export function remainderOf<T>(
  records: readonly T[],
  result: Exclude<TargetResult, { outcome: 'success' }>,
): Remainder<T> {
  if (result.outcome === 'failed') {
    return { done: [], rest: records, blamed: result.fault === 'customer' ? records : [] };
  }
  if (!isSingly(result)) {
    const rest = records.slice(Math.min(...result.failed));
    return { done: records.slice(0, records.length - rest.length), rest, blamed: rest };
  }
  const failed = new Set(result.failed.map((position) => records[position]));
  const internal = new Set(result.internal?.map((position) => records[position]));
  const rest = records.filter((record) => failed.has(record));
  return {
    done: records.filter((record) => !failed.has(record)),
    rest,
    blamed: rest.filter((record) => !internal.has(record)),
  };
}

function keptBatch(envelope: DeadLetterEnvelope, records: Records): KeptBatch {
  const { streamArn, shardId, startSequenceNumber, endSequenceNumber } = envelope.DDBStreamBatchInfo;
  return {
    id: sha256([streamArn, shardId, startSequenceNumber, endSequenceNumber].join('\n')).slice(0, 32),
    shardId,
    envelope,
    records: records.map(({ event }) => event),
  };
}
