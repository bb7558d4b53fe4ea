/** Brings one batch to its end: delivered, dead-lettered or discarded, record by record in the stream's order. */
import { DEFAULT_BACKOFF, pauseAfter, type Backoff } from './backoff.js';
import { type PendingRecord } from './batch-buffer.js';
import { type Clock } from './clock.js';
import { deadLetterEnvelope, type DeadLetterEnvelope } from './dead-letter.js';
import { openExecution, type ExecutionLogOptions, type StepWriter } from './execution-log.js';
import { type PipeEvent } from './pipe-event.js';
import { type DeadLetterTarget, type PipeTarget, type TargetResult } from './target.js';

/** A whole execution may take five minutes. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html */
const EXECUTION_LIMIT_MS = 5 * 60_000;

export interface ExecutionOptions {
  readonly pipeArn: string;
  /** The ARN that dead letters show. */
  readonly streamArn: string;
  readonly shardId: string;
  readonly target: PipeTarget;
  readonly deadLetter: DeadLetterTarget | undefined;
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

type Records = readonly PendingRecord[];

export class BatchExecution {
  readonly #backoff: Backoff;

  constructor(private readonly options: ExecutionOptions) {
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
  }

  /**
   * Resolves with true when every record is done with and committed, with false when the pipe was stopped first; what is
   * not committed then comes again after the next start.
   */
  async run(batch: Records): Promise<boolean> {
    const { bisect, maximumRetryAttempts, stopping } = this.options;
    let rest = batch;
    /** Tries of the present head of the batch that count against MaximumRetryAttempts. */
    let counted = 0;
    /** Failures of any kind since the last success: the pause grows with them. */
    let failures = 0;
    for (;;) {
      rest = await this.#dropAged(rest);
      if (rest.length === 0) return true;
      if (stopping.aborted) return false;
      const result = await this.#try(rest);
      if (result.outcome === 'success') {
        await this.options.commit(rest);
        return true;
      }
      if (result.outcome === 'partial') {
        const first = Math.min(...result.failed);
        if (first > 0) {
          // What lies before the lowest failure is done with; the try just made was the first of the new head.
          await this.options.commit(rest.slice(0, first));
          rest = rest.slice(first);
          counted = 0;
          failures = 0;
          if (bisect && rest.length > 1) continue;
        }
      }
      if (result.outcome === 'partial' || result.fault === 'customer') {
        if (bisect && rest.length > 1) return this.#runHalves(rest);
        counted += 1;
        if (maximumRetryAttempts !== -1 && counted > maximumRetryAttempts)
          return this.#giveUp(rest, 'RetryAttemptsExhausted');
      }
      failures += 1;
      await this.options.clock.sleep(pauseAfter(failures, this.#backoff), stopping);
    }
  }

  /** Splitting costs no retry attempt; the right half waits for the left, so that order is kept. */
  async #runHalves(records: Records): Promise<boolean> {
    const middle = Math.floor(records.length / 2);
    return (await this.run(records.slice(0, middle))) && (await this.run(records.slice(middle)));
  }

  async #try(records: Records): Promise<TargetResult> {
    const { target, log, shardId } = this.options;
    const events = records.map(({ event }) => event);
    const write = openExecution(
      shardId,
      events.map(({ eventID }) => eventID),
      log,
    );
    const payload = log.includeData ? JSON.stringify(events) : undefined;
    write('EXECUTION_STARTED', { payload });
    write('TARGET_STAGE_ENTERED');
    write('TARGET_INVOCATION_STARTED');
    const result = await this.#invoke(target, events);
    writeOutcome(write, result, payload);
    return result;
  }

