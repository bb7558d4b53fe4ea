/** The metrics that AWS publishes of its own services, counted from what the journal tells. */
import { type JournalEntry } from '../journal-event.js';
import { type MetricId } from './metric-store.js';

export interface Counted {
  readonly id: MetricId;
  readonly value: number;
  readonly unit: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const lambda = (name: string, FunctionName: string, value: number, unit = 'Count'): Counted => ({
  id: { namespace: 'AWS/Lambda', name, dimensions: { FunctionName } },
  value,
  unit,
});

/** What an entry adds to; nothing for most. */
export function countedIn(entry: JournalEntry): Counted[] {
  switch (entry.type) {
    case 'invocation':
      return [
        lambda('Invocations', entry.function, 1),
        // Zeros too: without errors the rate of errors is 0 and not unknown.
        lambda('Errors', entry.function, entry.error ? 1 : 0),
        lambda('Throttles', entry.function, 0),
        lambda('Duration', entry.function, entry.durationMs, 'Milliseconds'),
      ];
    case 'throttle':
      return [lambda('Throttles', entry.function, 1)];
    case 'request':
      // What AWS's API would not know, its metrics do not count; a path without a route it does, as a 4XXError.
      return entry.page === true ? [] : requestMetrics(entry);
    default:
      return [];
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
function requestMetrics({ api, stage, status, durationMs }: Extract<JournalEntry, { type: 'request' }>): Counted[] {
  const of = (name: string, value: number, unit = 'Count'): Counted => ({
    id: { namespace: 'AWS/ApiGateway', name, dimensions: { ApiName: api, Stage: stage } },
    value,
    unit,
  });
  return [
    of('Count', 1),
    of('4XXError', status >= 400 && status < 500 ? 1 : 0),
    of('5XXError', status >= 500 ? 1 : 0),
    of('Latency', durationMs, 'Milliseconds'),
  ];
}
