/** Which of AWS's own metrics the local stack counts; all others of its namespaces would stay empty for ever. */
import { METRIC_UNITS } from '../../../libs/pipes/src/metrics.js';
import { type MetricId } from './metric-store.js';

const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  'AWS/Lambda': ['Invocations', 'Errors', 'Throttles', 'Duration'],
  'AWS/ApiGateway': ['Count', '4XXError', '5XXError', 'Latency'],
  'AWS/SQS': [
    'ApproximateNumberOfMessagesVisible',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateAgeOfOldestMessage',
  ],
  'AWS/EventBridge/Pipes': Object.keys(METRIC_UNITS),
};

/** Whether values of the metric may come: those of one's own namespaces always may. */
export const isPublished = ({ namespace, name }: Pick<MetricId, 'namespace' | 'name'>): boolean =>
  !namespace.startsWith('AWS/') || (PUBLISHED[namespace]?.includes(name) ?? false);
