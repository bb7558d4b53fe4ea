/** Metrics that are read when somebody asks, and cost nothing else: of pipes and of queues. */
import { METRIC_UNITS, type MetricName, type MetricsOfMinute } from '../../../libs/pipes/src/metrics.js';
import { type QueueState } from '../backend/messages.js';
import { type MetricStore, one } from './metric-store.js';

/** Pipes that tell what they have done in each minute. */
export interface MeasuredPipes {
  all(): Iterable<{
    readonly definition: { readonly Name: string };
    readonly pipe: { metrics(): readonly MetricsOfMinute[] };
  }>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html */
export function takePipeMetrics(pipes: MeasuredPipes, store: MetricStore): void {
  for (const { pipe, definition } of pipes.all())
    for (const { timestamp, values } of pipe.metrics())
      for (const [name, statistics] of Object.entries(values)) {
        const dimensions = { PipeName: definition.Name };
        // The zeros of a minute without a failure hold no sample; to CloudWatch they are one.
        const counted = { ...statistics, sampleCount: Math.max(1, statistics.sampleCount) };
        const id = { namespace: 'AWS/EventBridge/Pipes', name, dimensions };
        store.set(id, counted, timestamp, METRIC_UNITS[name as MetricName]);
      }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function sampleQueue(name: string, state: QueueState, store: MetricStore, timestamp: number): void {
  const add = (metric: string, value: number, unit: string): void => {
    const id = { namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name } };
    store.add(id, one(value), { timestamp, unit });
  };
  add('ApproximateNumberOfMessagesVisible', state.visible, 'Count');
  add('ApproximateNumberOfMessagesNotVisible', state.notVisible, 'Count');
  add('ApproximateNumberOfMessagesDelayed', state.delayed, 'Count');
  if (state.oldestSentAt === undefined && state.visible > 0) return;
  const ageMs = state.oldestSentAt === undefined ? 0 : timestamp - state.oldestSentAt;
  add('ApproximateAgeOfOldestMessage', Math.max(0, Math.floor(ageMs / 1000)), 'Seconds');
}
