/** The order service as a Nest module. */
import { Module } from '@nestjs/common';
import { readMetricNamespace } from '../../../libs/shared/src/config.js';
import { OrderController } from './order.controller.js';
import { OrderMetrics } from './order.metrics.js';
import { OrderService } from './order.service.js';

@Module({
  controllers: [OrderController],
  providers: [OrderService, { provide: OrderMetrics, useFactory: () => new OrderMetrics(readMetricNamespace()) }],
})
export class OrderModule {
  static readonly serviceName = 'order-service';
}
