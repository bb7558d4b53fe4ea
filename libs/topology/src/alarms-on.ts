/** Alarms on what systems most often watch. */
import { whenMetric, type AlarmTuning, type DeclaredAlarm } from './alarm.js';
import { metricFilter } from './metric-filter.js';
import { type LambdaFunction, type Pipe, type Queue, type RestApi } from './model.js';

/** Lines of a structured logger at level ERROR or above, in the parentheses that AWS's own examples have. */
const ERROR_LINES = '{ ($.level = "ERROR") || ($.level = "CRITICAL") }';

/** The function logs an error. */
export function errorLinesIn(lambda: LambdaFunction, tuning: AlarmTuning = {}): DeclaredAlarm {
  const filter = metricFilter(`${lambda.name}-error-lines`, {
    function: lambda,
    pattern: ERROR_LINES,
    defaultValue: 0,
  });
  const { name = filter.name, ...options } = tuning;
  return whenMetric(name, { of: filter }, { threshold: 1, description: `${lambda.name} logs errors.`, ...options });
}

/** An invocation of the function fails. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const errorsIn = (lambda: LambdaFunction, tuning?: AlarmTuning): DeclaredAlarm =>
  on(lambda, 'Errors', `${lambda.name}-errors`, 'Invocations of it fail.', tuning);

/** An invocation of the function finds no instance, or an execution of the pipe is put off. */
export const throttlesIn = (of: LambdaFunction | Pipe, tuning?: AlarmTuning): DeclaredAlarm =>
  of.kind === 'pipe'
    ? on(of, 'ExecutionThrottled', `${of.name}-throttles`, 'Executions of it are throttled.', tuning)
    : on(of, 'Throttles', `${of.name}-throttles`, 'Invocations of it are throttled.', tuning);

/** The API answers with a 5xx. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
export const serverErrorsIn = (api: RestApi, tuning?: AlarmTuning): DeclaredAlarm =>
  on(api, '5XXError', `${api.name}-server-errors`, 'It answers with server errors.', tuning);

/** Executions of the pipe fail as a whole. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html */
export const failuresIn = (pipe: Pipe, tuning?: AlarmTuning): DeclaredAlarm =>
  on(pipe, 'ExecutionFailed', `${pipe.name}-failures`, 'Executions of it fail.', tuning);

/** Executions of the pipe fail for some of their records. */
export const partialFailuresIn = (pipe: Pipe, tuning?: AlarmTuning): DeclaredAlarm =>
  on(pipe, 'ExecutionPartiallyFailed', `${pipe.name}-partial-failures`, 'Executions of it fail in part.', tuning);

/** The dead-letter queue holds a message. */
export const deadLettersIn = (queue: Queue, tuning?: AlarmTuning): DeclaredAlarm =>
  depth(queue, 'waiting', { threshold: 1, description: `Dead letters wait in ${queue.name}.`, ...tuning });

/** The queue holds as many messages as the threshold, or more. */
export const depthOf = (queue: Queue, tuning: AlarmTuning & { threshold: number }): DeclaredAlarm =>
  depth(queue, 'depth', { description: `${queue.name} grows long.`, ...tuning });

/** The queue's oldest message is as old as the threshold, in seconds, or older. */
export const ageOf = (queue: Queue, tuning: AlarmTuning & { threshold: number }): DeclaredAlarm =>
  ofQueue(queue, 'ApproximateAgeOfOldestMessage', 'age', {
    description: `Messages wait long in ${queue.name}.`,
    ...tuning,
  });

const depth = (queue: Queue, label: string, tuning: AlarmTuning & { threshold: number }): DeclaredAlarm =>
  ofQueue(queue, 'ApproximateNumberOfMessagesVisible', label, tuning);

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
function ofQueue(
  queue: Queue,
  metric: string,
  label: string,
  tuning: AlarmTuning & { threshold: number },
): DeclaredAlarm {
  const { name = `${queue.name.replace(/\.fifo$/, '')}-${label}`, ...options } = tuning;
  return whenMetric(name, { of: queue, name: metric }, { statistic: 'Maximum', ...options });
}

function on(
  of: LambdaFunction | Pipe | RestApi,
  metric: string,
  label: string,
  what: string,
  tuning: AlarmTuning = {},
): DeclaredAlarm {
  const { name = label, ...options } = tuning;
  return whenMetric(name, { of, name: metric }, { threshold: 1, description: `${of.name}: ${what}`, ...options });
}
