/** A declared metric filter on a function's log. */
import { type MetricFilter } from '../../../libs/topology/src/model.js';
import { type MetricIdentity } from '../../../libs/topology/src/metric-identity.js';
import { CloudwatchLogMetricFilter } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { type FunctionConstruct } from './function.js';

export interface MetricFilterProps {
  readonly filter: MetricFilter;
  readonly name: string;
  readonly metric: MetricIdentity;
  readonly source: FunctionConstruct;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export class MetricFilterConstruct extends Construct {
  constructor(scope: Construct, id: string, { filter, name, metric, source }: MetricFilterProps) {
    super(scope, id);
    new CloudwatchLogMetricFilter(this, 'filter', {
      name,
      pattern: filter.pattern,
      logGroupName: source.logs.name,
      metricTransformation: {
        namespace: metric.namespace,
        name: metric.name,
        value: String(filter.value),
        ...(filter.defaultValue !== undefined && { defaultValue: String(filter.defaultValue) }),
      },
    });
  }
}
