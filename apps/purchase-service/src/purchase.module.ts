/** The purchase service as a Nest module. */
import { Module } from '@nestjs/common';
import { PurchaseController } from './purchase.controller.js';
import { PurchaseQueue } from './purchase-queue.js';
import { PurchaseService } from './purchase.service.js';

@Module({
  controllers: [PurchaseController],
  providers: [PurchaseService, { provide: PurchaseQueue, useFactory: () => PurchaseQueue.open() }],
})
export class PurchaseModule {
  static readonly serviceName = 'purchase-service';
}
