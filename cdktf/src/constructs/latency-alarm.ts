/** An alarm on an API's slow answers: a percentile, which only CloudWatch counts, so it is not in the declaration. */
import { metricIdentity, type MetricPlace } from '../../../libs/topology/src/metric-identity.js';
import { type RestApi } from '../../../libs/topology/src/model.js';
import { CloudwatchMetricAlarm } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';

export interface LatencyAlarmProps {
  readonly api: RestApi;
  readonly place: MetricPlace;
  /** Milliseconds that one request in twenty may exceed. */
  readonly threshold: number;
  readonly topicArns: readonly string[];
}

/** Five minutes on end, so that a few cold starts wake nobody. */
const PERIODS = 5;

/** Its physical name. @param api the API's own */
export const latencyAlarmName = (api: string): string => `${api}-latency`;

export class LatencyAlarm extends Construct {
  constructor(scope: Construct, id: string, { api, place, threshold, topicArns }: LatencyAlarmProps) {
    super(scope, id);
    const metric = metricIdentity({ of: api, name: 'Latency' }, place);
    new CloudwatchMetricAlarm(this, 'alarm', {
      alarmName: latencyAlarmName(place.physicalName(api)),
      alarmDescription: `${api.name}: One request in twenty takes longer than ${threshold} ms.`,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: { ...metric.dimensions },
      extendedStatistic: 'p95',
      period: 60,
      evaluationPeriods: PERIODS,
      datapointsToAlarm: PERIODS,
      comparisonOperator: 'GreaterThanThreshold',
      threshold,
      treatMissingData: 'notBreaching',
      // Of few requests a percentile tells little, but left out they would never set the alarm off: `ignore` keeps its state.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
      evaluateLowSampleCountPercentiles: 'evaluate',
      actionsEnabled: true,
      alarmActions: [...topicArns],
    });
  }
}
