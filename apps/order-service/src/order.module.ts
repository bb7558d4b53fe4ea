/** The order service as a Nest module. */
import { Module } from '@nestjs/common';
import { OrderController } from './order.controller.js';
import { OrderService } from './order.service.js';

@Module({ controllers: [OrderController], providers: [OrderService] })
export class OrderModule {
  static readonly serviceName = 'order-service';
}