  async #invoke(target: PipeTarget, events: readonly unknown[]): Promise<TargetResult> {
    const call = new AbortController();
    const timer = new AbortController();
    const timeout = this.options.clock.sleep(EXECUTION_LIMIT_MS, timer.signal).then((): TargetResult => {
      // The clock also wakes this when the answer came in time: then there is nothing left to abort.
      if (!timer.signal.aborted) call.abort();
      return {
        outcome: 'failed',
        fault: 'customer',
        timedOut: true,
        error: { message: `The execution took longer than ${EXECUTION_LIMIT_MS / 1000} seconds` },
      };
    });
    const answer = target.invoke(events, call.signal).catch((error: unknown): TargetResult => ({
      outcome: 'failed',
      fault: 'internal',
      error: { message: error instanceof Error ? error.message : String(error) },
    }));
    const result = await Promise.race([answer, timeout]);
    timer.abort();
    return result;
  }

  /** Before every try: what is older than MaximumRecordAgeInSeconds is given up, the rest goes on. */
  async #dropAged(records: Records): Promise<Records> {
    const { maximumRecordAgeInSeconds: limit, clock } = this.options;
    if (limit === -1) return records;
    const oldest = clock.now() - limit * 1000;
    // Aged records behind a younger one wait for it: the checkpoint passes no undelivered record.
    const young = records.findIndex(({ writtenAt }) => writtenAt >= oldest);
    const aged = young === -1 ? records.length : young;
    if (aged === 0) return records;
    const sent = await this.#giveUp(records.slice(0, aged), 'RecordAgeExceeded');
    return sent ? records.slice(aged) : records;
  }

  /** One message for all of them, then the checkpoint passes them. False when the pipe stopped before it was sent. */
  async #giveUp(records: Records, condition: DeadLetterEnvelope['context']['condition']): Promise<boolean> {
    const { deadLetter, pipeArn, streamArn, shardId, clock, emit, commit } = this.options;
    const [first, ...others] = records;
    if (first === undefined) return true;
    const envelope = deadLetterEnvelope({
      pipeArn,
      streamArn,
      shardId,
      condition,
      records: [first, ...others],
      now: clock.now(),
    });
    if (deadLetter !== undefined && !(await this.#send(deadLetter, JSON.stringify(envelope)))) return false;
    // Told before the commit: after it, a crash would leave no trace of the records.
    emit({
      type: deadLetter === undefined ? 'discarded' : 'dead-letter',
      shardId,
      condition,
      ...(deadLetter !== undefined && { destination: deadLetter.arn }),
      envelope,
      records: records.map(({ event }) => event),
    });
    await commit(records);
    return true;
  }

  async #send(deadLetter: DeadLetterTarget, body: string): Promise<boolean> {
    const { emit, clock, stopping } = this.options;
    for (let failures = 1; !stopping.aborted; failures += 1) {
      try {
        await deadLetter.send(body);
        return true;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        emit({ type: 'warning', subject: 'dead-letter', message: `Cannot send to ${deadLetter.arn}: ${why}` });
        await clock.sleep(pauseAfter(failures, this.#backoff), stopping);
      }
    }
    return false;
  }
}

function writeOutcome(write: StepWriter, result: TargetResult, awsRequest: string | undefined): void {
  const data = { awsRequest, awsResponse: result.response };
  switch (result.outcome) {
    case 'success':
      write('TARGET_INVOCATION_SUCCEEDED', data);
      write('TARGET_STAGE_SUCCEEDED', { payload: result.response });
      write('EXECUTION_SUCCEEDED');
      return;
    case 'partial': {
      const error = { message: `The target failed ${result.failed.length} record(s) of the batch` };
      write('TARGET_INVOCATION_PARTIALLY_FAILED', { error, ...data });
      write('TARGET_STAGE_PARTIALLY_FAILED', { error });
      write('EXECUTION_PARTIALLY_FAILED', { error });
      return;
    }
    case 'failed': {
      const { error } = result;
      write('TARGET_INVOCATION_FAILED', { error, ...data });
      write('TARGET_STAGE_FAILED', { error });
      if (result.timedOut === true) write('EXECUTION_TIMEOUT', { error });
      else if (result.throttled === true) write('EXECUTION_THROTTLED', { error });
      else write('EXECUTION_FAILED', { error });
    }
  }
}
