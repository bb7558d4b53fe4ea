/** What every service is given: its settings, the table, the time. */
import { Global, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { type Express } from 'express';
import { type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ServiceConfig } from '../config.js';
import { CustomerRepository } from '../table/customer.repository.js';
import { DataTable } from '../table/data-table.js';
import { createDocumentClient } from '../table/dynamo-client.js';
import { OrderRepository } from '../table/order.repository.js';
import { OrderingRepository } from '../table/ordering.repository.js';
import { ProductRepository } from '../table/product.repository.js';
import { PurchaseRepository } from '../table/purchase.repository.js';
import { RegistrationRepository } from '../table/registration.repository.js';
import { HealthController } from './health.controller.js';

/** The present time; rules and repositories are told it, and none asks for it. */
export abstract class Clock {
  abstract now(): Date;
}

/** What the place that runs a service may replace or add. */
export interface Surroundings {
  readonly documentClient?: DynamoDBDocumentClient;
  readonly now?: () => Date;
  /** Adds routes before those of the service. */
  readonly mount?: (server: Express) => void;
}

const fromTable = <T>(Repository: new (table: DataTable) => T): FactoryProvider => ({
  provide: Repository,
  useFactory: (table: DataTable) => new Repository(table),
  inject: [DataTable],
});

@Global()
@Module({})
export class SharedModule {
  static with({ tableName }: ServiceConfig, { documentClient, now }: Surroundings): DynamicModule {
    const clock: Clock = { now: now ?? (() => new Date()) };
    const exported = [
      Clock,
      CustomerRepository,
      OrderRepository,
      OrderingRepository,
      ProductRepository,
      PurchaseRepository,
      RegistrationRepository,
    ];
    return {
      module: SharedModule,
      controllers: [HealthController],
      providers: [
        { provide: Clock, useValue: clock },
        { provide: DataTable, useFactory: () => new DataTable(tableName, documentClient ?? createDocumentClient()) },
        fromTable(CustomerRepository),
        fromTable(OrderRepository),
        fromTable(OrderingRepository),
        fromTable(ProductRepository),
        fromTable(PurchaseRepository),
        fromTable(RegistrationRepository),
      ],
      exports: exported,
    };
  }
}
