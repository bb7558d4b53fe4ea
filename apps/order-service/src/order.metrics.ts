/** What the business counts: a line of CloudWatch's embedded metric format for each order placed. */
import { type Metrics } from '@aws-lambda-powertools/metrics';
import { type Order } from '../../../libs/shared/src/table/order.repository.js';

export class OrderMetrics {
  private metrics: Promise<Metrics> | undefined;

  /** @param namespace where the metrics go; without one nothing is counted, as in a server of one's own */
  constructor(private readonly namespace: string | undefined) {}

  /**
   * Counts an order that was written: `SuccessfulOrder`, and its amount in `OrderTotal`, with the dimension `service`.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
   */
  async placed({ Amount, RequestId }: Pick<Order, 'Amount' | 'RequestId'>): Promise<void> {
    if (this.namespace === undefined) return;
    this.metrics ??= open(this.namespace);
    const metrics = await this.metrics;
    // From here on without a pause: another order's figures must not come between.
    metrics.addMetadata('requestId', RequestId);
    metrics.addMetric('SuccessfulOrder', 'Count', 1);
    metrics.addMetric('OrderTotal', 'None', Amount);
    metrics.publishStoredMetrics();
  }
}

/** Loaded with the first order: a start need not wait for it. */
async function open(namespace: string): Promise<Metrics> {
  const powertools = await import('@aws-lambda-powertools/metrics');
  return new powertools.Metrics({ namespace });
}
