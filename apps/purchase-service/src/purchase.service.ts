/** What can be done with purchases: changes go to the queue, reads come from the table. */
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/shared/src/http/shared.module.js';
import { newPurchaseId } from '../../../libs/shared/src/id.js';
import { type PurchaseEvent } from '../../../libs/shared/src/purchase.js';
import { mustBePurchaseId, PurchaseRepository } from '../../../libs/shared/src/table/purchase.repository.js';
import { PurchaseQueue } from './purchase-queue.js';
import { recordIn, toPurchaseView, type PurchaseBody, type PurchaseView, type Sent } from './purchase.schema.js';

const SENT = 'Message sent successfully';

@Injectable()
export class PurchaseService {
  constructor(
    @Inject(PurchaseRepository) private readonly purchases: PurchaseRepository,
    @Inject(PurchaseQueue) private readonly queue: PurchaseQueue,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws Problem VALIDATION_FAILED, QUEUE_UNAVAILABLE */
  create(body: PurchaseBody, requestId: string): Promise<Sent> {
    const at = this.clock.now().toISOString();
    const { record, TimeOfPurchase = at } = recordIn(body, undefined);
    return this.send({ action: 'create', ProductPurchaseId: newPurchaseId(), at, TimeOfPurchase, record }, requestId);
  }

  /** @throws Problem VALIDATION_FAILED, PURCHASE_NOT_FOUND, QUEUE_UNAVAILABLE */
  update(id: string, body: PurchaseBody, requestId: string): Promise<Sent> {
    mustBePurchaseId(id);
    const at = this.clock.now().toISOString();
    return this.send({ action: 'update', ProductPurchaseId: id, at, ...recordIn(body, id) }, requestId);
  }

  /** @throws Problem PURCHASE_NOT_FOUND, QUEUE_UNAVAILABLE */
  delete(id: string, requestId: string): Promise<Sent> {
    mustBePurchaseId(id);
    return this.send({ action: 'delete', ProductPurchaseId: id, at: this.clock.now().toISOString() }, requestId);
  }

  /** @throws Problem PURCHASE_NOT_FOUND */
  async get(id: string): Promise<PurchaseView> {
    return toPurchaseView(await this.purchases.get(id));
  }

  /** @throws Problem BAD_CURSOR */
  async list(query: {
    limit: number;
    nextToken?: string | undefined;
  }): Promise<{ data: PurchaseView[]; nextToken?: string }> {
    const { purchases, ...next } = await this.purchases.list(query);
    return { data: purchases.map(toPurchaseView), ...next };
  }

  private async send(event: PurchaseEvent, requestId: string): Promise<Sent> {
    const messageId = await this.queue.send(event, requestId);
    return { message: SENT, messageId, productPurchaseId: event.ProductPurchaseId };
  }
}
