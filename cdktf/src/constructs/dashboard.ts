/** One page of CloudWatch for a stage: its alarms, and what its functions, queues, pipes and APIs do. */
import { metricIdentity, type MetricPlace } from '../../../libs/topology/src/metric-identity.js';
import { type Metric, type Resource } from '../../../libs/topology/src/model.js';
import { CloudwatchDashboard } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { latencyAlarmName } from './latency-alarm.js';

export interface DashboardProps {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  readonly place: MetricPlace;
  readonly resources: readonly Resource[];
}

/** Columns of a dashboard's grid. */
const WIDTH = 24;
const HEIGHT = 6;

interface Graph {
  readonly title: string;
  readonly statistic: string;
  readonly metrics: readonly Metric[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export class DashboardConstruct extends Construct {
  constructor(scope: Construct, id: string, { name, region, account, place, resources }: DashboardProps) {
    super(scope, id);
    const alarms = resources.flatMap((resource) => {
      if (resource.kind === 'alarm') return [place.physicalName(resource)];
      return resource.kind === 'rest-api' ? [latencyAlarmName(place.physicalName(resource))] : [];
    });
    const graphs = graphsOf(resources).filter(({ metrics }) => metrics.length > 0);
    const widgets = [
      ...(alarms.length === 0
        ? []
        : [
            {
              type: 'alarm',
              ...{ x: 0, y: 0, width: WIDTH, height: HEIGHT },
              properties: {
                title: 'Alarms',
                alarms: alarms.map((alarm) => `arn:aws:cloudwatch:${region}:${account}:alarm:${alarm}`),
              },
            },
          ]),
      ...graphs.map(({ title, statistic, metrics }, index) => ({
        type: 'metric',
        ...{ x: (index % 2) * (WIDTH / 2), y: HEIGHT * (1 + Math.floor(index / 2)), width: WIDTH / 2, height: HEIGHT },
        properties: { title, region, stat: statistic, period: 60, metrics: metrics.map((each) => row(each, place)) },
      })),
    ];
    new CloudwatchDashboard(this, 'dashboard', { dashboardName: name, dashboardBody: JSON.stringify({ widgets }) });
  }
}

function graphsOf(resources: readonly Resource[]): Graph[] {
  const functions = resources.filter((resource) => resource.kind === 'function');
  const queues = resources.filter((resource) => resource.kind === 'queue');
  const pipes = resources.filter((resource) => resource.kind === 'pipe');
  const apis = resources.filter((resource) => resource.kind === 'rest-api');
  return [
    {
      title: 'Requests and server errors',
      statistic: 'Sum',
      metrics: apis.flatMap((of) => ['Count', '5XXError', '4XXError'].map((name) => ({ of, name }))),
    },
    { title: 'Latency, p95 (ms)', statistic: 'p95', metrics: apis.map((of) => ({ of, name: 'Latency' })) },
    {
      title: 'Failed and throttled invocations',
      statistic: 'Sum',
      metrics: functions.flatMap((of) => ['Errors', 'Throttles'].map((name) => ({ of, name }))),
    },
    { title: 'Durations, p95 (ms)', statistic: 'p95', metrics: functions.map((of) => ({ of, name: 'Duration' })) },
    {
      title: 'Messages waiting',
      statistic: 'Maximum',
      metrics: queues.map((of) => ({ of, name: 'ApproximateNumberOfMessagesVisible' })),
    },
    {
      title: 'Pipes: executions and failures',
      statistic: 'Sum',
      metrics: pipes.flatMap((of) => ['Invocations', 'ExecutionFailed'].map((name) => ({ of, name }))),
    },
  ];
}

/** `[namespace, name, dimension, value, ...]` */
function row(metric: Metric, place: MetricPlace): string[] {
  const { namespace, name, dimensions } = metricIdentity(metric, place);
  return [namespace, name, ...Object.entries(dimensions).flat()];
}
