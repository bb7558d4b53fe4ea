/** Under which namespace, name and dimensions a declared metric is found in CloudWatch. */
import { type Metric, type Resource } from './model.js';

export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What a reader knows of the place it makes a system real in. */
export interface MetricPlace {
  readonly stage: string;
  /** Of the system's own metrics. */
  readonly metricNamespace: string;
  /** Gives a resource's name there, for AWS a token. */
  readonly physicalName: (resource: Resource) => string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html */
export function metricIdentity(metric: Metric, { stage, metricNamespace, physicalName }: MetricPlace): MetricIdentity {
  if (metric.of === undefined) return { namespace: metricNamespace, name: metric.name, dimensions: metric.dimensions };
  if (!('name' in metric)) return { namespace: metricNamespace, name: metric.of.name, dimensions: {} };
  const { of, name } = metric;
  const own = physicalName(of);
  switch (of.kind) {
    case 'function':
      return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: own } };
    case 'queue':
      return { namespace: 'AWS/SQS', name, dimensions: { QueueName: own } };
    case 'pipe':
      return { namespace: 'AWS/EventBridge/Pipes', name, dimensions: { PipeName: own } };
    case 'rest-api':
      return { namespace: 'AWS/ApiGateway', name, dimensions: { ApiName: own, Stage: stage } };
  }
}
