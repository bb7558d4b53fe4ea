/**
 * The metrics of a pipe, namespace AWS/EventBridge/Pipes, by minute.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
 */
import { type ExecutionRecord, type ExecutionStep } from './execution-log.js';

export const METRIC_UNITS = {
  Invocations: 'None',
  EventCount: 'None',
  EventSize: 'Bytes',
  Duration: 'Milliseconds',
  /** AWS counts it for the account; here: of this pipe. */
  Concurrency: 'None',
  ExecutionThrottled: 'None',
  ExecutionTimeout: 'None',
  ExecutionFailed: 'None',
  ExecutionPartiallyFailed: 'None',
  EnrichmentStageDuration: 'Milliseconds',
  EnrichmentStageFailed: 'None',
  TargetStageDuration: 'Milliseconds',
  TargetStageFailed: 'None',
  TargetStagePartiallyFailed: 'None',
  TargetStageSkipped: 'None',
} as const;

export type MetricName = keyof typeof METRIC_UNITS;

/** What CloudWatch makes of the values of one minute. */
export interface MetricStatistics {
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly sampleCount: number;
}

export interface MetricsOfMinute {
  /** Epoch milliseconds of the minute's begin. */
  readonly timestamp: number;
  /** Counts are there in every minute that had an execution, 0 as AWS says; durations where there was one. */
  readonly values: Readonly<Partial<Record<MetricName, MetricStatistics>>>;
}

const MINUTE_MS = 60_000;
/** Three hours, for as long as CloudWatch shows seconds. */
const MAX_MINUTES = 180;

/** What a step adds to, beside durations. */
const COUNTED: Partial<Record<ExecutionStep, MetricName>> = {
  EXECUTION_THROTTLED: 'ExecutionThrottled',
  EXECUTION_TIMEOUT: 'ExecutionTimeout',
  EXECUTION_FAILED: 'ExecutionFailed',
  EXECUTION_PARTIALLY_FAILED: 'ExecutionPartiallyFailed',
  ENRICHMENT_STAGE_FAILED: 'EnrichmentStageFailed',
  TARGET_STAGE_FAILED: 'TargetStageFailed',
  TARGET_STAGE_PARTIALLY_FAILED: 'TargetStagePartiallyFailed',
  TARGET_STAGE_SKIPPED: 'TargetStageSkipped',
};

const ZEROS = [
  'ExecutionThrottled',
  'ExecutionTimeout',
  'ExecutionFailed',
  'ExecutionPartiallyFailed',
  'EnrichmentStageFailed',
  'TargetStageFailed',
  'TargetStagePartiallyFailed',
  'TargetStageSkipped',
] as const satisfies readonly MetricName[];

interface Running {
  readonly since: number;
  readonly stages: { enrichment?: number; target?: number };
}

export class PipeMetrics {
  readonly #minutes = new Map<number, Map<MetricName, MetricStatistics>>();
  readonly #running = new Map<string, Running>();

  /** Minutes with executions, oldest first, three hours at most. */
  get minutes(): readonly MetricsOfMinute[] {
    return [...this.#minutes].map(([timestamp, values]) => ({ timestamp, values: Object.fromEntries(values) }));
  }

  /** Bytes of JSON that an execution is given. */
  size(bytes: number, now: number): void {
    this.#add('EventSize', bytes, now);
  }

  record(step: ExecutionRecord): void {
    const { messageType, executionId, timestamp, records } = step;
    const running = this.#running.get(executionId);
    const counted = COUNTED[messageType];
    if (counted !== undefined) this.#add(counted, 1, timestamp);
    if (messageType === 'EXECUTION_STARTED') {
      this.#running.set(executionId, { since: timestamp, stages: {} });
      this.#add('Invocations', 1, timestamp);
      this.#add('EventCount', records.length, timestamp);
      this.#add('Concurrency', this.#running.size, timestamp);
    } else if (running === undefined) return;
    else if (messageType === 'ENRICHMENT_STAGE_ENTERED') running.stages.enrichment = timestamp;
    else if (messageType === 'TARGET_STAGE_ENTERED') running.stages.target = timestamp;
    else if (/^ENRICHMENT_STAGE_(SUCCEEDED|FAILED)$/.test(messageType)) {
      this.#lasted('EnrichmentStageDuration', running.stages.enrichment, timestamp);
    } else if (/^TARGET_STAGE_(SUCCEEDED|FAILED|PARTIALLY_FAILED)$/.test(messageType)) {
      this.#lasted('TargetStageDuration', running.stages.target, timestamp);
    } else if (/^EXECUTION_/.test(messageType)) {
      this.#running.delete(executionId);
      this.#lasted('Duration', running.since, timestamp);
    }
  }

  #lasted(name: MetricName, since: number | undefined, now: number): void {
    if (since !== undefined) this.#add(name, now - since, now);
  }

  #add(name: MetricName, value: number, now: number): void {
    const minute = this.#minuteOf(now);
    const before = minute.get(name);
    minute.set(name, {
      sum: (before?.sum ?? 0) + value,
      minimum: Math.min(before?.minimum ?? value, value),
      maximum: Math.max(before?.maximum ?? value, value),
      // The zeros of a minute that nothing failed in are not samples.
      sampleCount: (before?.sampleCount ?? 0) + 1,
    });
  }

  #minuteOf(now: number): Map<MetricName, MetricStatistics> {
    const timestamp = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const known = this.#minutes.get(timestamp);
    if (known !== undefined) return known;
    const made = new Map<MetricName, MetricStatistics>(
      ZEROS.map((name) => [name, { sum: 0, minimum: 0, maximum: 0, sampleCount: 0 }]),
    );
    this.#minutes.set(timestamp, made);
    const [oldest] = this.#minutes.keys();
    if (this.#minutes.size > MAX_MINUTES && oldest !== undefined) this.#minutes.delete(oldest);
    return made;
  }
}
